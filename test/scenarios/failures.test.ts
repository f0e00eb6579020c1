import { describe, expect, test } from 'vitest';
import { countOutcomes, isFailure } from '../../src/lib/run/outcome.ts';
import { ReadError } from '../../src/lib/run/errors.ts';
import type { Fault, FaultPlan } from '../../src/simulator/faults.ts';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';
import { always, changes, ends, errorsOf, ids } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

/** As many sources of each kind. */
function fleet(
  each: number,
  settings: NonNullable<ConstructorParameters<typeof Scenario>[0]>['settings'] = {},
): Scenario {
  const scenario = new Scenario({ policies: POLICIES, settings });
  for (let count = 0; count < each; count += 1) {
    scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    scenario.region.runInstance({ tags: { Backup: 'sets' } });
    scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
  }
  return scenario;
}

/** This fault on some calls of the command, numbered from 1. */
function onSome(command: string, numbers: readonly number[], fault: Fault): FaultPlan {
  let seen = 0;
  return (call) => {
    if (call.command !== command) return undefined;
    seen += 1;
    return numbers.includes(seen) ? fault : undefined;
  };
}

const REFUSED: Fault = { kind: 'error', name: 'ResourceLimitExceeded', message: 'No more of it.' };

describe('items that fail', () => {
  test.each([
    { policy: 'nightly', command: 'CreateImage' },
    { policy: 'sets', command: 'CreateSnapshots' },
    { policy: 'disks', command: 'CreateSnapshot' },
  ])(
    '[H19] at $command leave the other 17 of 20 alone, and the run fails and names them',
    async ({ policy, command }) => {
      const scenario = fleet(20);
      scenario.region.faults = onSome(command, [1, 7, 20], REFUSED);
      const { plan, outcomes } = await scenario.backup(policy);
      expect(countOutcomes(outcomes)).toEqual({
        done: 17,
        'already-done': 0,
        failed: 3,
        'not-attempted': 0,
        postponed: 0,
        unknown: 0,
      });
      const failed = outcomes.filter(isFailure);
      expect(failed.map(({ source }) => source)).toEqual(
        [0, 6, 19].map((index) => plan.actions[index]?.source),
      );
      expect(errorsOf(outcomes)).toEqual(Array(3).fill('ResourceLimitExceeded: No more of it'));

      scenario.region.faults = () => undefined;
      const again = await scenario.backup(policy);
      expect(countOutcomes(again.outcomes)).toMatchObject({ done: 3, 'already-done': 17, failed: 0 });
    },
  );

  test.each<{ policy: string; command: string; fault: Fault }>([
    { policy: 'nightly', command: 'DeregisterImage', fault: REFUSED },
    { policy: 'nightly', command: 'DeregisterImage', fault: { kind: 'lost-answer' } },
    { policy: 'disks', command: 'DeleteSnapshot', fault: REFUSED },
    { policy: 'disks', command: 'DeleteSnapshot', fault: { kind: 'unavailable', accepted: true } },
  ])(
    '[H19] at $command ($fault.kind) leave the other deletions alone, and the next run ends them',
    async (row) => {
      const scenario = fleet(6);
      await scenario.backupEvery(DAY, 2, row.policy);
      scenario.region.faults = onSome(row.command, [2, 5], row.fault);
      const first = await scenario.prune();
      expect(first.outcomes.map(({ status }) => status)).toEqual([
        'done',
        'failed',
        'done',
        'done',
        'failed',
        'done',
      ]);
      await scenario.prune();
      expect((await scenario.prune()).plan.actions).toEqual([]);
      expect(scenario.region.snapshots()).toHaveLength(6);
    },
  );

  test('[H19] one after another, each is told, and nothing is taken for done', async () => {
    const scenario = fleet(5);
    scenario.region.faults = always('CreateImage', REFUSED);
    const { outcomes } = await scenario.backup('nightly');
    expect(ends(outcomes)).toEqual(Array(5).fill('create-image failed'));
    expect(scenario.region.images()).toEqual([]);
  });
});

