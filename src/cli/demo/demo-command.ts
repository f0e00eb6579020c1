import { fileURLToPath } from 'node:url';
import { loadPolicies } from '../../lib/policy/load-policies.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { instantsOf } from '../../lib/policy/time-zone.ts';
import { verdictJson } from '../../lib/report/plan-json.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from '../shell.ts';
import { runDemo, type DemoDay, type DemoResult } from './demo-run.ts';
import { dayText, resultText } from './demo-text.ts';

export interface DemoOptions {
  readonly policies?: string;
  readonly days: string;
  readonly json?: boolean;
}

/** The same days for everybody, so that what is printed can be compared and talked about. */
const FIRST_DAY = Date.UTC(2026, 8, 1);
const MAX_DAYS = 400;

/** `demo`: the policy file on a small simulated fleet. */
export async function demoCommand(options: DemoOptions, shell: Shell): Promise<ExitCode> {
  const days = readDays(options.days);
  const path = options.policies ?? fileURLToPath(new URL('../policies.yml', import.meta.url));
  const whole = await loadPolicies(path);
  // Its account is alone in the world.
  const file = { ...whole, policies: whole.policies.map(inOnePlace) };
  if (whole.policies.some(({ copies }) => copies.length > 0))
    shell.note('The demo has one place only: copies to others are left out.');
  if (whole.policies.some(({ rehearse }) => rehearse))
    shell.note('The demo makes backups and prunes them: rehearsals are left out.');
  const [start = FIRST_DAY] = instantsOf(file.timezone, FIRST_DAY);
  if (!options.json) {
    shell.out(
      `A small fleet under ${options.policies ?? 'policies.yml'} for ${days} days, in a simulated account.\n`,
    );
  }
  const onDay = (day: DemoDay): void => {
    if (!options.json) shell.out(dayText(day, shell.paint));
  };
  const result = await runDemo({ file, start, days, onDay });
  shell.out(
    options.json ? JSON.stringify(resultJson(result), null, 2) : resultText(result, shell.paint).join('\n'),
  );
  return EXIT.done;
}

function resultJson({ days, end, pruned, refused, skipped, failures, fleet, dlm }: DemoResult): object {
  return {
    version: 1,
    fleet: Object.fromEntries(fleet.ids),
    days: days.map((day) => ({
      ...day,
      made: Object.fromEntries(day.made),
      pruned: Object.fromEntries(day.pruned),
    })),
    verdicts: end.verdicts.map(verdictJson),
    pruned: Object.fromEntries(pruned),
    refused,
    skipped,
    failures,
    dlm,
  };
}

function readDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new UsageError(`--days is ${JSON.stringify(text)}, expected a whole number from 1 to ${MAX_DAYS}`);
}

function inOnePlace({ rehearse, ...policy }: Policy): Policy {
  return { ...policy, copies: [] };
}
