/** The roles that DLM works under: what each feature of the policy file needs, and not more. */

import { describe, expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../src/lib/plan/lifecycle-details.ts';
import { requiredActions, trustProblem } from '../../src/lib/plan/lifecycle-role.ts';
import { isAllowed, type IamRequest, type Statement } from '../support/iam.ts';
import { parse } from '../support/scenario.ts';
import { ACCOUNT, REGION } from '../support/cloudformation.ts';
import { arnOfRole, resourcesOf, statementsOf, trustOf } from '../support/template.ts';

const PLACE = { account: ACCOUNT, region: REGION, partition: 'aws' };
const COPY_KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11112222-3333-4444-5555-666677778888`;

interface Feature {
  readonly name: string;
  /** What the policy file says. */
  readonly says: string;
  readonly role: 'DlmSnapshotsRole' | 'DlmImagesRole';
  /** Services whose actions the role allows. */
  readonly services: readonly string[];
}

const SNAPSHOTS = 'engine: dlm, backup: snapshots, schedule: every 12 hours, keep: { last: 4 }';
const VOLUME = 'engine: dlm, backup: volume, schedule: every 12 hours, keep: { last: 4 }';
const IMAGE = 'engine: dlm, backup: image, schedule: every 12 hours, keep: { last: 4 }';
const COPIES = `copies: [{ region: eu-west-1, keep: { within: 30d }, key: "${COPY_KEY}" }]`;
const EC2 = ['ec2', 'kms'];

function policy(words: string): string {
  return `policies:\n  p: { ${words} }\n`;
}

const FEATURES: readonly Feature[] = [
  {
    name: 'snapshots of instances',
    says: policy(SNAPSHOTS),
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  { name: 'snapshots of volumes', says: policy(VOLUME), role: 'DlmSnapshotsRole', services: EC2 },
  { name: 'images', says: policy(IMAGE), role: 'DlmImagesRole', services: EC2 },
  {
    name: 'copies of snapshots',
    says: policy(`${SNAPSHOTS}, ${COPIES}`),
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  { name: 'copies of images', says: policy(`${IMAGE}, ${COPIES}`), role: 'DlmImagesRole', services: EC2 },
  {
    name: 'sharing',
    says: policy(`${VOLUME}, share: { accounts: ["444455556666"], unshareAfter: 7d }`),
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  {
    name: 'fast restore',
    says: policy(`${VOLUME}, fastRestore: { last: 2, zones: [${REGION}a] }`),
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  {
    name: 'archive',
    says: policy(
      'engine: dlm, backup: volume, schedule: cron(0 3 1 * ? *), keep: { within: 12m }, archiveAfter: 2m',
    ),
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  {
    name: 'deprecation',
    says: policy(`${IMAGE}, deprecateAfter: 2d`.replace('last: 4', 'within: 4d')),
    role: 'DlmImagesRole',
    services: EC2,
  },
  {
    name: 'deprecation of copies',
    says: policy(`${IMAGE}, ${COPIES.replace('key:', 'deprecateAfter: 20d, key:')}`),
    role: 'DlmImagesRole',
    services: EC2,
  },
  {
    name: 'hooks',
    says: policy(`${SNAPSHOTS}, hooks: { document: my-freeze }`),
    role: 'DlmSnapshotsRole',
    services: [...EC2, 'ssm'],
  },
  {
    name: 'hooks of VSS',
    says: policy(`${SNAPSHOTS}, hooks: { document: AWS_VSS_BACKUP }`),
    role: 'DlmSnapshotsRole',
    services: [...EC2, 'ssm'],
  },
  {
    name: 'a document of another account',
    says: policy(
      `${SNAPSHOTS}, hooks: { document: "arn:aws:ssm:${REGION}:444455556666:document/their-freeze" }`,
    ),
    role: 'DlmSnapshotsRole',
    services: [...EC2, 'ssm'],
  },
  {
    name: 'the default policy for volumes',
    says: 'policies: {}\ndefaultPolicies: { volume: { every: 1d, keep: { within: 7d }, copies: [eu-west-1] } }\n',
    role: 'DlmSnapshotsRole',
    services: EC2,
  },
  {
    name: 'the default policy for instances',
    says: 'policies: {}\ndefaultPolicies: { instance: { every: 2d, keep: { within: 14d } } }\n',
    role: 'DlmImagesRole',
    services: EC2,
  },
];

function made(says: string) {
  const file = parse(`version: 1\ndeployment: test\n${says}`);
  return { file, template: resourcesOf(file), wanted: wantedLifecyclePolicies(file, PLACE) };
}

function actionsOf(role: readonly Statement[], ...except: string[]): Set<string> {
  const allowing = role.filter(({ Effect, Sid = '' }) => Effect === 'Allow' && !except.includes(Sid));
  return new Set(allowing.flatMap(({ Action }) => Action));
}

describe.each(FEATURES)('$name', ({ says, role, services }) => {
  const { template, wanted } = made(says);
  const statements = statementsOf(template, role);
  const asked = wanted.flatMap((one) =>
    requiredActions(one, PLACE).flatMap(({ resource, actions }) =>
      actions.map((action): IamRequest => ({ action, resource, context: {} })),
    ),
  );

  test('may do what its lifecycle policies require', () => {
    expect(asked.length).toBeGreaterThan(0);
    const refused = asked.filter((one) => !isAllowed(statements, one));
    expect(refused.map(({ action, resource }) => `${action} on ${resource}`)).toEqual([]);
  });

  test('may do nothing that they do not require, but use keys', () => {
    const allowed = [...actionsOf(statements)].filter((action) => !action.startsWith('kms:'));
    expect(new Set(allowed)).toEqual(new Set(asked.map(({ action }) => action)));
  });

  test('knows no other services, and no wildcard of actions', () => {
    const actions = [...actionsOf(statements)];
    expect([...new Set(actions.map((action) => action.split(':')[0]))].sort()).toEqual(services);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('is the one role of DLM, by the name that its lifecycle policies give', () => {
    const roles = Object.keys(template.Resources).filter((id) => id.startsWith('Dlm'));
    expect(roles).toEqual([role]);
    expect(wanted.map(({ roleArn }) => roleArn)).toEqual(wanted.map(() => arnOfRole(template, role)));
  });

  test('is taken on by DLM for lifecycle policies of this account and Region only', () => {
    expect(trustOf(template, role)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'dlm.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:aws:dlm:${REGION}:${ACCOUNT}:policy/*` },
        },
      },
    ]);
    const document = { Version: '2012-10-17', Statement: trustOf(template, role) };
    expect(trustProblem(document, PLACE)).toBeUndefined();
  });
});

describe('a file without anything for DLM', () => {
  test('makes none of its roles', () => {
    const { template } = made(
      'policies: { p: { backup: image, schedule: every 1 hours, keep: { last: 1 } } }\n',
    );
    expect(Object.keys(template.Resources).filter((id) => id.startsWith('Dlm'))).toEqual([]);
  });
});