describe('lists of many pages', () => {
  test.each([
    { pageSize: 1, emptyPages: false },
    { pageSize: 1, emptyPages: true },
    { pageSize: 2, emptyPages: true },
  ])('[H20] $pageSize a page, empty ones between ($emptyPages): nothing is missed', async (settings) => {
    const scenario = fleet(7, settings);
    for (const policy of ['nightly', 'sets', 'disks']) {
      expect(countOutcomes((await scenario.backup(policy)).outcomes)).toMatchObject({ done: 7 });
    }
    scenario.clock.advance(DAY);
    for (const policy of ['nightly', 'sets', 'disks']) await scenario.backup(policy);
    scenario.clock.advance(HOUR);
    const { plan, outcomes } = await scenario.prune();
    expect(plan.verdicts).toHaveLength(42);
    expect(countOutcomes(outcomes)).toMatchObject({ done: 21, failed: 0 });
    expect([scenario.region.images(), scenario.region.snapshots()].map(({ length }) => length)).toEqual([
      7, 21,
    ]);
  });

  test('[H20] locks, launch configurations and references behind an empty page are seen too', async () => {
    const scenario = fleet(3, { pageSize: 1, emptyPages: true });
    await scenario.backupEvery(DAY, 2, 'nightly');
    await scenario.backupEvery(DAY, 2, 'disks');
    const [a, b, c] = scenario.region.images();
    scenario.region.createLaunchConfiguration('one', 'ami-00000000000000001');
    scenario.region.createLaunchConfiguration('two', a?.id ?? '');
    for (const name of ['x', 'y', 'z']) scenario.region.createLaunchTemplate(name, b?.id ?? '');
    const expiresOn = scenario.clock.now() + DAY;
    for (const id of [...(c?.snapshotIds ?? []), ...ids(scenario.region.snapshots().slice(-6))]) {
      scenario.region.lockSnapshot(id, { mode: 'governance', expiresOn });
    }
    const { plan } = await scenario.prune();
    expect(plan.actions).toEqual([]);
    expect(
      plan.verdicts.filter(({ verdict }) => verdict.reasons.some((reason) => reason.startsWith('in use by'))),
    ).toHaveLength(2);
    expect(
      plan.verdicts.filter(({ verdict }) =>
        verdict.reasons.some((reason) => reason.startsWith('locked until')),
      ),
    ).toHaveLength(4);
  });

  const LISTS = ['DescribeSnapshots', 'DescribeImages', 'DescribeInstances', 'DescribeVolumes'];
  const FAULTS: readonly Fault[] = [
    { kind: 'error', name: 'InternalError', status: 500 },
    { kind: 'error', name: 'InvalidNextToken' },
    { kind: 'lost-answer' },
  ];
  const HALF_WAY = LISTS.flatMap((command) => FAULTS.map((fault) => ({ command, fault })));

  test.each(HALF_WAY)(
    '[H20] $command that fails half way ($fault.kind $fault.name) is never planned on',
    async ({ command, fault }) => {
      const scenario = fleet(4, { pageSize: 1, emptyPages: true });
      for (const policy of ['sets', 'nightly']) await scenario.backup(policy);
      await scenario.backupEvery(DAY, 1, 'nightly');
      for (const policy of ['sets', 'nightly']) await scenario.backup(policy);
      scenario.clock.advance(DAY);
      const before = changes(scenario.region).length;
      // Of AMIs, a backup reads no snapshots.
      const policy = command === 'DescribeSnapshots' ? 'sets' : 'nightly';
      for (const run of [() => scenario.backup(policy), () => scenario.prune()]) {
        scenario.region.faults = onSome(command, [3], fault);
        const error: unknown = await run().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ReadError);
        expect(String(error)).toMatch(
          /cannot list the .* of account 111122223333 in ap-northeast-2, so nothing is done/,
        );
        expect((error as ReadError).cause).toBeInstanceOf(Error);
      }
      expect(changes(scenario.region)).toHaveLength(before);
    },
  );
});

describe('two policies of one volume at the same minute', () => {
  test('[H19] are both made: the 15 s between two snapshots of a volume are waited for', async () => {
    const scenario = new Scenario({ policies: POLICIES });
    const { volumeIds } = scenario.region.runInstance({ tags: { Backup: 'sets' } });
    scenario.region.tag(volumeIds[0] ?? '', 'Backup', 'disks');
    const [sets, disks] = [await scenario.backup('sets'), await scenario.backup('disks')];
    expect([...ends(sets.outcomes), ...ends(disks.outcomes)]).toEqual([
      'create-snapshots done',
      'create-snapshot done',
    ]);
    expect(scenario.region.snapshots()).toHaveLength(2);
  });
});
