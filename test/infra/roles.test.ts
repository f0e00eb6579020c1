/** The roles against the calls that the simulated account saw each job make, and against what they must never do. */

import { describe, expect, test } from 'vitest';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { isAllowed, type IamRequest } from '../support/iam.ts';
import { POLICIES, Scenario, parse } from '../support/scenario.ts';
import { REGION } from '../support/cloudformation.ts';
import { resourcesOf, statementsOf, trustOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';
import { someDays } from './some-days.ts';

const template = resourcesOf(parse(POLICIES));
const backupRole = statementsOf(template, 'BackupRole');
const pruneRole = statementsOf(template, 'PruneRole');

const DEPLOYMENT = 'aws:RequestTag/ec2-backup:deployment';
const CREATES = ['CreateImage', 'CreateSnapshot', 'CreateSnapshots'];
const DELETES = ['DeregisterImage', 'DeleteSnapshot'];

describe('a job’s own calls', () => {
  test('of backup are all allowed to its role', async () => {
    const { backups } = await someDays();
    expect(new Set(backups.map(({ command }) => command))).toEqual(
      new Set(['DescribeImages', 'DescribeSnapshots', 'DescribeInstances', 'DescribeVolumes', ...CREATES]),
    );
    expect(refusedBy(backupRole, backups)).toEqual([]);
  });

  test('of prune are all allowed to its role', async () => {
    const { prunes } = await someDays();
    expect(new Set(prunes.map(({ command }) => command))).toEqual(
      new Set([
        'DescribeImages',
        'DescribeSnapshots',
        'DescribeInstances',
        'DescribeVolumes',
        'DescribeImageReferences',
        'DescribeLaunchConfigurations',
        'DescribeAutoScalingGroups',
        'DescribeLockedSnapshots',
        'ListImagesInRecycleBin',
        'ListSnapshotsInRecycleBin',
        ...DELETES,
      ]),
    );
    expect(refusedBy(pruneRole, prunes)).toEqual([]);
  });

  test('each role has no action that its job did not need', async () => {
    const { backups, prunes } = await someDays();
    const used = (asked: readonly Asked[]): Set<string> => new Set(asked.map(({ action }) => action));
    expect(ownActions(backupRole)).toEqual(used(backups));
    expect(ownActions(pruneRole)).toEqual(used(prunes));
  });

  test('in another Region are refused', async () => {
    const { backups, prunes } = await someDays();
    const elsewhere = (asked: readonly Asked[]): Asked[] =>
      asked
        .filter(({ context }) => !('aws:CalledVia' in context))
        .map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(backupRole, elsewhere(backups))).toEqual([]);
    expect(allowedBy(pruneRole, elsewhere(prunes))).toEqual([]);
  });
});

describe('the creating role', () => {
  test('deletes nothing, also not what it made', async () => {
    const { prunes } = await someDays();
    const deletes = prunes.filter(({ command }) => DELETES.includes(command));
    expect(deletes.length).toBeGreaterThan(0);
    expect(allowedBy(backupRole, deletes)).toEqual([]);
  });

  test('makes nothing without this deployment’s tag', async () => {
    const { backups } = await someDays();
    const making = backups.filter(({ context }) => DEPLOYMENT in context);
    expect(making.length).toBeGreaterThan(0);
    for (const deployment of [undefined, 'prod', 'TEST']) {
      expect(
        allowedBy(
          backupRole,
          making.map((one) => withContext(one, { [DEPLOYMENT]: deployment })),
        ),
      ).toEqual([]);
    }
  });

  test('tags nothing that exists, with any tag', async () => {
    const { scenario } = await someDays();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const tagging = [
      ...region.images().map(({ id }) => now.createTags('image', id, { 'ec2-backup:deployment': 'test' })),
      ...region
        .snapshots()
        .map(({ id }) => now.createTags('snapshot', id, { 'ec2-backup:deployment': 'test' })),
      ...region.snapshots().map(({ id }) => now.createTags('snapshot', id, { 'Backup:Hold': 'x' })),
    ].flat();
    expect(tagging.length).toBeGreaterThan(0);
    expect(allowedBy(backupRole, tagging)).toEqual([]);
    expect(allowedBy(pruneRole, tagging)).toEqual([]);
  });

  test('tags in no other creating call', async () => {
    const { backups } = await someDays();
    const tagging = backups.filter(({ action }) => action === 'ec2:CreateTags');
    for (const other of ['RunInstances', 'CopySnapshot', 'CreateVolume']) {
      const asked = tagging.map((one) => withContext(one, { 'ec2:CreateAction': other }));
      expect(allowedBy(backupRole, asked)).toEqual([]);
    }
  });
});

