/** The template for the other accounts: what its roles may do there, where, and who takes them on. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleArn } from '../../src/lib/plan/lifecycle-role.ts';
import { trusts } from '../../src/simulator/trust.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, resolve, stackOf, type Template } from '../support/cloudformation.ts';
import { isAllowed } from '../support/iam.ts';
import { POLICIES as BASE, Scenario, parse } from '../support/scenario.ts';
import {
  arnOfRole,
  placeRoles,
  propertiesOf,
  resourcesOf,
  statementsOf,
  trustOf,
} from '../support/template.ts';
import { allowedBy, inRegion, refusedBy, withContext } from './asked.ts';
import { someDays } from './some-days.ts';

const HOME = '999999999999';

/** The account of the tests is the other one here. */
const POLICIES = `
${BASE.replace(
  'policies:',
  'policies:\n  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }',
)}
targets:
  - { account: "${HOME}", region: eu-central-1 }
  - { account: "${ACCOUNT}", region: ${REGION}, rolePrefix: backups, externalId: tea-pot }
  - { account: "${ACCOUNT}", region: eu-west-1, rolePrefix: backups, externalId: tea-pot }
  - { account: "444455556666", region: us-east-1, rolePrefix: backups, externalId: tea-pot }
`;

const file = parse(POLICIES);
const template = placeRoles(file);
const home = { HomeAccount: HOME, HomeRegion: 'eu-central-1' };
const stack = stackOf(template, { ...home, Regions: `${REGION}, eu-west-1` });
const JOBS = ['Backup', 'Prune', 'RegisterPolicies', 'Watch'];

const inOther = (asked: readonly Asked[], to: string): Asked[] =>
  asked
    .filter(({ context }) => !('aws:CalledVia' in context))
    .map((one) => inRegion(one, { from: REGION, to }));

describe('the roles of a place', () => {
  test('are named after their prefix and job', () => {
    const names = JOBS.map((job) => propertiesOf(stack, `${job}Role`)['RoleName']);
    expect(names).toEqual(['backups-backup', 'backups-prune', 'backups-register-policies', 'backups-watch']);
  });

  test('may do there what the functions’ own roles may at home, and nothing else', () => {
    const atHome = resourcesOf(parse(`${BASE}\ntargets: [{ account: "${HOME}", region: ${REGION} }]\n`));
    const plain = stackOf(
      placeRoles(parse(`${BASE}\ntargets: [{ account: "${ACCOUNT}", region: ${REGION}, rolePrefix: b }]\n`)),
      home,
    );
    const ofPlaces = /^(?:autoscaling|dlm|ec2|iam|imagebuilder|kms|ssm):/;
    for (const job of JOBS) {
      const own = statementsOf(atHome, `${job}Role`).filter(({ Action }) =>
        [Action].flat().some((action) => ofPlaces.test(action)),
      );
      expect(own.length).toBeGreaterThan(2);
      expect(statementsOf(plain, `${job}Role`), job).toEqual(own);
    }
  });

  test('may make the calls of their jobs in the Regions given, and in no other', async () => {
    const { backups, prunes } = await someDays();
    for (const [id, asked] of [
      ['BackupRole', backups],
      ['PruneRole', prunes],
    ] as const) {
      const role = statementsOf(stack, id);
      expect(refusedBy(role, asked)).toEqual([]);
      expect(refusedBy(role, inOther(asked, 'eu-west-1'))).toEqual([]);
      expect(allowedBy(role, inOther(asked, 'us-east-1'))).toEqual([]);
    }
  });

  test('that create do not delete, and that delete neither create nor tag', async () => {
    const { backups, prunes } = await someDays();
    const isRead = ({ action }: Asked): boolean => /:(?:Describe|List|Get)/.test(action);
    expect(
      allowedBy(
        statementsOf(stack, 'BackupRole'),
        prunes.filter((one) => !isRead(one)),
      ),
    ).toEqual([]);
    expect(
      allowedBy(
        statementsOf(stack, 'PruneRole'),
        backups.filter((one) => !isRead(one)),
      ),
    ).toEqual([]);
  });

  test('[H29] make and delete only what is this deployment’s', async () => {
    const { scenario, backups } = await someDays();
    const making = backups.filter(({ context }) => 'aws:RequestTag/ec2-backup:deployment' in context);
    const others = making.map((one) => withContext(one, { 'aws:RequestTag/ec2-backup:deployment': 'prod' }));
    expect(allowedBy(statementsOf(stack, 'BackupRole'), others)).toEqual([]);
    const { region, account } = scenario;
    const snapshot = region.createForeignSnapshot({ tags: { 'ec2-backup:deployment': 'prod' } });
    const deleting = new Authorisations(account.account, region).deleteSnapshot(snapshot);
    expect(allowedBy(statementsOf(stack, 'PruneRole'), deleting)).toEqual([]);
  });
});

