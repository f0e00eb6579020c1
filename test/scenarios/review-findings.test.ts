/** Traps that a review found, told as scenarios. */

import { expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';

test('[H10] an absurd duration in Backup:Keep affects that source alone', async () => {
  const scenario = new Scenario();
  const odd = scenario.region.runInstance({ tags: { Backup: 'nightly', 'Backup:Keep': 'within=999999y' } });
  const other = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 5, 'nightly');
  const { plan } = await scenario.prune();
  const of = (id: string): string[] =>
    plan.verdicts.filter(({ point }) => point.source === id).map(({ verdict }) => verdict.decision);
  expect(of(odd.id)).toEqual(['keep', 'keep', 'keep', 'keep', 'keep']);
  expect(of(other.id)).toEqual(['prune', 'prune', 'keep', 'keep', 'keep']);
});

test('[H17] a volume that is detached between list and call makes the backup fail, not look done', async () => {
  const scenario = new Scenario();
  const { volumeIds } = scenario.region.runInstance({
    tags: { Backup: 'sets' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 9 },
    ],
  });
  const [, data = ''] = volumeIds;
  scenario.region.faults = ({ command }) => {
    if (command === 'CreateSnapshots') scenario.region.detachVolume(data);
    return undefined;
  };
  const { outcomes } = await scenario.backup('sets');
  expect(outcomes).toMatchObject([{ status: 'failed', error: expect.stringContaining(data) as string }]);
});

test('a snapshot set that failed can be made again in its slot', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'sets' } });
  scenario.region.faults = onCommand('CreateSnapshots', 1, { kind: 'fails-later', reason: 'Internal error' });
  const slot = scenario.clock.now();
  await scenario.backup('sets', { slot });
  scenario.clock.advance(HOUR);
  const again = await scenario.backup('sets', { slot });
  expect(again.outcomes).toMatchObject([{ status: 'done' }]);
});
