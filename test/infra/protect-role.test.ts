/** The role that locks, protects, ages, shares and sets aside: only its own, only by words of the file, and no way back. */

import { describe, expect, test } from 'vitest';
import { isProtecting } from '../../src/lib/plan/plan-protect.ts';
import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, stackOf } from '../support/cloudformation.ts';
import { isAllowed, type Statement } from '../support/iam.ts';
import { policiesWith, protect, protecting, type Words } from '../support/protecting.ts';
import { parse, type Scenario } from '../support/scenario.ts';
import { infraPlaces, placeRoles, resourcesOf, resourcesOfType, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';
import { someDays } from './some-days.ts';

const [ONE, TWO, STRANGER] = ['222233334444', '333344445555', '999900001111'];
const DEPLOYMENT = 'aws:ResourceTag/ec2-backup:deployment';
const IMAGE = 'lock: { mode: governance, for: 2d }, protect: true, deprecateAfter: 2d';
const REMOVAL = 'removal: { disableFor: 2d }';

function wordsWith(account: string, keep: string): Words {
  const image = `${IMAGE}, ${REMOVAL}, share: ["${account}"]`;
  return { image, sets: 'archiveAfter: 3d', keep };
}

const WORDS = wordsWith(ONE, '{ daily: 5, monthly: 12 }');
const template = resourcesOf(parse(policiesWith(WORDS)));
const role = roleOf(WORDS);

function roleOf(words: Words): readonly Statement[] {
  return statementsOf(resourcesOf(parse(policiesWith(words))), 'ProtectRole');
}

interface Run {
  readonly scenario: Scenario;
  /** Of every call of protect. */
  readonly asked: readonly Asked[];
  readonly changes: readonly Asked[];
}

/** Every word at work; then an edit that keeps what was disabled, and shares with another account. */
async function aRun(): Promise<Run> {
  const { scenario } = await protecting(WORDS, {
    days: 12,
    prepare: ({ region }) => {
      region.keys.setDefault(region.keys.create([ONE, TWO]));
      region.createLaunchConfiguration('workers', 'ami-0123456789abcdef0');
    },
  });
  const { region, account } = scenario;
  region.calls.length = 0;
  const outcomes = [...(await protect(scenario)).outcomes];
  scenario.edit(policiesWith(wordsWith(TWO, '{ daily: 20, monthly: 12 }')));
  outcomes.push(...(await protect(scenario)).outcomes);
  expect(outcomes.filter(({ status }) => status !== 'done')).toEqual([]);
  const now = new Authorisations(account.account, region);
  const asked = region.calls.flatMap((call) => now.of(call));
  const changes = asked.filter(({ action }) => !/:(?:Describe|List|Get)/.test(action));
  return { scenario, asked, changes };
}

/** All that the file shares with at some time in a run. */
const BOTH = { ...WORDS, image: `${IMAGE}, ${REMOVAL}, share: ["${ONE}", "${TWO}"]` };

describe('a protect’s own calls', () => {
  test('are all allowed to its role, and need every action that it has', async () => {
    const { asked } = await aRun();
    expect(refusedBy(roleOf(BOTH), asked)).toEqual([]);
    const actions = asked.map(({ action }) => action);
    expect(actions).toContain('kms:DescribeKey');
    const own = actions.filter((action) => !action.startsWith('kms:'));
    expect(ownActions(role)).toEqual(new Set(own));
  });

  test('in another Region are refused, but for looking at keys', async () => {
    const { asked } = await aRun();
    const elsewhere = asked
      .filter(({ action, context }) => !action.startsWith('kms:') && !('aws:CalledVia' in context))
      .map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(roleOf(BOTH), elsewhere)).toEqual([]);
  });
});

