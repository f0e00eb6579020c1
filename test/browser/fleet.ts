/** A fleet of which a report has something to tell of every kind. */

import { readReportFacts, type ReportFacts } from '../../src/lib/run/report.ts';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';

export const FLEET_POLICIES = `
version: 1
deployment: shop
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 14, weekly: 8, monthly: 12 } }
  six-hourly: { backup: snapshots, schedule: every 6 hours from 03:00, keep: { last: 4, daily: 7 } }
  disks: { backup: volume, schedule: "cron(0 3 ? * MON,THU *)", keep: { within: 60d } }
retired:
  old: { keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 50% }
`;

const NAMES = ['web-1', 'web-2', 'api', 'ledger-with-a-rather-long-name-of-its-own', 'mail', 'search'];

/** Ninety days of it; `hostile` are the names of more instances. */
export async function fleetFacts(hostile: readonly string[] = []): Promise<ReportFacts> {
  const scenario = new Scenario({
    policies: FLEET_POLICIES,
    settings: { pageSize: 1000, emptyPages: false },
  });
  const { region, clock } = scenario;
  const volumes = [{ device: '/dev/xvda', sizeGiB: 40, type: 'gp3' as const }];
  const ids = NAMES.map((Name) => region.runInstance({ tags: { Backup: 'nightly', Name }, volumes }).id);
  region.runInstance({
    tags: { Backup: 'six-hourly', 'Backup:nightly': 'true', Name: 'database' },
    volumes: [...volumes, { device: '/dev/sdf', sizeGiB: 500, type: 'gp3' }],
  });
  for (const Name of hostile) region.runInstance({ tags: { Backup: 'nightly', Name }, volumes });
  region.createVolume({ sizeGiB: 200, tags: { Backup: 'disks', Name: 'scratch' } });
  const [, second = '', , , mail = ''] = ids;
  for (const { id, sizeGiB } of region.volumes()) region.writeBlocks(id, numbers(sizeGiB * 40));
  for (let day = 0; day < 90; day += 1) {
    if (day === 60) region.terminateInstance(second);
    if (day === 82) region.untag(mail, 'Backup');
    await liveOneDay(scenario, day);
  }
  region.failImage(region.images().at(-1)?.id ?? '');
  region.runInstance({ tags: { Backup: 'nightly', Name: 'new-one' }, volumes });
  region.runInstance({ tags: { Backup: 'nigthly', Name: 'misspelt' } });
  clock.advance(DAY / 3 + HOUR);
  return readReportFacts(scenario.context);
}

/** Two days of an outage, and a policy that ends early. */
async function liveOneDay(scenario: Scenario, day: number): Promise<void> {
  const { clock } = scenario;
  const isWeekday = [1, 4].includes(new Date(clock.now()).getUTCDay());
  if (day !== 83 && day !== 84) await scenario.backup('nightly');
  if (isWeekday) await scenario.backup('disks');
  for (let hour = 0; hour < 24; hour += 6) {
    if (day > 70 && day < 88) await scenario.backup('six-hourly');
    clock.advance(6 * HOUR);
  }
  if (day % 10 === 9) await scenario.prune();
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