describe('who takes on a role of a place', () => {
  const own = (job: string, region = 'eu-central-1'): string =>
    `arn:aws:iam::${HOME}:role/ec2-backup/test/test-${region}-${job}`;
  const mayTakeOn = (made: Template, id: string, arn: string, externalId?: string): boolean =>
    trusts(
      { Statement: trustOf(made, id) },
      {
        principal: { arn },
        keys: { 'aws:principalarn': arn, ...(externalId !== undefined && { 'sts:externalid': externalId }) },
      },
    );

  test.each([
    { id: 'BackupRole', job: 'backup' },
    { id: 'PruneRole', job: 'prune' },
    { id: 'RegisterPoliciesRole', job: 'register' },
    { id: 'WatchRole', job: 'watch' },
  ])('$id: the function of its job at home, with the external id', ({ id, job }) => {
    expect(mayTakeOn(stack, id, own(job), 'tea-pot')).toBe(true);
    expect(mayTakeOn(stack, id, own(job), 'coffee')).toBe(false);
    expect(mayTakeOn(stack, id, own(job))).toBe(false);
    for (const other of ['backup', 'prune', 'register', 'watch', 'digest'].filter((one) => one !== job))
      expect(mayTakeOn(stack, id, own(other), 'tea-pot'), other).toBe(false);
  });

  test('nobody else of the home account, and nobody of another', () => {
    for (const arn of [
      own('backup', 'us-east-1'),
      own('backup').replace('/test/test-', '/prod/prod-'),
      own('backup').replace('/ec2-backup/test/', '/'),
      own('backup').replace(HOME, '444455556666'),
      own('backup').replace(HOME, ACCOUNT),
      `arn:aws:iam::${HOME}:role/admin`,
      `arn:aws:iam::${HOME}:root`,
    ])
      expect(mayTakeOn(stack, 'BackupRole', arn, 'tea-pot'), arn).toBe(false);
  });

  test('people as well whose role is given, and still not the other functions', () => {
    const operators = `arn:aws:iam::${HOME}:role/backup-operators,arn:aws:iam::${HOME}:role/on-call-*`;
    const made = stackOf(template, { ...home, Operators: operators });
    for (const role of ['backup-operators', 'on-call-seoul'])
      expect(mayTakeOn(made, 'WatchRole', `arn:aws:iam::${HOME}:role/${role}`, 'tea-pot')).toBe(true);
    expect(mayTakeOn(made, 'WatchRole', own('watch'), 'tea-pot')).toBe(true);
    expect(mayTakeOn(made, 'WatchRole', own('backup'), 'tea-pot')).toBe(false);
    expect(mayTakeOn(made, 'WatchRole', `arn:aws:iam::${HOME}:role/admin`, 'tea-pot')).toBe(false);
  });

  test('without an external id in the file, none is asked for', () => {
    const made = stackOf(placeRoles(parse(POLICIES.replaceAll(', externalId: tea-pot', ''))), home);
    expect(mayTakeOn(made, 'BackupRole', own('backup'))).toBe(true);
    expect(mayTakeOn(made, 'BackupRole', own('prune'))).toBe(false);
  });

  test('is the function’s role as the home template names it', () => {
    const made = resourcesOf(file);
    for (const [id, job] of [
      ['BackupRole', 'backup'],
      ['RegisterPoliciesRole', 'register'],
    ] as const) {
      const expected = own(job, REGION).replace(HOME, ACCOUNT);
      expect(arnOfRole(made, id)).toBe(expected);
    }
  });
});

