import { DeregisterImageCommand, EC2Client, type SnapshotReturnCodes } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { applyDelete } from '../../src/lib/run/apply-delete.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { applyPrune, planPruneRun } from '../../src/lib/run/prune.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';
import { always, at, changes, ends, errorsOf, ids, only, reasonsFor, verdicts } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

/** Some AMIs of one instance; all but the newest are to go. */
async function history(days: number): Promise<Scenario> {
  const scenario = new Scenario({ policies: POLICIES });
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, days, 'nightly');
  return scenario;
}

describe('an AMI that is in use', () => {
  const USERS: readonly {
    name: string;
    use: (region: SimulatedRegion, image: string) => void;
    by: string;
  }[] = [
    {
      name: 'an old version of a launch template, among 30',
      use: (region, image) => {
        region.createLaunchTemplate('web', image);
        for (let version = 2; version <= 30; version += 1) {
          region.newLaunchTemplateVersion('web', `ami-${String(version).padStart(17, '0')}`);
        }
      },
      by: ':launch-template/lt-',
    },
    {
      name: 'an SSM parameter',
      use: (region, image) => region.putSsmParameter('/golden/web', image),
      by: ':parameter/golden/web',
    },
    {
      name: 'a running instance',
      use: (region, image) => void region.runInstance({ imageId: image }),
      by: ':instance/i-',
    },
    {
      name: 'a stopped instance',
      use: (region, image) => void region.runInstance({ imageId: image, state: 'stopped' }),
      by: ':instance/i-',
    },
    {
      name: 'a launch configuration that no group uses now',
      use: (region, image) => region.createLaunchConfiguration('workers', image),
      by: ':launchConfigurationName/workers',
    },
  ];

  test.each(USERS)('[H6] by $name is kept with that user named, and the others go', async ({ use, by }) => {
    const scenario = await history(4);
    const used = at(scenario.region.images(), 1);
    use(scenario.region, used.id);
    const { plan, outcomes } = await scenario.prune();
    expect(only(reasonsFor(used.id, plan))).toMatch(/^in use by arn:aws:/);
    expect(only(reasonsFor(used.id, plan))).toContain(by);
    expect(ends(outcomes)).toEqual(['deregister-image done', 'deregister-image done']);
    expect(ids(scenario.region.images())).toContain(used.id);
    expect(scenario.region.snapshots().filter(({ imageIds }) => imageIds.includes(used.id))).toHaveLength(1);
  });

  test('[H6] goes as soon as nobody uses it any more', async () => {
    const scenario = await history(3);
    const used = at(scenario.region.images(), 0);
    const user = scenario.region.runInstance({ imageId: used.id });
    scenario.region.createLaunchTemplate('web', used.id);
    expect(reasonsFor(used.id, (await scenario.prune()).plan)).toHaveLength(2);
    scenario.region.terminateInstance(user.id);
    scenario.clock.advance(HOUR / 60);
    expect(only(reasonsFor(used.id, (await scenario.prune()).plan))).toContain('in use by');
    scenario.region.deleteLaunchTemplate('web');
    scenario.clock.advance(HOUR);
    expect(reasonsFor(used.id, (await scenario.prune()).plan)).toEqual(['no rule keeps it']);
    expect(scenario.region.images()).toHaveLength(1);
  });
});

