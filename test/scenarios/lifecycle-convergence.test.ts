/** Whatever files follow each other and whatever goes wrong in between, DLM ends up holding what the last file says. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PoliciesRequest } from '../../src/lib/run/policies.ts';
import { noFaults, onNth, type Fault } from '../../src/simulator/faults.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { dlmFiles, type DlmFile } from '../support/dlm-files.ts';
import { MINUTE, Scenario } from '../support/scenario.ts';

/** No file copies to it. */
const REGION = 'sa-east-1';

const FAULTS: readonly Fault[] = [
  { kind: 'die', when: 'before' },
  { kind: 'die', when: 'after' },
  { kind: 'lost-answer' },
  { kind: 'unavailable', accepted: false },
  { kind: 'unavailable', accepted: true },
  { kind: 'throttle' },
];

function accountUnder({ text }: DlmFile, settings: Partial<SimulatorSettings>): Scenario {
  const scenario = new Scenario({ policies: text, regions: [REGION], settings });
  scenario.createDlmRoles();
  return scenario;
}

function edit(scenario: Scenario, { text }: DlmFile): void {
  scenario.edit(text);
  scenario.createDlmRoles();
}

/** Whatever DLM cannot change may be replaced. */
function replaceAll({ file }: Scenario): PoliciesRequest {
  return { replace: file.dlmPolicies.map(({ name }) => name) };
}

/** Only those: what an update can do is to be done by one. */
function refusedIn({ file }: Scenario, refused: readonly { readonly policy: string }[]): readonly string[] {
  const names = new Set(refused.map(({ policy }) => policy));
  return file.dlmPolicies.map(({ name }) => name).filter((name) => names.has(name));
}

async function expectConverged(scenario: Scenario, { policies }: DlmFile): Promise<void> {
  const plan = await scenario.planPolicies(replaceAll(scenario));
  expect(plan.actions).toEqual([]);
  expect(plan.refused).toEqual([]);
  expect(plan.unchanged).toHaveLength(policies);
  const names = scenario.region.lifecyclePolicies().map(({ tags }) => tags['ec2-backup:policy']);
  expect(names).toHaveLength(policies);
  expect(new Set(names).size).toBe(policies);
}

const merges = fc.constantFrom<SimulatorSettings['lifecycleMerge']>('fields', 'replace');

describe('lifecycle policies converge', () => {
  test('after any two files, one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(dlmFiles, dlmFiles, merges, async (first, second, lifecycleMerge) => {
        const scenario = accountUnder(first, { lifecycleMerge });
        const { outcomes } = await scenario.registerPolicies();
        expect(outcomes.map(({ status, error }) => error ?? status)).toEqual(outcomes.map(() => 'done'));
        await expectConverged(scenario, first);
        edit(scenario, second);
        const { refused } = await scenario.planPolicies();
        const again = await scenario.registerPolicies({ replace: refusedIn(scenario, refused) });
        expect(again.outcomes.map(({ status, error }) => error ?? status)).toEqual(
          again.outcomes.map(() => 'done'),
        );
        await expectConverged(scenario, second);
      }),
      { numRuns: 60 },
    );
  });

  test('after any two files where DLM keeps what a schedule no longer says, by replacing what it keeps', async () => {
    await fc.assert(
      fc.asyncProperty(dlmFiles, dlmFiles, async (first, second) => {
        const scenario = accountUnder(first, { lifecycleMerge: 'schedules' });
        await scenario.registerPolicies();
        edit(scenario, second);
        await scenario.registerPolicies(replaceAll(scenario));
        await expectConverged(scenario, second);
      }),
      { numRuns: 30 },
    );
  });

  test('without leave to replace: what DLM cannot change is refused, and nothing of it is touched', async () => {
    await fc.assert(
      fc.asyncProperty(dlmFiles, dlmFiles, async (first, second) => {
        const scenario = accountUnder(first, {});
        await scenario.registerPolicies();
        const before = new Map(scenario.region.lifecyclePolicies().map((policy) => [policy.id, policy]));
        edit(scenario, second);
        await scenario.registerPolicies();
        const { actions, refused } = await scenario.planPolicies();
        expect(actions).toEqual([]);
        for (const { id = '' } of refused) {
          const now = scenario.region.lifecyclePolicies().find((policy) => policy.id === id);
          expect(now).toEqual(before.get(id));
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['reads are up to date', 0],
    ['reads lag by 4 minutes', 4 * MINUTE],
  ])(
    'after a death, a lost answer or a refusal at any call, when it is run again: %s',
    async (_, readLag) => {
      const trouble = fc.record({ at: fc.nat(), fault: fc.constantFrom(...FAULTS) });
      await fc.assert(
        fc.asyncProperty(dlmFiles, dlmFiles, trouble, async (first, second, { at, fault }) => {
          const scenario = accountUnder(first, { readLag });
          await scenario.registerPolicies();
          scenario.clock.advance(10 * MINUTE);
          edit(scenario, second);
          const plan = await scenario.planPolicies(replaceAll(scenario));
          const calls = scenario.region.calls.length;
          await scenario.planPolicies(replaceAll(scenario));
          const reading = scenario.region.calls.length - calls;
          // Somewhere in the reading, or in the changes after it.
          const n = 1 + (at % (reading + 3 * plan.actions.length));
          scenario.region.faults = onNth(n, fault);
          await scenario.registerPolicies(replaceAll(scenario)).catch(() => undefined);
          scenario.region.revive();
          scenario.region.faults = noFaults;
          // As operations.md says: after five minutes.
          scenario.clock.advance(5 * MINUTE);
          await scenario.registerPolicies(replaceAll(scenario));
          scenario.clock.advance(5 * MINUTE);
          await expectConverged(scenario, second);
        }),
        { numRuns: 60 },
      );
    },
  );
});
