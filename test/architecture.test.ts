/** The rules of the house that design.md gives to the linter are in force: it refuses code that breaks them. */

import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const linter = new ESLint();

interface Breach {
  readonly title: string;
  /** A file that exists, as which the code is read. */
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const BREACHES: readonly Breach[] = [
  {
    title: 'plan imports from aws',
    file: 'src/lib/plan/guard.ts',
    code: `export { everyPage } from '../aws/pages.ts';\n`,
    rule: 'import-x/no-restricted-paths',
  },
  {
    title: 'lib imports from the simulated account',
    file: 'src/lib/run/prune.ts',
    code: `export { SimulatedClock } from '../../simulator/clock.ts';\n`,
    rule: 'import-x/no-restricted-paths',
  },
  {
    title: 'the simulated account imports from lib',
    file: 'src/simulator/clock.ts',
    code: `export { parseInstant } from '../lib/policy/instant.ts';\n`,
    rule: 'import-x/no-restricted-paths',
  },
  {
    title: 'aws imports from run',
    file: 'src/lib/aws/pages.ts',
    code: `export { countOutcomes } from '../run/outcome.ts';\n`,
    rule: 'import-x/no-restricted-paths',
  },
  {
    title: 'plan asks the clock',
    file: 'src/lib/plan/guard.ts',
    code: `export const now = Date.now();\n`,
    rule: 'no-restricted-syntax',
  },
  {
    title: 'plan asks the clock by a new Date',
    file: 'src/lib/plan/guard.ts',
    code: `export const now = new Date();\n`,
    rule: 'no-restricted-syntax',
  },
  {
    title: 'policy asks for a random number',
    file: 'src/lib/policy/keep.ts',
    code: `export const chance = Math.random();\n`,
    rule: 'no-restricted-syntax',
  },
  {
    title: 'policy reads the environment',
    file: 'src/lib/policy/keep.ts',
    code: `export const zone = process.env['TZ'];\n`,
    rule: 'no-restricted-globals',
  },
  {
    title: 'plan imports the SDK',
    file: 'src/lib/plan/guard.ts',
    code: `export { EC2Client } from '@aws-sdk/client-ec2';\n`,
    rule: '@typescript-eslint/no-restricted-imports',
  },
  {
    title: 'run imports the SDK',
    file: 'src/lib/run/prune.ts',
    code: `export { EC2Client } from '@aws-sdk/client-ec2';\n`,
    rule: '@typescript-eslint/no-restricted-imports',
  },
  {
    title: 'a command that changes an account outside of mutate.ts',
    file: 'src/lib/aws/read-images.ts',
    code: `export { CreateImageCommand } from '@aws-sdk/client-ec2';\n`,
    rule: '@typescript-eslint/no-restricted-imports',
  },
  {
    title: 'the simulated account imports a value of the SDK',
    file: 'src/simulator/clock.ts',
    code: `export { EC2Client } from '@aws-sdk/client-ec2';\n`,
    rule: '@typescript-eslint/no-restricted-imports',
  },
  {
    title: 'the simulated account asks the real clock',
    file: 'src/simulator/clock.ts',
    code: `export const now = Date.now();\n`,
    rule: 'no-restricted-syntax',
  },
  {
    title: 'a command other than main.ts touches the process',
    file: 'src/cli/confirm.ts',
    code: `process.exitCode = 1;\n`,
    rule: 'no-restricted-globals',
  },
  {
    title: 'a promise that nobody awaits',
    file: 'src/lib/run/prune.ts',
    code: `export function forget(work: () => Promise<void>): void {\n  work();\n}\n`,
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    title: 'a promise for a callback that nobody awaits',
    file: 'src/lib/run/prune.ts',
    code: `export function all(ids: string[], work: (id: string) => Promise<void>): void {\n  ids.forEach(work);\n}\n`,
    rule: '@typescript-eslint/no-misused-promises',
  },
];

test.each(BREACHES)('refuses: $title', async ({ file, code, rule }) => {
  const [result] = await linter.lintText(code, { filePath: file });
  const errors = (result?.messages ?? []).filter(({ severity }) => severity === 2);
  expect(errors.map(({ ruleId }) => ruleId)).toContain(rule);
});

test.each([
  {
    title: 'a type of the SDK in the simulated account',
    file: 'src/simulator/clock.ts',
    code: `export type { EC2Client } from '@aws-sdk/client-ec2';\n`,
  },
  {
    title: 'a command that changes an account in mutate.ts',
    file: 'src/lib/aws/mutate.ts',
    code: `export { CreateImageCommand } from '@aws-sdk/client-ec2';\n`,
  },
  {
    title: 'plan in run',
    file: 'src/lib/run/prune.ts',
    code: `export { planPrune } from '../plan/plan-prune.ts';\n`,
  },
])('accepts: $title', async ({ file, code }) => {
  const [result] = await linter.lintText(code, { filePath: file });
  expect(result?.messages).toEqual([]);
});