describe('when EC2 does not say who uses what', () => {
  const CHECKS = [
    'DescribeImageReferences',
    'DescribeLaunchConfigurations',
    'DescribeAutoScalingGroups',
    'DescribeLockedSnapshots',
    'ListImagesInRecycleBin',
    'ListSnapshotsInRecycleBin',
  ];

  test.each(CHECKS)('[H6] access denied to %s deletes nothing, and the run fails', async (command) => {
    const scenario = await history(4);
    const before = [scenario.region.images(), scenario.region.snapshots()].map(ids);
    scenario.region.faults = always(command, { kind: 'error', name: 'UnauthorizedOperation', status: 403 });
    const { plan, outcomes } = await scenario.prune();
    expect(verdicts(plan)).toEqual([
      '11-22T03:00 keep: in use: could not be checked',
      '11-23T03:00 keep: in use: could not be checked',
      '11-24T03:00 keep: in use: could not be checked',
      '11-25T03:00 keep: last 1/1',
    ]);
    expect(ends(outcomes)).toEqual(Array(3).fill('deregister-image not-attempted'));
    expect(outcomes.every(isFailure)).toBe(true);
    expect(errorsOf(outcomes).every((error) => error.includes('UnauthorizedOperation'))).toBe(true);
    expect(only(plan.warnings).reason).toContain('so what depends on it is kept');
    expect([scenario.region.images(), scenario.region.snapshots()].map(ids)).toEqual(before);
    expect(changes(scenario.region)).toEqual(Array(4).fill('CreateImage'));
  });

  test('[H6] that it was refused for many AMIs is said once, with their number', async () => {
    const scenario = await history(36);
    scenario.region.faults = ({ command, n }) =>
      command === 'DescribeImageReferences'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: `Encoded message: ${n}` }
        : undefined;
    const { plan, outcomes } = await scenario.prune();
    expect(only(plan.warnings).reason).toMatch(
      /^uses of 35 AMIs \(DescribeImageReferences\) could not be checked, so what depends on it is kept: /,
    );
    expect(ends(outcomes)).toEqual(Array(35).fill('deregister-image not-attempted'));
    expect(scenario.region.images()).toHaveLength(36);
  });

  test('[H6] the next run, which may ask, deletes them', async () => {
    const scenario = await history(3);
    scenario.region.faults = always('DescribeImageReferences', { kind: 'unavailable', accepted: false });
    await scenario.prune();
    expect(scenario.region.images()).toHaveLength(3);
    scenario.region.faults = () => undefined;
    expect(ends((await scenario.prune()).outcomes)).toEqual(Array(2).fill('deregister-image done'));
  });

  test('[H6] a second batch that is refused holds back only what was not checked', async () => {
    const scenario = await history(16);
    // Fifteen are asked about in batches of ten and five.
    scenario.region.faults = ({ command, input }) =>
      command === 'DescribeImageReferences' && (input as { ImageIds: string[] }).ImageIds.length === 5
        ? { kind: 'error', name: 'InternalError' }
        : undefined;
    const { outcomes } = await scenario.prune();
    expect(ends(outcomes)).toEqual([
      ...Array<string>(10).fill('deregister-image done'),
      ...Array<string>(5).fill('deregister-image not-attempted'),
    ]);
    expect(scenario.region.images()).toHaveLength(6);
  });
});

describe('a snapshot that several AMIs share', () => {
  test('[H7] is skipped when ours goes, and deleted once it is a leftover that nobody maps', async () => {
    const scenario = await history(2);
    const oldest = at(scenario.region.images(), 0);
    const shared = only(oldest.snapshotIds);
    const theirs = scenario.region.registerImage({ name: 'golden', snapshotIds: [shared] });
    scenario.clock.advance(HOUR);

    const first = await scenario.prune();
    expect(only(first.outcomes)).toMatchObject({ id: oldest.id, status: 'done', snapshots: [] });
    expect(only(scenario.region.snapshots().filter(({ id }) => id === shared)).imageIds).toEqual([theirs]);

    const second = await scenario.prune();
    expect(second.plan.actions).toEqual([]);
    expect(reasonsFor(shared, second.plan)).toEqual([`in use by ${theirs}`]);

    scenario.region.deregisterByHand(theirs);
    const third = await scenario.prune();
    expect(only(third.outcomes)).toMatchObject({ action: 'delete-snapshot', id: shared, status: 'done' });
    expect(scenario.region.images()).toHaveLength(1);
    expect(scenario.region.snapshots()).toHaveLength(1);
  });

  test('[H7] a set whose snapshot somebody registered as an AMI is kept with that AMI named', async () => {
    const scenario = new Scenario({ policies: POLICIES });
    scenario.region.runInstance({ tags: { Backup: 'sets' } });
    await scenario.backupEvery(DAY, 3, 'sets');
    const [first, second, third] = scenario.region.snapshots();
    const image = scenario.region.registerImage({ name: 'from-snapshot', snapshotIds: [first?.id ?? ''] });
    const { plan } = await scenario.prune();
    expect(reasonsFor(first?.id ?? '', plan)).toEqual([`in use by ${image}`]);
    expect(reasonsFor(second?.id ?? '', plan)).toEqual(['no rule keeps it']);
    expect(ids(scenario.region.snapshots())).toEqual(ids([first, third].flatMap((one) => one ?? [])));
  });

  test('[H7] one registered between plan and apply fails alone, and the rest goes on', async () => {
    const scenario = new Scenario({ policies: POLICIES });
    for (let count = 0; count < 3; count += 1) scenario.region.runInstance({ tags: { Backup: 'sets' } });
    await scenario.backupEvery(DAY, 2, 'sets');
    const plan = await planPruneRun({}, scenario.context);
    const late = at(plan.actions, 1).id;
    scenario.region.registerImage({ name: 'late', snapshotIds: [late] });
    const { outcomes } = await applyPrune(plan, scenario.context);
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
    expect(only(errorsOf(outcomes))).toContain('InvalidSnapshot.InUse');
    expect(ids(scenario.region.snapshots())).toContain(late);
  });
});

