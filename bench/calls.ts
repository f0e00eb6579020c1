import { parsePolicies } from '../src/lib/policy/parse-policies.ts';
import { runBackup } from '../src/lib/run/backup.ts';
import type { RunContext } from '../src/lib/run/context.ts';
import { runPrune } from '../src/lib/run/prune.ts';
import { SimulatedAccount } from '../src/simulator/account.ts';
import { SimulatedClock } from '../src/simulator/clock.ts';
import type { SimulatedRegion } from '../src/simulator/region.ts';
import type { BenchRow } from './main.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const INSTANCES = 1000;
const DAYS = 5;

/** Counts what the simulated account saw of a backup run and a prune run, without faults. */
export async function callRows(): Promise<BenchRow[]> {
  const clock = new SimulatedClock(Date.UTC(2026, 10, 1));
  const account = new SimulatedAccount({ clock, settings: { throttle: false } });
  const region = account.region('ap-northeast-2');
  for (let index = 0; index < INSTANCES; index += 1)
    region.runInstance({ tags: { Backup: 'nightly', 'Backup:sets': 'true' } });
  const context = contextOf(region, account.account, clock);
  let backup = new Map<string, number>();
  for (let day = 0; day < DAYS; day += 1) {
    backup = await countCalls(region, () =>
      runBackup({ policy: 'nightly', slot: clock.now(), trigger: 'schedule' }, context),
    );
    // EC2 takes at least 15 s between two snapshots of a volume.
    clock.advance(MINUTE);
    await runBackup({ policy: 'sets', slot: clock.now(), trigger: 'schedule' }, context);
    clock.advance(DAY - MINUTE);
  }
  const prune = await countCalls(region, () => runPrune({}, context));
  return [
    {
      what: `EC2 calls of a fault-free backup run of ${INSTANCES} instances`,
      bound: 'one creating call a source, plus the pages of the lists',
      measured: sum(backup),
    },
    {
      what: `EC2 calls of a fault-free prune that deletes ${(DAYS - 3) * INSTANCES} AMIs and ${(DAYS - 3) * INSTANCES} sets of one snapshot`,
      bound:
        'one a deleted AMI, one a deleted snapshot of a set, plus the pages, plus one reference call per 10 images',
      measured: sum(prune),
    },
  ];
}

async function countCalls(
  region: SimulatedRegion,
  run: () => Promise<unknown>,
): Promise<Map<string, number>> {
  const before = region.calls.length;
  await run();
  const counts = new Map<string, number>();
  for (const { command } of region.calls.slice(before)) counts.set(command, (counts.get(command) ?? 0) + 1);
  return counts;
}

function sum(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([command, count]) => `${command} ${count}`).join(', ');
}

function contextOf({ clients, name }: SimulatedRegion, account: string, clock: SimulatedClock): RunContext {
  const parsed = parsePolicies(`
version: 1
deployment: bench
policies:
  nightly: { backup: image, schedule: every 24 hours, keep: { last: 3 } }
  sets: { backup: snapshots, schedule: every 24 hours, keep: { last: 3 } }
prune: { maxShare: 100% }
`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return { file: parsed.file, place: { account, region: name }, clients, clock };
}
