/** The functions' roles where the file names targets: what they may do in which Region, and which roles they take on. */

import { describe, expect, test } from 'vitest';
import type { Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, type Template } from '../support/cloudformation.ts';
import { isAllowed } from '../support/iam.ts';
import { POLICIES, parse } from '../support/scenario.ts';
import { resourcesOf, resourcesOfType, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy } from './asked.ts';
import { someDays } from './some-days.ts';

function templateWith(...targets: string[]): Template {
  return resourcesOf(parse(`${POLICIES}\ntargets: [${targets.join(', ')}]\n`));
}

const OWN = `{ account: "${ACCOUNT}", region: ${REGION} }`;
const OWN_TOO = `{ account: "${ACCOUNT}", region: eu-west-1 }`;
const OTHER = '{ account: "444455556666", region: us-east-1, rolePrefix: backups }';
const JOBS = ['Backup', 'Prune', 'RegisterPolicies', 'Watch'];

const elsewhere = (asked: readonly Asked[], to: string): Asked[] =>
  asked
    .filter(({ context }) => !('aws:CalledVia' in context))
    .map((one) => inRegion(one, { from: REGION, to }));

describe('a function’s own role', () => {
  const template = templateWith(OWN, OWN_TOO, OTHER);

  test('works in the Regions of the targets without a role of their own, and in no other', async () => {
    const { backups, prunes } = await someDays();
    const [backup, prune] = [statementsOf(template, 'BackupRole'), statementsOf(template, 'PruneRole')];
    expect(refusedBy(backup, backups)).toEqual([]);
    expect(refusedBy(backup, elsewhere(backups, 'eu-west-1'))).toEqual([]);
    expect(refusedBy(prune, elsewhere(prunes, 'eu-west-1'))).toEqual([]);
    for (const region of ['us-east-1', 'eu-west-2', 'eu-west-11']) {
      expect(allowedBy(backup, elsewhere(backups, region))).toEqual([]);
      expect(allowedBy(prune, elsewhere(prunes, region))).toEqual([]);
    }
  });

  test('does nothing by itself where all targets have roles of their own', () => {
    const others = templateWith(OTHER);
    for (const job of JOBS)
      expect(ownActions(statementsOf(others, `${job}Role`)), job).toEqual(new Set(['sts:AssumeRole']));
  });

  test('takes on no role where no target has one', () => {
    const alone = templateWith(OWN, OWN_TOO);
    expect(resourcesOfType(alone, 'AWS::IAM::ManagedPolicy')).toEqual([]);
    for (const job of [...JOBS, 'Digest'])
      expect(ownActions(statementsOf(alone, `${job}Role`)), job).not.toContain('sts:AssumeRole');
  });
});

describe('roles elsewhere', () => {
  const template = templateWith(
    OWN,
    OTHER,
    OTHER.replace('us-east-1', 'eu-west-1'),
    '{ account: "777788889999", region: us-east-1, rolePrefix: other-backups }',
  );
  const mayTakeOn = (job: string, role: string): boolean =>
    isAllowed(statementsOf(template, `${job}Role`), {
      action: 'sts:AssumeRole',
      resource: role,
      context: {},
    });

  const CASES: readonly { name: string; arn: (job: string) => string; allowed: boolean }[] = [
    { name: 'its own', arn: (job) => `444455556666:role/backups-${job}`, allowed: true },
    {
      name: 'its own in another account',
      arn: (job) => `777788889999:role/other-backups-${job}`,
      allowed: true,
    },
    { name: 'another prefix there', arn: (job) => `444455556666:role/other-backups-${job}`, allowed: false },
    { name: 'any account', arn: (job) => `999999999999:role/backups-${job}`, allowed: false },
    { name: 'at home', arn: (job) => `${ACCOUNT}:role/backups-${job}`, allowed: false },
    { name: 'under a path', arn: (job) => `444455556666:role/x/backups-${job}`, allowed: false },
    { name: 'a longer name', arn: (job) => `444455556666:role/backups-${job}-admin`, allowed: false },
  ];

  test.each(CASES)('$name: $allowed', ({ arn, allowed }) => {
    for (const [job, word] of [
      ['Backup', 'backup'],
      ['Prune', 'prune'],
      ['RegisterPolicies', 'register-policies'],
      ['Watch', 'watch'],
    ] as const)
      expect(mayTakeOn(job, `arn:aws:iam::${arn(word)}`), job).toBe(allowed);
  });

  test('of other jobs are not taken on', () => {
    expect(mayTakeOn('Backup', 'arn:aws:iam::444455556666:role/backups-prune')).toBe(false);
    expect(mayTakeOn('Prune', 'arn:aws:iam::444455556666:role/backups-backup')).toBe(false);
    expect(mayTakeOn('Watch', 'arn:aws:iam::444455556666:role/backups-backup')).toBe(false);
    expect(mayTakeOn('Digest', 'arn:aws:iam::444455556666:role/backups-digest')).toBe(false);
  });
});

describe('DLM’s roles', () => {
  const dlm = POLICIES.replace(
    'policies:',
    'policies:\n  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }',
  );
  const rolesOf = (...targets: string[]): unknown[] => {
    const template = resourcesOf(parse(`${dlm}\ntargets: [${targets.join(', ')}]\n`));
    return resourcesOfType(template, 'AWS::IAM::Role')
      .map(({ RoleName }) => RoleName)
      .filter((name) => String(name).includes('-dlm-'));
  };

  test('are there for each Region in which the function’s own role works', () => {
    expect(rolesOf(OWN, OWN_TOO, OTHER)).toEqual([
      `test-${REGION}-dlm-snapshots`,
      'test-eu-west-1-dlm-snapshots',
    ]);
    expect(rolesOf(OTHER)).toEqual([]);
    expect(rolesOf()).toEqual([`test-${REGION}-dlm-snapshots`]);
  });
});
