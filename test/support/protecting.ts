/** Policies with words that protect, and runs of `protect` in a simulated account. */

import {
  applyProtect,
  planProtectRun,
  type ProtectReport,
  type ProtectRequest,
} from '../../src/lib/run/protect.ts';
import type { ProtectPlan } from '../../src/lib/plan/plan-protect.ts';
import { DAY, HOUR, Scenario, type ScenarioOptions } from './scenario.ts';

export interface Words {
  readonly image?: string;
  readonly sets?: string;
  /** Of both. */
  readonly keep?: string;
  readonly more?: string;
}

/** An AMI and a set of snapshots a day, with these words besides. */
export function policiesWith({ image = '', sets = '', keep = '{ last: 3 }', more = '' }: Words = {}): string {
  const words = (own: string): string => (own === '' ? '' : `, ${own}`);
  return `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: ${keep}${words(image)} }
  sets: { backup: snapshots, schedule: cron(0 4 * * ? *), keep: ${keep}${words(sets)} }
prune: { schedule: every 6 hours, maxShare: 30% }
${more}`;
}

export interface Protecting {
  readonly scenario: Scenario;
  /** The instance. */
  readonly source: string;
}

/** A machine of two volumes, with backups of so many days, all good. */
export async function protecting(
  words: Words,
  {
    days = 2,
    prepare,
    ...options
  }: ScenarioOptions & {
    readonly days?: number;
    readonly prepare?: (scenario: Scenario) => void;
  } = {},
): Promise<Protecting> {
  const scenario = new Scenario({ policies: policiesWith(words), ...options });
  prepare?.(scenario);
  const { id: source } = scenario.region.runInstance({
    tags: { Name: 'db', 'Backup:nightly': 'true', 'Backup:sets': 'true' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8, encrypted: true },
      { device: '/dev/sdf', sizeGiB: 20 },
    ],
    launchedAt: scenario.clock.now() - HOUR,
  });
  for (let day = 0; day < days; day += 1) await aDay(scenario);
  return { scenario, source };
}

/** One day's backups; the clock stands at the same time of the next day. */
export async function aDay(scenario: Scenario): Promise<void> {
  await scenario.backup('nightly');
  scenario.clock.advance(HOUR);
  await scenario.backup('sets');
  scenario.clock.advance(DAY - HOUR);
}

export async function protect(scenario: Scenario, request: ProtectRequest = {}): Promise<ProtectReport> {
  return applyProtect(await planProtectRun(request, scenario.context), scenario.context);
}

export function planned(scenario: Scenario, request: ProtectRequest = {}): Promise<ProtectPlan> {
  return planProtectRun(request, scenario.context);
}

/** `<action> <status>`, each once. */
export function endsOf({ outcomes }: ProtectReport): string[] {
  return [
    ...new Set(
      outcomes.map(({ action, status, error }) => `${action} ${status}${error ? `: ${error}` : ''}`),
    ),
  ].sort();
}