describe('the protecting role', () => {
  test('changes nothing of another deployment, or that DLM made', async () => {
    const { changes } = await aRun();
    expect(new Set(changes.map(({ action }) => action))).toEqual(
      new Set([
        'ec2:CreateTags',
        'ec2:DisableImage',
        'ec2:EnableImage',
        'ec2:EnableImageDeprecation',
        'ec2:EnableImageDeregistrationProtection',
        'ec2:LockSnapshot',
        'ec2:ModifyImageAttribute',
        'ec2:ModifySnapshotAttribute',
        'ec2:ModifySnapshotTier',
      ]),
    );
    for (const change of [
      { [DEPLOYMENT]: undefined },
      { [DEPLOYMENT]: 'prod' },
      { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'policy-1' },
    ])
      expect(
        allowedBy(
          roleOf(BOTH),
          changes.map((one) => withContext(one, change)),
        ),
      ).toEqual([]);
  });

  test('[H28] that locks cannot unlock: nothing of it can be taken back, deleted or untagged', async () => {
    const { scenario } = await aRun();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const [images, snapshots] = [region.images(), region.snapshots()];
    expect(Math.min(images.length, snapshots.length)).toBeGreaterThan(0);
    const untagging = [...images, ...snapshots].flatMap(({ id }) =>
      now
        .createTags(id.startsWith('ami-') ? 'image' : 'snapshot', id, { 'ec2-backup:shared': '' })
        .map((one) => ({ ...one, action: 'ec2:DeleteTags' })),
    );
    const never = [
      ...untagging,
      ...images.flatMap(({ id }) => [
        ...now.deregisterImage(id),
        now.onImage('DisableImageDeregistrationProtection', id),
        now.onImage('DisableImageDeprecation', id),
      ]),
      ...snapshots.flatMap(({ id }) => [...now.deleteSnapshot(id), now.onSnapshot('UnlockSnapshot', id)]),
    ];
    expect(allowedBy(role, never)).toEqual([]);
    const names = role.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    expect(
      names.filter((name) =>
        /:(?:Unlock|Delete(?!Message)|Deregister|DisableImage.|Restore|Copy)/.test(name),
      ),
    ).toEqual([]);
  });

  test('makes no backup and deletes none, and what makes them protects nothing', async () => {
    const { backups, prunes } = await someDays();
    const works = [...backups, ...prunes].filter(({ action }) => !/:(?:Describe|List|Get)/.test(action));
    expect(works.length).toBeGreaterThan(20);
    expect(allowedBy(role, works)).toEqual([]);
    const { changes } = await aRun();
    for (const id of ['BackupRole', 'PruneRole', 'WatchRole', 'RegisterPoliciesRole', 'DigestRole'])
      expect(allowedBy(statementsOf(template, id), changes), id).toEqual([]);
  });

  test('disables nothing that is held, and enables it', async () => {
    const { changes } = await aRun();
    const held = (action: string): Asked[] =>
      changes
        .filter((one) => one.action === action)
        .map((one) => withContext(one, { 'aws:ResourceTag/Backup:Hold': 'audit' }));
    expect(held('ec2:DisableImage').length).toBeGreaterThan(0);
    expect(allowedBy(role, held('ec2:DisableImage'))).toEqual([]);
    expect(held('ec2:EnableImage').length).toBeGreaterThan(0);
    expect(refusedBy(role, held('ec2:EnableImage'))).toEqual([]);
  });

  test('writes no tags but its two, and of these only what goes with the thing', async () => {
    const { scenario } = await aRun();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const image = region.images()[0]?.id ?? '';
    const snapshot = region.snapshots()[0]?.id ?? '';
    const [shared, disabled] = [{ 'ec2-backup:shared': ONE }, { 'ec2-backup:disabled': 'x' }];
    const may = [
      ...now.createTags('image', image, shared),
      ...now.createTags('image', image, disabled),
      ...now.createTags('snapshot', snapshot, shared),
    ];
    expect(refusedBy(role, may)).toEqual([]);
    const others = [
      {},
      { 'Backup:Hold': 'x' },
      { 'Backup:Keep': 'last=1' },
      { 'ec2-backup:deployment': 'test' },
      { ...disabled, 'ec2-backup:slot': '2026-11-22T03:00:00Z' },
    ];
    const never = [
      ...others.flatMap((tags) => now.createTags('image', image, tags)),
      ...others.flatMap((tags) => now.createTags('snapshot', snapshot, tags)),
      ...now.createTags('snapshot', snapshot, disabled),
    ];
    expect(allowedBy(role, never)).toEqual([]);
  });

  test('shares snapshots with the accounts of the file, and never with everybody', async () => {
    const { scenario } = await aRun();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const snapshot = region.snapshots()[0]?.id ?? '';
    const sharing = (change: Asked['context'], among = role): boolean =>
      now.shareSnapshot(snapshot, change).every((one) => isAllowed(among, one));
    expect(sharing({ 'ec2:Add/userId': [ONE] })).toBe(true);
    expect(sharing({ 'ec2:Add/userId': [ONE, STRANGER] })).toBe(false);
    expect(sharing({ 'ec2:Add/group': 'all' })).toBe(false);
    expect(sharing({ 'ec2:Remove/userId': [STRANGER] })).toBe(true);
    const nobody = roleOf({ image: 'share: []' });
    expect(sharing({ 'ec2:Remove/userId': [ONE] }, nobody)).toBe(true);
    expect(sharing({ 'ec2:Add/userId': [ONE] }, nobody)).toBe(false);
  });
});

describe('each right', () => {
  const READING = /:(?:Describe|List|Get)/;
  const ALWAYS = ['ec2:CreateTags', 'ec2:EnableImage'];
  test.each<[words: Words, actions: readonly string[]]>([
    [{ sets: 'lock: { mode: governance, for: 2d }' }, ['ec2:LockSnapshot']],
    [{ image: 'protect: true' }, ['ec2:EnableImageDeregistrationProtection']],
    [{ image: 'deprecateAfter: 2d' }, ['ec2:EnableImageDeprecation']],
    [{ sets: 'archiveAfter: 3d', keep: '{ monthly: 12 }' }, ['ec2:ModifySnapshotTier']],
    [{ image: REMOVAL }, ['ec2:DisableImage']],
    [{ sets: `share: ["${ONE}"]` }, ['ec2:ModifyImageAttribute', 'ec2:ModifySnapshotAttribute']],
  ])('of %j is there for it, and without another word no other is', (words, actions) => {
    const changing = [...ownActions(roleOf(words))].filter((action) => !READING.test(action));
    expect(changing.sort()).toEqual([...ALWAYS, ...actions].sort());
  });

  test.each<Words>([{}, { image: 'protect: false' }])('is missing where the file says %j', (words) => {
    expect([...ownActions(roleOf(words))]).toEqual([]);
  });
});