describe('the pruning role', () => {
  test('makes nothing and tags nothing, also not with this deployment’s tag', async () => {
    const { backups } = await someDays();
    const making = backups.filter(({ command }) => CREATES.includes(command));
    expect(making.length).toBeGreaterThan(0);
    expect(allowedBy(pruneRole, making)).toEqual([]);
  });

  const SPARED: readonly { name: string; tags: Readonly<Record<string, string>> }[] = [
    { name: 'what has no tags', tags: {} },
    { name: '[H29] what another deployment made', tags: { 'ec2-backup:deployment': 'prod' } },
    { name: '[H29] what DLM made', tags: { 'aws:dlm:lifecycle-policy-id': 'policy-1' } },
    {
      name: '[H29] what DLM made of a source with this deployment’s tag',
      tags: { 'ec2-backup:deployment': 'test', 'aws:dlm:lifecycle-policy-id': 'policy-1' },
    },
    { name: 'what is held', tags: { 'ec2-backup:deployment': 'test', 'Backup:Hold': 'audit' } },
    {
      name: 'what is held for no reason given',
      tags: { 'ec2-backup:deployment': 'test', 'Backup:Hold': '' },
    },
    { name: 'what is held in small letters', tags: { 'ec2-backup:deployment': 'test', 'backup:hold': 'x' } },
  ];

  test.each(SPARED)('deletes nothing of $name', ({ tags }) => {
    const { region, account } = new Scenario();
    const image = region.registerImage({ name: 'an-image', tags });
    const snapshot = region.createForeignSnapshot({ tags });
    const now = new Authorisations(account.account, region);
    const [deregister] = now.deregisterImage(image);
    expect(
      allowedBy(pruneRole, [...now.deleteSnapshot(snapshot), ...(deregister ? [deregister] : [])]),
    ).toEqual([]);
  });

  test('deletes what is this deployment’s', () => {
    const { region, account } = new Scenario();
    const snapshot = region.createForeignSnapshot({ tags: { 'ec2-backup:deployment': 'test' } });
    const asked = new Authorisations(account.account, region).deleteSnapshot(snapshot);
    expect(refusedBy(pruneRole, asked)).toEqual([]);
  });

  test('holds by the opt-in tag of the policy file', () => {
    const role = statementsOf(resourcesOf(parse(`${POLICIES}\noptInTag: Sicherung\n`)), 'PruneRole');
    const { region, account } = new Scenario();
    const tags = { 'ec2-backup:deployment': 'test', 'Sicherung:Hold': 'x' };
    const snapshot = region.createForeignSnapshot({ tags });
    expect(allowedBy(role, new Authorisations(account.account, region).deleteSnapshot(snapshot))).toEqual([]);
  });

  test('reads parameters, recipes and launch templates only through EC2', () => {
    for (const action of [
      'ssm:GetParameters',
      'imagebuilder:GetContainerRecipe',
      'ec2:DescribeLaunchTemplates',
    ]) {
      const direct: IamRequest = { action, resource: '*', context: { 'aws:RequestedRegion': REGION } };
      expect(isAllowed(pruneRole, direct), action).toBe(false);
    }
  });
});

