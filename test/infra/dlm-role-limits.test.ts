/** What DLM's roles never allow, however many features the policy file uses. */

import { describe, expect, test } from 'vitest';
import { isAllowed, type IamRequest } from '../support/iam.ts';
import { parse } from '../support/scenario.ts';
import { ACCOUNT, REGION } from '../support/cloudformation.ts';
import { resourcesOf, statementsOf } from '../support/template.ts';

const COPY_KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11112222-3333-4444-5555-666677778888`;
const COPIES = `copies: [{ region: eu-west-1, keep: { within: 30d }, key: "${COPY_KEY}" }]`;
const TWICE_A_DAY = 'schedule: every 12 hours, keep: { last: 4 }';

const EVERYTHING = resourcesOf(
  parse(`
version: 1
deployment: test
policies:
  sets: { engine: dlm, backup: snapshots, ${TWICE_A_DAY}, ${COPIES}, hooks: { document: my-freeze } }
  disks: { engine: dlm, backup: volume, ${TWICE_A_DAY}, share: { accounts: ["444455556666"] }, fastRestore: { last: 2, zones: [${REGION}a] } }
  vault: { engine: dlm, backup: volume, schedule: cron(0 3 1 * ? *), keep: { within: 12m }, archiveAfter: 2m }
  images: { engine: dlm, backup: image, ${TWICE_A_DAY}, ${COPIES} }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
  instance: { every: 1d, keep: { within: 7d } }
`),
);
const snapshotsRole = statementsOf(EVERYTHING, 'DlmSnapshotsRole');
const imagesRole = statementsOf(EVERYTHING, 'DlmImagesRole');

const DLM_TAG = { 'aws:ResourceTag/aws:dlm:lifecycle-policy-id': 'policy-0123456789abcdef0' };
const OURS = { 'aws:ResourceTag/ec2-backup:deployment': 'test' };

describe.each([
  { role: 'DlmSnapshotsRole', statements: snapshotsRole, action: 'ec2:DeleteSnapshot', kind: 'snapshot' },
  { role: 'DlmImagesRole', statements: imagesRole, action: 'ec2:DeleteSnapshot', kind: 'snapshot' },
  { role: 'DlmImagesRole', statements: imagesRole, action: 'ec2:DeregisterImage', kind: 'image' },
])('$action by $role', ({ statements, action, kind }) => {
  const CASES: readonly {
    name: string;
    region: string;
    context: IamRequest['context'];
    allowed: boolean;
  }[] = [
    { name: 'what DLM made', region: REGION, context: DLM_TAG, allowed: true },
    { name: 'a copy where copies go', region: 'eu-west-1', context: DLM_TAG, allowed: true },
    { name: 'a copy where copies went before', region: 'us-east-1', context: DLM_TAG, allowed: true },
    { name: 'what others have elsewhere', region: 'us-east-1', context: {}, allowed: false },
    { name: '[H29] what the Lambdas made', region: REGION, context: OURS, allowed: false },
    {
      name: 'what DLM made of a source with the deployment’s tag',
      region: REGION,
      context: { ...DLM_TAG, ...OURS },
      allowed: true,
    },
    {
      name: 'what is held',
      region: REGION,
      context: { ...DLM_TAG, 'aws:ResourceTag/backup:hold': 'audit' },
      allowed: false,
    },
  ];

  test.each(CASES)('of $name: $allowed', ({ region, context, allowed }) => {
    const resource = `arn:aws:ec2:${region}::${kind}/x-1`;
    expect(isAllowed(statements, { action, resource, context })).toBe(allowed);
  });
});

describe('sharing by DlmSnapshotsRole', () => {
  const share = (context: IamRequest['context']): boolean =>
    isAllowed(snapshotsRole, {
      action: 'ec2:ModifySnapshotAttribute',
      resource: `arn:aws:ec2:${REGION}::snapshot/snap-1`,
      context,
    });

  test.each([
    { name: 'with an account of the file', context: { 'ec2:Add/userId': '444455556666' }, allowed: true },
    { name: 'with another account', context: { 'ec2:Add/userId': '999999999999' }, allowed: false },
    {
      name: 'with another account beside one of the file',
      context: { 'ec2:Add/userId': ['444455556666', '999999999999'] },
      allowed: false,
    },
    { name: 'with everybody', context: { 'ec2:Add/group': 'all' }, allowed: false },
    { name: 'no longer', context: { 'ec2:Remove/userId': '999999999999' }, allowed: true },
  ])('$name: $allowed', ({ context, allowed }) => {
    expect(share(context)).toBe(allowed);
  });
});

describe('hooks by DlmSnapshotsRole', () => {
  const send = (resource: string): boolean =>
    isAllowed(snapshotsRole, { action: 'ssm:SendCommand', resource, context: {} });

  test.each([
    {
      name: 'the document of the file',
      resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:document/my-freeze`,
      allowed: true,
    },
    {
      name: 'another document',
      resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:document/my-freeze-2`,
      allowed: false,
    },
    {
      name: 'any shell script',
      resource: `arn:aws:ssm:${REGION}::document/AWS-RunShellScript`,
      allowed: false,
    },
    { name: 'on an instance', resource: `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-1`, allowed: true },
    {
      name: 'on a managed node',
      resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:managed-instance/mi-1`,
      allowed: false,
    },
  ])('$name: $allowed', ({ resource, allowed }) => {
    expect(send(resource)).toBe(allowed);
  });
});

describe('keys by both roles', () => {
  const HERE = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1`;
  const via = (region: string): IamRequest['context'] => ({
    'kms:ViaService': `ec2.${region}.amazonaws.com`,
  });
  const CASES: readonly { name: string; key: string; context: IamRequest['context']; allowed: boolean }[] = [
    { name: 'a source’s', key: HERE, context: via(REGION), allowed: true },
    { name: 'a source’s, by itself', key: HERE, context: {}, allowed: false },
    { name: 'the copies’', key: COPY_KEY, context: via('eu-west-1'), allowed: true },
    { name: 'another of the copies’ Region', key: `${COPY_KEY}0`, context: via('eu-west-1'), allowed: false },
    {
      name: 'one of another Region',
      key: HERE.replace(REGION, 'us-east-1'),
      context: via('us-east-1'),
      allowed: false,
    },
  ];

  test.each(CASES)('$name: $allowed', ({ key, context, allowed }) => {
    for (const role of [snapshotsRole, imagesRole]) {
      expect(isAllowed(role, { action: 'kms:Decrypt', resource: key, context })).toBe(allowed);
      const grant = { action: 'kms:CreateGrant', resource: key, context };
      expect(isAllowed(role, grant)).toBe(false);
      const forEc2 = { ...grant, context: { ...context, 'kms:GrantIsForAWSResource': 'true' } };
      expect(isAllowed(role, forEc2)).toBe(allowed);
    }
  });
});

test('both roles stay within IAM’s 10,240 characters with every feature', () => {
  for (const statements of [snapshotsRole, imagesRole]) {
    expect(JSON.stringify(statements).length).toBeLessThan(10_240);
  }
});
