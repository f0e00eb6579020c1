import { describe, expect, test } from 'vitest';
import { deniedProblem, missingRole, trustProblem } from '../../../src/lib/plan/lifecycle-role.ts';
import { judgeTrust } from '../../../src/lib/plan/lifecycle-trust.ts';
import { DLM_PLACE } from '../../support/dlm-policies.ts';

const POLICIES = 'arn:aws:dlm:eu-west-1:111122223333:policy/*';
const EXPECTED = `expected ArnLike with ${POLICIES}`;

function trust(over: Readonly<Record<string, unknown>> = {}): unknown {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'dlm.amazonaws.com' },
    Action: 'sts:AssumeRole',
    ...over,
  };
  return { Version: '2012-10-17', Statement: [statement] };
}

function denying(over: Readonly<Record<string, unknown>>): unknown {
  const statement = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', ...over };
  return { Statement: [{ ...statement }, { ...statement, Effect: 'Allow', ...OURS }] };
}

const OURS = {
  Principal: { Service: 'dlm.amazonaws.com' },
  Condition: {
    StringEquals: { 'aws:SourceAccount': '111122223333' },
    ArnLike: { 'aws:SourceArn': POLICIES },
  },
};

const NO_TRUST = 'does not let dlm.amazonaws.com assume it';

interface TrustRow {
  readonly name: string;
  readonly document: unknown;
  readonly problem?: string;
  readonly remark?: string;
}

const CANNOT = 'whether dlm.amazonaws.com may assume it depends on what cannot be judged here:';

const TRUST: readonly TrustRow[] = [
  { name: 'as the deployment makes it', document: trust(OURS) },
  { name: 'without conditions', document: trust() },
  {
    name: 'one statement that is no list',
    document: { Statement: { ...OURS, Effect: 'Allow', Action: '*' } },
  },
  {
    name: 'several services and actions',
    document: trust({
      Principal: { Service: ['ec2.amazonaws.com', 'dlm.amazonaws.com'] },
      Action: ['sts:TagSession', 'sts:Assume*'],
    }),
  },
  {
    name: 'several accounts, ours among them, keys in another case',
    document: trust({
      Condition: { StringEquals: { 'AWS:SourceAccount': ['444455556666', '111122223333'] } },
    }),
  },
  {
    name: 'StringLike over the whole ARN',
    document: trust({ Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:dlm:*:111122223333:*' } } }),
  },
  {
    name: 'ArnEquals with a pattern',
    document: trust({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:*:dlm:*:*:policy/*' } } }),
  },
  {
    name: 'another service',
    document: trust({ Principal: { Service: 'ec2.amazonaws.com' } }),
    problem: NO_TRUST,
  },
  { name: 'another action', document: trust({ Action: 'sts:TagSession' }), problem: NO_TRUST },
  { name: 'no statement at all', document: { Statement: [] }, problem: NO_TRUST },
  { name: 'no document', document: null, problem: 'has no trust policy that can be read' },
  {
    name: 'another account',
    document: trust({ Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } }),
    problem:
      'lets dlm.amazonaws.com assume it only where aws:SourceAccount is 444455556666 (StringEquals), expected 111122223333',
  },
  {
    name: 'another Region',
    document: trust({
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:dlm:us-east-1:111122223333:policy/*' } },
    }),
    problem: `lets dlm.amazonaws.com assume it only where aws:SourceArn is arn:aws:dlm:us-east-1:111122223333:policy/* (ArnLike), ${EXPECTED}`,
  },
  {
    name: 'one lifecycle policy only, so that the next one cannot run',
    document: trust({
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:dlm:eu-west-1:111122223333:policy/policy-0123456789abcdef0' },
      },
    }),
    problem: `lets dlm.amazonaws.com assume it only where aws:SourceArn is arn:aws:dlm:eu-west-1:111122223333:policy/policy-0123456789abcdef0 (ArnLike), ${EXPECTED}`,
  },
  {
    name: 'a pattern where StringEquals takes none',
    document: trust({ Condition: { StringEquals: { 'aws:SourceArn': POLICIES } } }),
    problem: `lets dlm.amazonaws.com assume it only where aws:SourceArn is ${POLICIES} (StringEquals), ${EXPECTED}`,
  },
  {
    name: 'an ARN pattern whose star would have to reach over a colon',
    document: trust({ Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:dlm:*:policy/*' } } }),
    problem: `lets dlm.amazonaws.com assume it only where aws:SourceArn is arn:aws:dlm:*:policy/* (ArnLike), ${EXPECTED}`,
  },
  {
    name: 'a denial for everyone',
    document: denying({}),
    problem: 'denies dlm.amazonaws.com to assume it',
  },
  {
    name: 'a denial for DLM in another Region',
    document: denying({
      Principal: { Service: 'dlm.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:dlm:us-east-1:*:policy/*' } },
    }),
  },
  {
    name: 'a denial for somebody else',
    document: denying({ Principal: { AWS: 'arn:aws:iam::444455556666:root' } }),
  },
  {
    name: 'a denial that hangs on something else',
    document: denying({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    remark: `${CANNOT} Bool aws:SecureTransport`,
  },
  {
    name: 'a condition on something else',
    document: trust({
      Condition: {
        StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceOrgID': 'o-1234567890' },
        StringNotLike: { 'aws:SourceArn': 'x' },
      },
    }),
    remark: `${CANNOT} StringEquals aws:SourceOrgID, StringNotLike aws:SourceArn`,
  },
];

describe('whether DLM may assume a role', () => {
  test.each(TRUST)('$name', ({ document, problem, remark }) => {
    expect(judgeTrust(document, DLM_PLACE)).toEqual({
      ...(problem && { problem }),
      ...(remark && { remark }),
    });
  });
});

describe('what is wrong with a role, in words', () => {
  const arn = 'arn:aws:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-dlm-snapshots';
  const cure =
    'deploy again (npx serverless deploy); a role that was edited by hand must be put right by hand';

  test('it is not there', () => {
    expect(missingRole(arn)).toBe(
      `the role ${arn} does not exist: deploy again (npx serverless deploy creates it)`,
    );
  });

  test('DLM may not assume it', () => {
    expect(trustProblem({ Statement: [] }, DLM_PLACE)).toBe(`its role ${NO_TRUST}: ${cure}`);
    expect(trustProblem(trust(OURS), DLM_PLACE)).toBeUndefined();
  });

  test('a condition that cannot be judged is no problem', () => {
    const document = trust({ Condition: { StringEquals: { 'aws:SourceOrgID': 'o-1234567890' } } });
    expect(trustProblem(document, DLM_PLACE)).toBeUndefined();
  });

  test('it does not allow what the policy uses', () => {
    expect(deniedProblem(arn, ['ec2:CopySnapshot', 'ec2:CreateTags'])).toBe(
      `the role ${arn} does not allow ec2:CopySnapshot, ec2:CreateTags, which this policy needs: ${cure}`,
    );
  });
});