describe('DLM’s roles in a place', () => {
  test.each([
    { regions: `${REGION}, eu-west-1`, account: ACCOUNT, made: [REGION, 'eu-west-1'] },
    { regions: 'us-east-1', account: '444455556666', made: ['us-east-1'] },
    // A Region whose name another one begins with.
    { regions: 'us-east-11', account: '444455556666', made: [] },
  ])('are those of the Regions given: $regions', ({ regions, account, made }) => {
    const there = stackOf(template, { ...home, Regions: regions }, account);
    const roles = Object.keys(there.Resources).filter((id) => id.startsWith('Dlm'));
    expect(roles.map((id) => arnOfRole(there, id).replace(ACCOUNT, account))).toEqual(
      made.map((region) => roleArn('dlm-snapshots', 'test', { account, region, partition: 'aws' })),
    );
  });

  test('are taken on for lifecycle policies of their own account and Region, and work there', () => {
    const id = 'DlmSnapshotsRoleInEuWest1';
    expect(trustOf(stack, id)).toMatchObject([
      {
        Principal: { Service: 'dlm.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:aws:dlm:eu-west-1:${ACCOUNT}:policy/*` },
        },
      },
    ]);
    const creates = (resource: string): boolean =>
      isAllowed(statementsOf(stack, id), { action: 'ec2:CreateSnapshots', resource, context: {} });
    expect(creates(`arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/i-1`)).toBe(true);
    expect(creates(`arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-1`)).toBe(false);
  });

  test('are what register-policies hands over there', () => {
    const passes = (arn: string): boolean =>
      isAllowed(statementsOf(stack, 'RegisterPoliciesRole'), {
        action: 'iam:PassRole',
        resource: arn,
        context: { 'iam:PassedToService': 'dlm.amazonaws.com' },
      });
    for (const region of [REGION, 'eu-west-1'])
      expect(passes(roleArn('dlm-snapshots', 'test', { account: ACCOUNT, region, partition: 'aws' }))).toBe(
        true,
      );
    expect(passes(`arn:aws:iam::${ACCOUNT}:role/backups-backup`)).toBe(false);
  });
});

describe('parameters', () => {
  test('have the file’s words where all targets say the same', () => {
    const words = Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, Default]);
    expect(Object.fromEntries(words)).toEqual({
      HomeAccount: undefined,
      HomeRegion: undefined,
      Regions: `${REGION},eu-west-1,us-east-1`,
      RolePrefix: 'backups',
      ExternalId: 'tea-pot',
      Operators: '',
    });
  });

  test('have no word where they differ: one that is forgotten must not pass for none', () => {
    const differing = POLICIES.replace(
      'us-east-1, rolePrefix: backups, externalId: tea-pot',
      'us-east-1, rolePrefix: vault',
    );
    const { RolePrefix, ExternalId } = placeRoles(parse(differing)).Parameters ?? {};
    expect(RolePrefix?.Default).toBeUndefined();
    expect(ExternalId?.Default).toBeUndefined();
  });

  test('no target with a role of its own is an error that says what was expected', () => {
    expect(() => placeRoles(parse(BASE))).toThrow(
      /^no target of the policy file has a rolePrefix, expected one/,
    );
  });
});

describe('npm run place-roles', () => {
  let folder: string;
  let target: string;
  const write = (policies: string) => {
    const path = join(folder, 'policies.yml');
    writeFileSync(path, policies);
    return spawnSync(process.execPath, ['scripts/write-place-roles.js', target], {
      encoding: 'utf8',
      env: { ...process.env, EC2_BACKUP_POLICIES: path },
    });
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ec2-backup-places-'));
    target = join(folder, 'made', 'place-roles.json');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('writes the template', () => {
    const { status, stdout, stderr } = write(POLICIES);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('place-roles.json: the roles of deployment test for other accounts');
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual(template);
  });

  test('says what is wrong with the policy file, and fails', () => {
    const { status, stderr } = write(POLICIES.replace('last:', 'lsat:'));
    expect(status).toBe(1);
    expect(stderr).toContain('lsat');
    expect(write(BASE).stderr).toContain('no target of the policy file has a rolePrefix');
  });

  const isInstalled = spawnSync('cfn-lint', ['--version']).status === 0;
  test.skipIf(!isInstalled)('the template passes cfn-lint (skipped where that is not installed)', () => {
    write(POLICIES);
    const { status, stdout } = spawnSync('cfn-lint', ['--', target], { encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
});

test('a stack of the tests has no function of CloudFormation left in it', () => {
  expect(JSON.stringify(stack)).not.toMatch(/"Fn::|"Ref"/);
  expect(resolve(stack.Resources)).toEqual(stack.Resources);
});

test('a place of the simulated account is one of the targets', () => {
  const { account, region } = new Scenario();
  expect(file.targets).toContainEqual(
    expect.objectContaining({ account: account.account, region: region.name }),
  );
});