describe('a policy that protects', () => {
  const schedules = (file: PolicyFile): unknown[] =>
    resourcesOfType(resourcesOf(file), 'AWS::Scheduler::Schedule').filter(({ Name }) => Name === 'protect');

  test.each<Words>([
    {},
    { image: 'protect: false' },
    { image: 'protect: true' },
    { sets: 'lock: { mode: governance, for: 2d }' },
    { sets: 'archiveAfter: 3d', keep: '{ monthly: 12 }' },
    { image: 'deprecateAfter: 2d' },
    { image: 'share: []' },
    { image: REMOVAL },
  ])('is the same to infra/ as to the run: %j', (words) => {
    const file = parse(policiesWith(words));
    expect(infraPlaces.hasProtection(file)).toBe(file.policies.some(isProtecting));
    expect(schedules(file)).toHaveLength(file.policies.some(isProtecting) ? 1 : 0);
  });

  test('is looked after every hour, ten minutes before it is over', () => {
    expect(schedules(parse(policiesWith(WORDS)))).toMatchObject([
      {
        Description: 'every 1 hours from 00:50',
        ScheduleExpression: 'cron(50 * * * ? *)',
        Target: { Arn: 'ProtectQueue.Arn', SqsParameters: { MessageGroupId: 'fan-out/protect' } },
      },
    ]);
  });
});

describe('in another account', () => {
  const more = `targets:
  - { account: "${ACCOUNT}", region: ${REGION}, rolePrefix: backups }
`;
  const stack = (words: Words) =>
    stackOf(placeRoles(parse(policiesWith({ ...words, more }))), {
      HomeAccount: '999999999999',
      HomeRegion: 'eu-central-1',
    });

  test('the role of the place may do the same', async () => {
    const { asked } = await aRun();
    const there = statementsOf(stack(BOTH), 'ProtectRole');
    expect(refusedBy(there, asked)).toEqual([]);
    expect(ownActions(there)).toEqual(ownActions(role));
    expect(resourcesOfType(stack(BOTH), 'AWS::IAM::Role').map(({ RoleName }) => RoleName)).toContain(
      'backups-protect',
    );
  });

  test('there is none without such words', () => {
    expect(stack({}).Resources).not.toHaveProperty('ProtectRole');
  });
});

describe('the pruning role', () => {
  const lifting = async (words: Words, context: Readonly<Record<string, string>> = {}): Promise<boolean> => {
    const { scenario } = await protecting({}, { days: 1 });
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const asked = now.onImage('DisableImageDeregistrationProtection', region.images()[0]?.id ?? '');
    const pruning = statementsOf(resourcesOf(parse(policiesWith(words))), 'PruneRole');
    return isAllowed(pruning, withContext(asked, context));
  };

  test('lifts the protection of its own where a policy says anything of it, and of nothing held', async () => {
    expect(await lifting({ image: 'protect: true' })).toBe(true);
    expect(await lifting({ image: 'protect: false' })).toBe(true);
    expect(await lifting({ image: 'protect: true' }, { [DEPLOYMENT]: 'prod' })).toBe(false);
    expect(await lifting({ image: 'protect: true' }, { 'aws:ResourceTag/Backup:Hold': 'x' })).toBe(false);
    const dlm = { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'policy-1' };
    expect(await lifting({ image: 'protect: true' }, dlm)).toBe(false);
    const more = 'retired: { old: { keep: { last: 1 }, protect: false } }\n';
    expect(await lifting({ more })).toBe(true);
    expect(await lifting({ image: REMOVAL })).toBe(false);
  });

  test('may make every call of a prune that lifts one, and unlocks, protects and disables nothing', async () => {
    const { scenario } = await protecting({ image: 'protect: true', keep: '{ last: 1 }' });
    const { region, account } = scenario;
    await protect(scenario);
    for (const { id } of region.images()) region.protectImage(id, 'enabled-without-cooldown');
    const now = new Authorisations(account.account, region);
    region.calls.length = 0;
    await scenario.prune({ policy: 'nightly' });
    const asked = region.calls.flatMap((call) => now.of(call));
    const pruning = statementsOf(template, 'PruneRole');
    expect(asked.map(({ action }) => action)).toContain('ec2:DisableImageDeregistrationProtection');
    expect(refusedBy(pruning, asked)).toEqual([]);
    const { changes } = await aRun();
    expect(allowedBy(pruning, changes)).toEqual([]);
    const snapshot = region.snapshots()[0]?.id ?? '';
    expect(isAllowed(pruning, now.onSnapshot('UnlockSnapshot', snapshot))).toBe(false);
  });
});
