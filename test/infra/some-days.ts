/** What backup and prune ask IAM for, from the calls that the simulated account saw them make. */

import { expect } from 'vitest';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';

interface Day {
  readonly scenario: Scenario;
  readonly backups: readonly Asked[];
  readonly prunes: readonly Asked[];
}

/** Days of backups of every kind, with a clash of names, and a prune that deletes of every kind. */
export async function someDays(): Promise<Day> {
  const scenario = new Scenario();
  const { region, account } = scenario;
  region.runInstance({ tags: { Backup: 'nightly' } });
  region.runInstance({
    tags: { Backup: 'sets' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 20 },
    ],
  });
  region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
  region.createLaunchConfiguration('workers', 'ami-0123456789abcdef0');
  for (const policy of ['nightly', 'sets', 'disks']) {
    await scenario.backupEvery(DAY, 5, policy);
  }
  const before = new Authorisations(account.account, region);
  const backups = region.calls.flatMap((call) => before.of(call));
  const made = region.calls.length;
  scenario.clock.advance(HOUR);
  const { outcomes } = await scenario.prune();
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['done']));
  return { scenario, backups, prunes: region.calls.slice(made).flatMap((call) => before.of(call)) };
}