describe('each return code of DeleteAssociatedSnapshots', () => {
  const CODES: readonly { code: SnapshotReturnCodes; outcomes: readonly string[]; error?: string }[] = [
    { code: 'success', outcomes: ['deregister-image done'] },
    { code: 'skipped', outcomes: ['deregister-image done'] },
    {
      code: 'missing-permissions',
      outcomes: ['deregister-image done', 'delete-snapshot failed'],
      error: 'missing-permissions (the role needs ec2:DeleteSnapshot)',
    },
    {
      code: 'internal-error',
      outcomes: ['deregister-image done', 'delete-snapshot failed'],
      error: 'internal-error',
    },
    {
      code: 'client-error',
      outcomes: ['deregister-image done', 'delete-snapshot failed'],
      error: 'client-error',
    },
  ];

  test.each(CODES)('[H7] $code is $outcomes', async ({ code, outcomes, error }) => {
    const scenario = await history(2);
    const { actions } = await planPruneRun({}, scenario.context);
    const snapshot = 'snap-0123456789abcdef0';
    const ec2 = new EC2Client({ region: 'ap-northeast-2' });
    mockClient(ec2)
      .on(DeregisterImageCommand, { DeleteAssociatedSnapshots: true })
      .resolves({ Return: true, DeleteSnapshotResults: [{ SnapshotId: snapshot, ReturnCode: code }] });
    const context = { ...scenario.context, clients: { ...scenario.clients, ec2 } };
    const ended = await applyDelete(actions, context);
    expect(ends(ended)).toEqual(outcomes);
    expect(ended[0]?.snapshots).toEqual(code === 'success' ? [snapshot] : []);
    if (error !== undefined) {
      expect(ended[1]).toMatchObject({ id: snapshot, status: 'failed' });
      expect(ended[1]?.error).toContain(error);
      expect(ended[1]?.error).toContain('the next run tries it again');
    }
  });

  test('[H7] a lock that came after the plan fails that snapshot alone, and a later run finishes the job', async () => {
    const scenario = await history(2);
    const oldest = at(scenario.region.images(), 0);
    const plan = await planPruneRun({}, scenario.context);
    const locked = only(oldest.snapshotIds);
    scenario.region.lockSnapshot(locked, { mode: 'governance', expiresOn: scenario.clock.now() + 2 * DAY });
    const { outcomes } = await applyPrune(plan, scenario.context);
    expect(ends(outcomes)).toEqual(['deregister-image done', 'delete-snapshot failed']);
    expect(reasonsFor(locked, (await scenario.prune()).plan)).toEqual([
      expect.stringMatching(/^locked until /),
    ]);
    scenario.clock.advance(2 * DAY);
    expect(ends((await scenario.prune()).outcomes)).toEqual(['delete-snapshot done']);
    expect(ids(scenario.region.snapshots())).not.toContain(locked);
  });
});
