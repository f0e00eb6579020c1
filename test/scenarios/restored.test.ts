/** What was restored is no source and no user of its AMI, until it is adopted. */

import { describe, expect, test } from 'vitest';
import { applyRestore, planRestoreRun } from '../../src/lib/run/restore.ts';
import type { RestoreRequest } from '../../src/lib/plan/restorable.ts';
import { PLAIN_RESTORE } from '../support/restoring.ts';
import { DAY, MINUTE, Scenario } from '../support/scenario.ts';

async function restore(
  scenario: Scenario,
  request: Partial<RestoreRequest> & { source: string },
): Promise<string> {
  const { context } = scenario;
  const run = await planRestoreRun({ ...PLAIN_RESTORE, ...request }, context);
  const { instance } = await applyRestore(run, context, { wait: false });
  if (!instance) throw new Error('nothing was restored');
  return instance.id;
}

const backedUp = ({ region }: Scenario): (string | undefined)[] =>
  [...new Set(region.snapshots().map(({ tags }) => tags['ec2-backup:source']))].sort();

describe('a policy that selects by tags', () => {
  const SELECTED = { tags: { Name: 'ledger', Team: 'payments' } };

  test('leaves a restored instance out, although it carries the same tags', async () => {
    const scenario = new Scenario();
    const source = scenario.region.runInstance(SELECTED).id;
    await scenario.backup('payments');
    scenario.clock.advance(DAY);
    const restored = await restore(scenario, { source });
    expect(scenario.region.instances().find(({ id }) => id === restored)?.tags).toMatchObject(SELECTED.tags);
    await scenario.backup('payments');
    expect(backedUp(scenario)).toEqual([source]);
  });

  test('backs up one that is adopted', async () => {
    const scenario = new Scenario();
    const source = scenario.region.runInstance(SELECTED).id;
    await scenario.backup('payments');
    scenario.clock.advance(DAY);
    const restored = await restore(scenario, { source, adopt: true });
    await scenario.backup('payments');
    expect(backedUp(scenario)).toEqual([restored, source].sort());
  });
});

describe('a policy by opt-in tag', () => {
  test('knows a restored instance only when it is adopted, then with its own retention', async () => {
    const scenario = new Scenario();
    const { id: source } = scenario.region.runInstance({
      tags: { Backup: 'nightly', 'Backup:Keep': 'last=9' },
    });
    await scenario.backup('nightly');
    scenario.clock.advance(DAY);
    const plain = await restore(scenario, { source });
    const adopted = await restore(scenario, { source, adopt: true });
    const tagsOf = (id: string) =>
      scenario.region.instances().find((instance) => instance.id === id)?.tags ?? {};
    expect(Object.keys(tagsOf(plain)).filter((key) => key.startsWith('Backup'))).toEqual([]);
    expect(tagsOf(adopted)).toMatchObject({
      Backup: 'nightly',
      'Backup:Keep': 'last=9',
      'ec2-backup:adopted': 'true',
    });
    const { plan } = await scenario.backup('nightly');
    expect(backedUp(scenario)).toEqual([adopted, source].sort());
    expect(plan.tagProblems).toEqual([]);
  });
});

describe('[H6] the AMI of a restored instance', () => {
  async function restoredFromOldest(
    adopt: boolean,
  ): Promise<{ scenario: Scenario; oldest: string; restored: string }> {
    const scenario = new Scenario();
    const { id: source } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backup('nightly');
    scenario.clock.advance(10 * MINUTE);
    const [oldest] = scenario.region.images();
    const restored = await restore(scenario, { source, adopt });
    scenario.clock.advance(DAY - 20 * MINUTE);
    // Of the first of the months that follow, which no rule keeps.
    await scenario.backupEvery(DAY, 6, 'nightly');
    return { scenario, oldest: oldest?.id ?? '', restored };
  }
  const reasonsOf = async (scenario: Scenario, id: string): Promise<readonly string[]> => {
    const { plan } = await scenario.prune();
    return plan.verdicts.find(({ point }) => point.id === id)?.verdict.reasons ?? [];
  };

  test('is not held by it', async () => {
    const { scenario, oldest } = await restoredFromOldest(false);
    expect(await reasonsOf(scenario, oldest)).toEqual(['no rule keeps it']);
    expect(scenario.region.has(oldest)).toBe(false);
  });

  test('is held by one that is adopted', async () => {
    const { scenario, oldest, restored } = await restoredFromOldest(true);
    expect(await reasonsOf(scenario, oldest)).toEqual([
      `in use by arn:aws:ec2:ap-northeast-2:111122223333:instance/${restored}`,
    ]);
  });

  test('is held by any when it cannot be read which were restored', async () => {
    const { scenario, oldest, restored } = await restoredFromOldest(false);
    scenario.region.faults = ({ command, input }) =>
      command === 'DescribeInstances' && JSON.stringify(input).includes('ec2-backup:restored-from')
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no', status: 403 }
        : undefined;
    expect(await reasonsOf(scenario, oldest)).toEqual([
      `in use by arn:aws:ec2:ap-northeast-2:111122223333:instance/${restored}`,
    ]);
    expect(scenario.region.has(oldest)).toBe(true);
  });
});