describe('every function’s role', () => {
  const FUNCTIONS = ['Backup', 'Prune', 'RegisterPolicies', 'Watch', 'Digest', 'Rehearse', 'Protect'];
  const may = (id: string, action: string, resource: string): boolean =>
    isAllowed(statementsOf(template, `${id}Role`), { action, resource, context: {} });

  test.each([
    { id: 'Backup', job: 'backup' },
    { id: 'Prune', job: 'prune' },
    { id: 'RegisterPolicies', job: 'register-policies' },
    { id: 'Watch', job: 'watch' },
    { id: 'Digest', job: 'digest' },
    { id: 'Rehearse', job: 'rehearse' },
    { id: 'Protect', job: 'protect' },
  ])('of $job: its own log, and Lambda alone takes it on', ({ job, id }) => {
    const log = (name: string): string =>
      `arn:aws:logs:${REGION}:111122223333:log-group:/aws/lambda/${name}:log-stream:2026/11/22/[$LATEST]0`;
    expect(may(id, 'logs:PutLogEvents', log(`ec2-backup-test-${job}`))).toBe(true);
    expect(may(id, 'logs:CreateLogStream', log(`ec2-backup-test-${job}`))).toBe(true);
    expect(may(id, 'logs:CreateLogGroup', log(`ec2-backup-test-${job}`))).toBe(false);
    expect(may(id, 'logs:PutLogEvents', log(`ec2-backup-prod-${job}`))).toBe(false);
    expect(trustOf(template, `${id}Role`)).toEqual([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
  });

  test.each(FUNCTIONS)('of %s works off its own queue and no other', (id) => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
      const queues = FUNCTIONS.filter((other) => may(id, action, `${other}Queue.Arn`));
      expect(queues, action).toEqual([id]);
      for (const kind of ['DeadLetters', 'Undelivered', 'Failed'])
        expect(FUNCTIONS.filter((other) => may(id, action, `${other}${kind}.Arn`))).toEqual([]);
    }
  });

  const SENDS: readonly { id: string; to: readonly string[] }[] = [
    { id: 'Backup', to: ['BackupQueue', 'BackupFailed'] },
    { id: 'Prune', to: ['PruneQueue', 'PruneFailed'] },
    { id: 'RegisterPolicies', to: ['RegisterPoliciesQueue', 'RegisterPoliciesFailed'] },
    { id: 'Watch', to: ['BackupQueue', 'WatchQueue', 'WatchFailed', 'Reports'] },
    { id: 'Digest', to: ['DigestQueue', 'DigestFailed'] },
    { id: 'Protect', to: ['ProtectQueue', 'ProtectFailed'] },
  ];

  test.each(SENDS)('of $id sends to $to and to no other queue', ({ id, to }) => {
    const queues = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::SQS::Queue');
    const sent = queues.map(([queue]) => queue).filter((queue) => may(id, 'sqs:SendMessage', `${queue}.Arn`));
    expect(sent.sort()).toEqual([...to].sort());
  });

  test('of the digest alone takes reports and tells people', () => {
    const taking = ['sqs:ReceiveMessage', 'sqs:DeleteMessage'];
    for (const action of taking)
      expect(FUNCTIONS.filter((id) => may(id, action, 'Reports.Arn'))).toEqual(['Digest']);
    expect(FUNCTIONS.filter((id) => may(id, 'sns:Publish', 'Topic'))).toEqual(['Digest']);
    expect(ownActions(statementsOf(template, 'DigestRole'))).toEqual(new Set(['sns:Publish']));
  });

  test.each(FUNCTIONS)('of %s allows no wildcard of actions', (id) => {
    const allowed = statementsOf(template, `${id}Role`).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('keys of encrypted volumes', () => {
  const KEY = `arn:aws:kms:${REGION}:111122223333:key/1`;
  const viaEc2 = { 'aws:RequestedRegion': REGION, 'kms:ViaService': `ec2.${REGION}.amazonaws.com` };
  const direct = { 'aws:RequestedRegion': REGION };
  const CASES: readonly { name: string; action: string; context: IamRequest['context']; allowed: boolean }[] =
    [
      {
        name: 'a grant for EC2, through EC2',
        action: 'kms:CreateGrant',
        context: { ...viaEc2, 'kms:GrantIsForAWSResource': 'true' },
        allowed: true,
      },
      { name: 'a grant for somebody else', action: 'kms:CreateGrant', context: viaEc2, allowed: false },
      {
        name: 'a grant that it asks for itself',
        action: 'kms:CreateGrant',
        context: { ...direct, 'kms:GrantIsForAWSResource': 'true' },
        allowed: false,
      },
      { name: 'decrypting through EC2', action: 'kms:Decrypt', context: viaEc2, allowed: true },
      {
        name: 'decrypting through EC2 in another Region',
        action: 'kms:Decrypt',
        context: { 'aws:RequestedRegion': 'eu-west-1', 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' },
        allowed: false,
      },
      { name: 'decrypting by itself', action: 'kms:Decrypt', context: direct, allowed: false },
      {
        name: 'decrypting through another service',
        action: 'kms:Decrypt',
        context: { ...direct, 'kms:ViaService': `s3.${REGION}.amazonaws.com` },
        allowed: false,
      },
      { name: 'deleting a key', action: 'kms:ScheduleKeyDeletion', context: viaEc2, allowed: false },
    ];

  test('[H36] nothing denies a function the settings that Lambda decrypts in its name, wherever the targets are', () => {
    const elsewhere = resourcesOf(
      parse(`${POLICIES}targets: [{ account: "111122223333", region: eu-west-1 }]\n`),
    );
    const grant = {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: '*',
      Sid: 'AsByTheGrantOfLambda',
    } as const;
    const context = { 'aws:RequestedRegion': REGION, 'kms:ViaService': `lambda.${REGION}.amazonaws.com` };
    for (const id of [
      'BackupRole',
      'PruneRole',
      'RegisterPoliciesRole',
      'WatchRole',
      'DigestRole',
      'RehearseRole',
      'ProtectRole',
    ]) {
      const statements = [...statementsOf(elsewhere, id), { ...grant, Resource: ['*'] }];
      expect(isAllowed(statements, { action: 'kms:Decrypt', resource: KEY, context }), id).toBe(true);
      expect(isAllowed(statements, { action: 'kms:Decrypt', resource: KEY, context: {} }), id).toBe(true);
    }
  });

  test.each(CASES)('$name: $allowed to the creating role, and never to the others', (one) => {
    const request = { action: one.action, resource: KEY, context: one.context };
    expect(isAllowed(backupRole, request)).toBe(one.allowed);
    for (const id of [
      'PruneRole',
      'RegisterPoliciesRole',
      'WatchRole',
      'DigestRole',
      'RehearseRole',
      'ProtectRole',
    ])
      expect(isAllowed(statementsOf(template, id), request), id).toBe(false);
  });
});
