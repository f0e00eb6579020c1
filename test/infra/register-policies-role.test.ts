/** The role of register-policies against the calls that the simulated account saw the job make, and what it never may. */

import { describe, expect, test } from 'vitest';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { isAllowed } from '../support/iam.ts';
import { Scenario, parse } from '../support/scenario.ts';
import { ACCOUNT, REGION, type Template } from '../support/cloudformation.ts';
import { arnOfRole, resourcesOf, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  hourly-data: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
  images: { engine: dlm, backup: image, schedule: every 12 hours, keep: { last: 4 } }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
`;

const template = resourcesOf(parse(POLICIES));
const role = statementsOf(template, 'RegisterPoliciesRole');
const dlmRoles = rolesOfDlm(template);

function rolesOfDlm(made: Template): string[] {
  return Object.keys(made.Resources)
    .filter((id) => id.startsWith('Dlm'))
    .map((id) => arnOfRole(made, id));
}

/** Runs that create, leave alone, put right, hand over from engine to engine and delete. */
async function someRuns(): Promise<{ scenario: Scenario; asked: readonly Asked[] }> {
  const scenario = new Scenario({ policies: POLICIES });
  const { region, account } = scenario;
  region.runInstance({ tags: { Backup: 'nightly' } });
  scenario.createDlmRoles();
  const asked: Asked[] = [];
  const run = async (): Promise<void> => {
    const seen = region.calls.length;
    const before = new Authorisations(account.account, region, dlmRoles);
    const { outcomes } = await scenario.registerPolicies();
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'done'));
    asked.push(...region.calls.slice(seen).flatMap((call) => before.of(call)));
  };
  await run();
  const [first = { id: '' }] = region.lifecyclePolicies();
  region.editLifecyclePolicy(first.id, { state: 'DISABLED' });
  await scenario.backup('nightly');
  await run();
  scenario.edit(
    POLICIES.replace('hourly-data: { engine: dlm,', 'hourly-data: {').replace('images:', 'pictures:'),
  );
  await run();
  return { scenario, asked };
}

describe('the job’s own calls', () => {
  test('are all allowed', async () => {
    const { asked } = await someRuns();
    expect(new Set(asked.map(({ command }) => command))).toEqual(
      new Set([
        'GetLifecyclePolicies',
        'GetLifecyclePolicy',
        'CreateLifecyclePolicy',
        'UpdateLifecyclePolicy',
        'DeleteLifecyclePolicy',
        'GetRole',
        'SimulatePrincipalPolicy',
        'DescribeImages',
        'DescribeInstances',
        'DescribeSnapshots',
        'DescribeVolumes',
      ]),
    );
    expect(refusedBy(role, asked)).toEqual([]);
  });

  test('need every action that the role has', async () => {
    const { asked } = await someRuns();
    expect(ownActions(role)).toEqual(new Set(asked.map(({ action }) => action)));
  });

  test('in another Region are refused', async () => {
    const { asked } = await someRuns();
    const regional = asked.filter(({ action }) => !action.startsWith('iam:'));
    const elsewhere = regional.map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(role, elsewhere)).toEqual([]);
  });

  test('are not allowed to the other functions, nor to DLM', async () => {
    const { asked } = await someRuns();
    const changes = asked.filter(({ action }) => /^(?:dlm|iam):/.test(action));
    for (const id of ['BackupRole', 'PruneRole', 'DlmSnapshotsRole', 'DlmImagesRole']) {
      expect(allowedBy(statementsOf(template, id), changes), id).toEqual([]);
    }
  });
});

describe('lifecycle policies', () => {
  test('[H29] are made with this deployment’s tag only', async () => {
    const { asked } = await someRuns();
    const creating = asked.filter(({ action }) => action === 'dlm:CreateLifecyclePolicy');
    expect(creating.length).toBeGreaterThan(0);
    for (const deployment of [undefined, 'prod', 'TEST']) {
      const change = { 'aws:RequestTag/ec2-backup:deployment': deployment };
      expect(
        allowedBy(
          role,
          creating.map((one) => withContext(one, change)),
        ),
      ).toEqual([]);
    }
  });

  const OTHERS: readonly { name: string; tags: Readonly<Record<string, string>> }[] = [
    { name: 'nobody’s', tags: {} },
    {
      name: 'another deployment’s',
      tags: { 'ec2-backup:deployment': 'prod', 'ec2-backup:policy': 'images' },
    },
    { name: 'another tool’s', tags: { Team: 'test' } },
  ];

  test.each(OTHERS)('[H29] of others are read, and neither changed nor deleted: $name', async ({ tags }) => {
    const { scenario } = await someRuns();
    const { region, account } = scenario;
    const [{ id } = { id: '' }] = region.lifecyclePolicies();
    region.editLifecyclePolicy(id, { tags });
    const now = new Authorisations(account.account, region);
    const changing = ['UpdateLifecyclePolicy', 'DeleteLifecyclePolicy'];
    expect(
      allowedBy(
        role,
        changing.map((command) => now.lifecyclePolicy(command, id)),
      ),
    ).toEqual([]);
    expect(refusedBy(role, [now.lifecyclePolicy('GetLifecyclePolicy', id)])).toEqual([]);
  });

  test.each<[string, action: string, tags: Readonly<Record<string, string>>]>([
    ['taken off', 'dlm:UntagResource', { 'ec2-backup:deployment': 'test' }],
    ['of another deployment', 'dlm:TagResource', { 'ec2-backup:deployment': 'other' }],
    ['besides those two', 'dlm:TagResource', { 'ec2-backup:deployment': 'test', Team: 'a' }],
    ['without the deployment’s', 'dlm:TagResource', { 'ec2-backup:policy': 'hourly' }],
  ])('get no tags but its own: none %s', async (_, action, tags) => {
    const { scenario } = await someRuns();
    const { region, account } = scenario;
    const now = new Authorisations(account.account, region);
    const tagging = region.lifecyclePolicies().map(({ id }) => {
      const asked = { ...now.lifecyclePolicy('TagResource', id), action };
      const requested = new Map(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]));
      return withContext(asked, {
        ...Object.fromEntries<string>(requested),
        'aws:TagKeys': Object.keys(tags),
      });
    });
    expect(tagging.length).toBeGreaterThan(0);
    expect(allowedBy(role, tagging)).toEqual([]);
  });
});

describe('roles', () => {
  const passing = (resource: string, service: string): boolean =>
    isAllowed(role, { action: 'iam:PassRole', resource, context: { 'iam:PassedToService': service } });

  test('are handed to DLM only', () => {
    expect(dlmRoles).toHaveLength(2);
    for (const arn of dlmRoles) {
      expect(passing(arn, 'dlm.amazonaws.com')).toBe(true);
      expect(passing(arn, 'lambda.amazonaws.com')).toBe(false);
      expect(isAllowed(role, { action: 'iam:PassRole', resource: arn, context: {} })).toBe(false);
    }
  });

  test.each([
    `arn:aws:iam::${ACCOUNT}:role/ec2-backup/prod/prod-${REGION}-dlm-snapshots`,
    `arn:aws:iam::${ACCOUNT}:role/ec2-backup/test-eu/test-eu-${REGION}-dlm-snapshots`,
    `arn:aws:iam::${ACCOUNT}:role/ec2-backup/test/test-${REGION}-backup`,
    `arn:aws:iam::${ACCOUNT}:role/ec2-backup/test/test-${REGION}-dlm-images-2`,
    `arn:aws:iam::444455556666:role/ec2-backup/test/test-${REGION}-dlm-snapshots`,
    `arn:aws:iam::${ACCOUNT}:role/service-role/AWSDataLifecycleManagerDefaultRole`,
    `arn:aws:iam::${ACCOUNT}:role/admin`,
  ])('other than DLM’s own are handed to nobody: %s', (arn) => {
    expect(passing(arn, 'dlm.amazonaws.com')).toBe(false);
    expect(isAllowed(role, { action: 'iam:GetRole', resource: arn, context: {} })).toBe(false);
  });

  test('are not touched where the file has nothing for DLM', () => {
    const file =
      'version: 1\ndeployment: test\npolicies: { p: { backup: image, schedule: every 1 hours, keep: { last: 1 } } }\n';
    const actions = ownActions(statementsOf(resourcesOf(parse(file)), 'RegisterPoliciesRole'));
    expect([...actions].filter((action) => action.startsWith('iam:'))).toEqual([]);
  });
});

describe('backups', () => {
  test('are neither made, nor tagged, nor deleted', async () => {
    const scenario = new Scenario();
    const { region, account } = scenario;
    region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backup('nightly');
    const now = new Authorisations(account.account, region);
    const [image, snapshot] = [region.images()[0]?.id ?? '', region.snapshots()[0]?.id ?? ''];
    const asked = [
      ...region.calls
        .flatMap((call) => now.of(call))
        .filter(({ action }) => !/:(?:Describe|List)/.test(action)),
      ...now.deregisterImage(image),
      ...now.deleteSnapshot(snapshot),
      ...now.createTags('snapshot', snapshot, { 'ec2-backup:deployment': 'test' }),
    ];
    expect(asked.length).toBeGreaterThan(5);
    expect(allowedBy(role, asked)).toEqual([]);
  });
});
