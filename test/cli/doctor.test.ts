import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DoctorJson } from '../../src/lib/report/doctor-text.ts';
import { ConfigurationError } from '../../src/lib/run/errors.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import { deploy } from '../support/deployed.ts';
import { simulatedConnect } from '../support/environment.ts';
import { HOUR, Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { connectionTo, fileWith, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

const POLICIES = `
version: 1
deployment: prod
timezone: Asia/Seoul
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 } }
notify: ops@example.com
`;

const STACK = 'ec2-backup-prod';
const CALLER = 'arn:aws:sts::111122223333:assumed-role/ec2-backup/simulated';

/** With a source and a backup of each policy. */
async function sourcesOf(policies = POLICIES): Promise<Scenario> {
  const scenario = new Scenario({ policies });
  const { region } = scenario;
  region.runInstance({ tags: { Backup: 'nightly' } });
  region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
  await scenario.backup('nightly');
  await scenario.backup('disks');
  scenario.clock.advance(HOUR);
  return scenario;
}

async function doctor(
  scenario: Scenario,
  policies: string,
  { args = [], ...options }: FakeShellOptions & { readonly args?: readonly string[] } = {},
): Promise<Ended> {
  scenario.region.calls.length = 0;
  const file = await fileWith(policies);
  return run(['doctor', '--policies', file, ...args], { scenario, ...options });
}

/** The lines of one name, as `level message`, and the exit code. */
async function linesOf(
  name: string,
  scenario: Scenario,
  { policies = POLICIES, ...options }: FakeShellOptions & { readonly policies?: string } = {},
): Promise<readonly [code: number, ...lines: string[]]> {
  const { code, out } = await doctor(scenario, policies, { ...options, args: ['--json'] });
  const { checks } = parseJson<DoctorJson>(out);
  return [
    code,
    ...checks.filter((check) => check.name === name).map(({ level, message }) => `${level} ${message}`),
  ];
}

function denied(command: string, name = 'AccessDenied'): FaultPlan {
  const message = `User: ${CALLER} is not authorized to perform: ${command}`;
  return (call) => (call.command === command ? { kind: 'error', name, message, status: 403 } : undefined);
}

let scenario: Scenario;

beforeEach(async () => {
  scenario = await sourcesOf();
  deploy(scenario.region, scenario.file);
});

describe('where everything is in place', () => {
  test('every line passes, and it ends with 0', async () => {
    const { code, out, notes } = await doctor(scenario, POLICIES);
    expect([code, notes]).toEqual([0, '']);
    expect(out.replace(/\S*policies.yml/, 'policies.yml').split('\n')).toEqual([
      'ok  policy file    policies.yml: 2 policies, 0 targets, deployment prod',
      `ok  credentials    ${CALLER}, account 111122223333, Region ap-northeast-2`,
      'ok  account        the policy file names no targets: account 111122223333, Region ap-northeast-2, is what is backed up',
      "ok  permissions    allowed by EC2's DryRun: DescribeInstances, DescribeVolumes, DescribeImages, DescribeSnapshots, DescribeLockedSnapshots, ListImagesInRecycleBin, ListSnapshotsInRecycleBin, CreateImage, CreateSnapshot, DescribeImageReferences, DeregisterImage, DeleteSnapshot",
      'ok  sources        found by policy: nightly 1, disks 1',
      'ok  tags           no tag is wrong',
      'ok  schedules      6 of 6 are as the policy file says',
      'ok  queues         those of backup, replicate, prune, register-policies, watch, digest, rehearse and protect are there, and nothing that failed lies in them',
      'ok  functions      all 8 can run, and are handed what is in their queues',
      'ok  functions      they run what the policy file says',
      'ok  alarms         51 of 51 are quiet and tell the topic',
      'ok  subscriptions  ops@example.com is told',
      '',
      'Nothing fails.',
      '',
    ]);
  });

  test('--json says the same in a fixed shape', async () => {
    const { code, out } = await doctor(scenario, POLICIES, { args: ['--json'] });
    const answer = parseJson<DoctorJson>(out);
    expect(code).toBe(0);
    expect(Object.keys(answer)).toEqual(['version', 'ok', 'deployment', 'place', 'checks']);
    expect(answer).toMatchObject({
      version: 1,
      ok: true,
      deployment: 'prod',
      place: { account: '111122223333', region: 'ap-northeast-2' },
    });
    expect(Object.keys(answer.place ?? {})).toEqual(['account', 'region']);
    expect(answer.checks).toContainEqual({ level: 'ok', name: 'tags', message: 'no tag is wrong' });
  });

  test('no call is made that would change anything', async () => {
    const { region } = scenario;
    const before = JSON.stringify([
      region.images(),
      region.snapshots(),
      region.instances(),
      region.volumes(),
    ]);
    await doctor(scenario, POLICIES);
    const asking = region.calls.filter(({ command }) => !/^(Describe|List|Get)/.test(command));
    expect(new Set(asking.map(({ command }) => command))).toEqual(
      new Set(['CreateImage', 'CreateSnapshot', 'DeregisterImage', 'DeleteSnapshot']),
    );
    for (const { input, outcome } of asking) {
      expect(input).toMatchObject({ DryRun: true });
      expect(outcome).toBe('DryRunOperation');
    }
    const after = JSON.stringify([region.images(), region.snapshots(), region.instances(), region.volumes()]);
    expect(after).toBe(before);
  });
});

describe('the policy file', () => {
  test('that is not valid fails with every problem; the credentials are looked at all the same', async () => {
    const { code, out } = await doctor(scenario, 'version: 1\ndeployment: Prod\npolicies: 3\n');
    expect(code).toBe(3);
    expect(out).toMatch(/^FAIL {2}policy file .*policies.yml:2:13 deployment: [\s\S]*\n {8}2 problems in /);
    expect(out).toMatch(/^ok {4}credentials /m);
    expect(out).toMatch(/^skip {2}everything else {2}not checked: it needs a valid policy file$/m);
    expect(out).toContain('1 check failed, 1 not checked.');
    expect(scenario.region.calls.map(({ command }) => command)).toEqual(['GetCallerIdentity']);
  });

  test('that is not there fails and is named', async () => {
    const { code, out } = await run(['doctor', '--policies', '/nowhere/policies.yml'], { scenario });
    expect(code).toBe(3);
    expect(out).toMatch(/^FAIL {2}policy file .*\/nowhere\/policies.yml: there is no such file/m);
  });

  test('with a Region that the SDK does not know gets a warning', async () => {
    const policies = `${POLICIES}targets: [{ account: "111122223333", region: ap-northeast-2 }, { account: "111122223333", region: ap-northeast-9 }]\n`;
    expect(await linesOf('policy file', scenario, { policies })).toContainEqual(
      'warn targets: Region ap-northeast-9 is none that the AWS SDK knows: is it new, or did you mean ap-northeast-1?',
    );
  });

  test('with --deployment mistyped ends with 2, as every command does', async () => {
    const { code, notes } = await doctor(scenario, POLICIES, { args: ['--deployment', 'Prod!'] });
    expect(code).toBe(2);
    expect(notes).toContain('--deployment is "Prod!"');
  });
});

describe('credentials', () => {
  const failing = (name: string, message: string): FakeShellOptions => ({
    connect: () => {
      const error = Object.assign(new Error(message), { name });
      const clients = { ...scenario.region.clients, sts: { send: () => Promise.reject(error) } };
      return Promise.resolve({ ...connectionTo(scenario), clients });
    },
  });

  test.each([
    ['CredentialsProviderError', 'Could not load credentials', 'no AWS credentials: set AWS_PROFILE, or '],
    ['ExpiredToken', 'too old', 'ExpiredToken: too old. The credentials have expired: sign in again'],
  ])('that STS answers with %s fail, and nothing else is asked', async (name, message, says) => {
    const lines = await linesOf('credentials', scenario, failing(name, message));
    expect(lines).toEqual([3, expect.stringContaining(`fail ${says}`)]);
    expect(scenario.region.calls).toEqual([]);
  });

  test('without a Region fail with what to set', async () => {
    const lines = await linesOf('credentials', scenario, {
      connect: () => Promise.reject(new ConfigurationError('no Region: set AWS_REGION')),
    });
    expect(lines).toEqual([3, 'fail no Region: set AWS_REGION']);
  });

  const target = (account: string, more = ''): string =>
    `${POLICIES}targets: [{ account: "${account}", region: ap-northeast-2${more} }]\n`;

  test.each([
    [
      'of a target pass',
      target('111122223333'),
      'ok account 111122223333, Region ap-northeast-2, is a target of the policy file',
    ],
    [
      'of no target pass where every target has roles',
      target('444455556666', ', rolePrefix: ec2-backup'),
      'ok account 111122223333, Region ap-northeast-2, is no target: it can be the home of a deployment, which assumes roles',
    ],
    [
      'of no target fail where a target has none',
      target('444455556666'),
      'fail account 111122223333, Region ap-northeast-2, is no target of the policy file (444455556666 ap-northeast-2): use credentials and a Region of one, or add it',
    ],
  ])('%s', async (_, policies, line) => {
    const [, ...lines] = await linesOf('account', scenario, { policies });
    expect(lines).toEqual([line]);
  });
});

describe('permissions', () => {
  const DENIED = 'You are not authorized to perform this operation.';
  const refuse = (command: string, when: (input: unknown) => boolean): FaultPlan => {
    const message = `${DENIED} Encoded authorization failure message: ${'x'.repeat(900)}`;
    return (call) =>
      call.command === command && when(call.input)
        ? { kind: 'error', name: 'UnauthorizedOperation', message, status: 403 }
        : undefined;
  };
  const isDryRun = (input: unknown): boolean => JSON.stringify(input).includes('"DryRun":true');

  test.each([
    'CreateImage',
    'CreateSnapshot',
    'DeregisterImage',
    'DeleteSnapshot',
    'DescribeLockedSnapshots',
  ])('%s denied fails, short and with whom to allow it', async (command) => {
    scenario.region.faults = refuse(command, isDryRun);
    const [code, ...lines] = await linesOf('permissions', scenario);
    expect(code).toBe(3);
    expect(lines.slice(1)).toEqual([
      `fail ec2:${command} is denied (UnauthorizedOperation: ${DENIED}): allow it to ${CALLER} to use the command line here`,
    ]);
  });

  test('denied for the tags alone fail as ec2:CreateTags', async () => {
    scenario.region.faults = refuse('CreateImage', (input) => JSON.stringify(input).includes('Tag'));
    const lines = await linesOf('permissions', scenario);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^fail ec2:CreateTags is denied when CreateImage makes something, and every backup is tagged/,
      ),
    );
  });

  test('that EC2 does not answer for are a warning', async () => {
    scenario.region.faults = (call) =>
      call.command === 'DeleteSnapshot' ? { kind: 'error', name: 'InternalError', status: 500 } : undefined;
    expect(await linesOf('permissions', scenario)).toContainEqual(
      'warn ec2:DeleteSnapshot could not be checked: EC2 answers InternalError: Refused with InternalError',
    );
  });

  test('that need a thing to ask about are not checked while there is none', async () => {
    scenario = new Scenario({ policies: POLICIES });
    const [, , ...lines] = await linesOf('permissions', scenario);
    expect(lines).toEqual([
      'skip ec2:CreateImage and ec2:CreateSnapshot not checked: no source carries the tag yet',
      'skip ec2:DescribeImageReferences and ec2:DeregisterImage not checked: there is no AMI of this deployment yet',
      'skip ec2:DeleteSnapshot not checked: there is no snapshot of this deployment yet',
    ]);
  });

  test('to list sources denied is a failure and the rest goes on', async () => {
    scenario.region.faults = denied('DescribeInstances', 'UnauthorizedOperation');
    const { code, out } = await doctor(scenario, POLICIES);
    expect(code).toBe(3);
    expect(out).toMatch(/^FAIL {2}permissions +ec2:DescribeInstances is denied/m);
    expect(out).toMatch(/^warn {2}sources +could not be checked \(UnauthorizedOperation/m);
    expect(out).toMatch(/^ok {4}schedules /m);
  });

  test('are not asked about where the command line backs nothing up', async () => {
    const policies = `${POLICIES}targets: [{ account: "444455556666", region: us-east-1, rolePrefix: b }]\n`;
    expect(await linesOf('permissions', scenario, { policies })).toEqual([3]);
  });
});

describe('sources', () => {
  test('that no policy finds are a warning with the tag to put', async () => {
    const policies = `
version: 1
deployment: prod
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  sets: { backup: snapshots, schedule: every 6 hours, keep: { last: 3 } }
  payments:
    select: { tags: { Team: [payments, ledger-*], Env: prod } }
    backup: volume
    schedule: every 12 hours
    keep: { daily: 5 }
  hourly: { engine: dlm, select: { tags: { Tier: [a, b] } }, backup: volume, schedule: every 1 hours, keep: { last: 4 } }
`;
    const [, ...lines] = await linesOf('sources', scenario, { policies });
    expect(lines).toEqual([
      'ok found by policy: nightly 1',
      'warn sets finds nothing here yet: put the tag Backup=sets (or Backup:sets=true beside others) on each instance to back up',
      'warn payments finds nothing here yet: put the tags Team=payments or ledger-* and Env=prod, which it selects by, on each volume to back up',
      'warn hourly finds nothing here yet: put the tag Tier=a or b, which it selects by, on each volume to back up',
    ]);
  });

  test('that are gone do not count', async () => {
    const [instance] = scenario.region.instances();
    scenario.region.terminateInstance(instance?.id ?? '');
    expect(await linesOf('sources', scenario)).toContainEqual(
      expect.stringMatching(/^warn nightly finds nothing/),
    );
  });

  test('with wrong tags are counted and the first is named', async () => {
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nigtly', 'Backup:Keep': 'daily' } });
    expect(await linesOf('tags', scenario)).toEqual([
      0,
      expect.stringMatching(
        new RegExp(`^warn 2 tags are wrong, ec2-backup plan names all: ${id}: .*did you mean nightly`),
      ),
    ]);
  });
});

describe('places', () => {
  const OTHER = '444455556666';
  const policies = `${POLICIES}
targets:
  - { account: "111122223333", region: ap-northeast-2 }
  - { account: "${OTHER}", region: us-east-1, rolePrefix: ec2-backup, externalId: "1234" }
`;
  const JOBS = ['backup', 'prune', 'register-policies', 'watch'];

  let other: SimulatedAccount;
  let options: FakeShellOptions & { readonly policies: string };

  /** Roles in the other account that let the own one in. */
  function withRoles(jobs: readonly string[], externalId = '1234'): void {
    const organisation = new SimulatedOrganisation();
    const regions = ['us-east-1', 'eu-west-1'];
    scenario = new Scenario({ policies, organisation });
    other = new SimulatedAccount({ clock: scenario.clock, account: OTHER, regions, organisation });
    const trust = {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': externalId } },
        },
      ],
    };
    for (const job of jobs) other.region('us-east-1').createRole({ name: `ec2-backup-${job}`, trust });
    deploy(scenario.region, scenario.file);
    const at = simulatedConnect({ home: scenario.account, others: [other], organisation });
    options = { policies, connect: () => Promise.resolve({ ...connectionTo(scenario), at }) };
  }

  const PLACE = `place ${OTHER} us-east-1`;

  test('pass when every role lets the caller in, and the own place needs none', async () => {
    withRoles(JOBS);
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      0,
      'ok ec2-backup-backup, ec2-backup-prune, ec2-backup-register-policies and ec2-backup-watch can be assumed',
    ]);
    expect(await linesOf('place 111122223333 ap-northeast-2', scenario, options)).toEqual([
      0,
      'ok is of this account and needs no role',
    ]);
  });

  test('where a policy protects, its role is wanted too, and without such a word it is not', async () => {
    withRoles(JOBS);
    const protecting = policies.replace('keep: { daily: 3 }', 'keep: { daily: 3 }, protect: true');
    const [code, line = ''] = await linesOf(PLACE, scenario, { ...options, policies: protecting });
    expect(code).toBe(3);
    expect(line).toMatch(/^fail role ec2-backup-protect cannot be assumed/);
    const lifting = policies.replace('keep: { daily: 3 }', 'keep: { daily: 3 }, protect: false');
    const [, all = ''] = await linesOf(PLACE, scenario, { ...options, policies: lifting });
    expect(all).toMatch(/^ok .* can be assumed$/);
  });

  test('fail when a role is missing that its fellows show should be there', async () => {
    withRoles(JOBS.slice(1));
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      3,
      expect.stringMatching(
        /^fail role ec2-backup-backup cannot be assumed \(AccessDenied: .*\), ec2-backup-prune, .* can: deploy place-roles.json in that account, see docs\/places.md$/,
      ),
    ]);
  });

  test.each([
    ['there are none', [], '1234'],
    ['they ask for another external id', JOBS, 'other'],
  ])('are a warning when no role lets the caller in, as where %s', async (_, jobs, externalId) => {
    withRoles(jobs, externalId);
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      0,
      expect.stringMatching(
        /^warn roles .* could not be checked from here \(AccessDenied: .*they let in only the functions and the template's Operators, or do not exist/,
      ),
    ]);
  });

  test('fail when STS refuses for another reason', async () => {
    withRoles(JOBS);
    scenario.region.faults = (call) =>
      call.command === 'AssumeRole'
        ? { kind: 'error', name: 'RegionDisabledException', message: 'STS is not activated', status: 403 }
        : undefined;
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      3,
      expect.stringMatching(
        /^fail roles .* cannot be assumed \(RegionDisabledException: STS is not activated\)/,
      ),
    ]);
  });

  test('fail in a Region that their roles do not work in, or that is switched off', async () => {
    withRoles(JOBS);
    const message = 'with an explicit deny';
    other.region('us-east-1').faults = (call) =>
      call.command === 'DescribeInstances'
        ? { kind: 'error', name: 'UnauthorizedOperation', message }
        : undefined;
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      3,
      expect.stringMatching(
        /^fail .* can be assumed, but instances cannot be listed there \(UnauthorizedOperation: with an explicit deny\): name us-east-1 in the parameter Regions of place-roles.json$/,
      ),
    ]);
    other.region('us-east-1').faults = (call) =>
      call.command === 'DescribeInstances' ? { kind: 'error', name: 'AuthFailure', status: 401 } : undefined;
    expect(await linesOf(PLACE, scenario, options)).toEqual([
      3,
      expect.stringMatching(
        /^fail .*, but us-east-1 does not answer \(AuthFailure: .*is that Region enabled/,
      ),
    ]);
  });

  test('of the own account in another Region are asked with the own credentials', async () => {
    const regions = ['ap-northeast-2', 'eu-west-1'];
    const here = `${POLICIES}targets: [{ account: "111122223333", region: ap-northeast-2 }, { account: "111122223333", region: eu-west-1 }]\n`;
    scenario = new Scenario({ policies: here, regions });
    deploy(scenario.region, scenario.file);
    const name = 'place 111122223333 eu-west-1';
    expect(await linesOf(name, scenario, { policies: here })).toEqual([
      0,
      'ok is of this account and needs no role',
    ]);
    const there = scenario.account.region('eu-west-1');
    there.faults = denied('DescribeInstances', 'UnauthorizedOperation');
    expect(await linesOf(name, scenario, { policies: here })).toEqual([
      0,
      expect.stringMatching(/^warn these credentials may not list instances there \(UnauthorizedOperation/),
    ]);
    there.faults = (call) =>
      call.command === 'GetCallerIdentity'
        ? { kind: 'error', name: 'InvalidClientTokenId', status: 403 }
        : undefined;
    expect(await linesOf(name, scenario, { policies: here })).toEqual([
      3,
      expect.stringMatching(/^fail does not answer \(InvalidClientTokenId.*is that Region enabled/),
    ]);
  });

  test('of one account are asked for each role once, and for each Region', async () => {
    withRoles(JOBS);
    const two = `${policies}  - { account: "${OTHER}", region: eu-west-1, rolePrefix: ec2-backup, externalId: "1234" }\n`;
    expect(await linesOf(`place ${OTHER} eu-west-1`, scenario, { ...options, policies: two })).toEqual([
      3, // nothing of that place was deployed
      'ok ec2-backup-backup can be assumed',
    ]);
    const roles = scenario.region.calls.filter(({ command }) => command === 'AssumeRole');
    expect(roles.map(({ input }) => (input as { RoleArn: string }).RoleArn.split('/')[1]).sort()).toEqual(
      ['backup', 'backup', 'prune', 'register-policies', 'watch'].map((job) => `ec2-backup-${job}`),
    );
  });

  test('of another account without roles fail at home, and cannot be judged elsewhere', async () => {
    const strange = `${POLICIES}targets: [{ account: "${OTHER}", region: us-east-1 }]\n`;
    const away = await sourcesOf();
    const [, line] = await linesOf(PLACE, away, { policies: strange });
    expect(line).toMatch(/^skip is of another account and has no rolePrefix/);
  });
});

describe('lifecycle policies of DLM', () => {
  const policies = `
version: 1
deployment: prod
policies:
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
  weekly: { engine: dlm, backup: image, schedule: cron(0 3 ? * SUN *), keep: { last: 4 } }
notify: ops@example.com
`;

  beforeEach(() => {
    scenario = new Scenario({ policies });
    deploy(scenario.region, scenario.file);
  });

  test('pass when they are registered under roles that may do what they need', async () => {
    scenario.createDlmRoles();
    await scenario.registerPolicies();
    expect(await linesOf('lifecycle policies', scenario, { policies })).toEqual([
      0,
      'ok as the policy file says in DLM: hourly, weekly',
    ]);
  });

  test('are a warning while they are not registered', async () => {
    scenario.createDlmRoles();
    expect(await linesOf('lifecycle policies', scenario, { policies })).toEqual([
      0,
      'warn not yet as the policy file says: hourly, weekly. Run ec2-backup policies apply, or wait for the next run of register-policies',
    ]);
  });

  test('fail when their role is missing', async () => {
    const lines = await linesOf('lifecycle policies', scenario, { policies });
    expect(lines[0]).toBe(3);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^fail hourly: the role \S+prod-ap-northeast-2-dlm-snapshots does not exist: deploy again/,
      ),
    );
  });

  test('fail when DLM has one in ERROR', async () => {
    scenario.createDlmRoles();
    await scenario.registerPolicies();
    const broken = scenario.region
      .lifecyclePolicies()
      .find(({ tags }) => tags['ec2-backup:policy'] === 'hourly');
    const id = broken?.id ?? '';
    scenario.region.breakLifecyclePolicy(id, 'Role provided does not have sufficient permissions');
    const lines = await linesOf('lifecycle policies', scenario, { policies });
    expect(lines[0]).toBe(3);
    expect(lines).toContainEqual(
      expect.stringContaining(`fail hourly (${id}) is in ERROR in DLM: Role provided does not have`),
    );
  });

  test('are a warning when their roles, or they themselves, may not be looked at', async () => {
    scenario.createDlmRoles();
    scenario.region.faults = denied('GetRole');
    expect(await linesOf('lifecycle policies', scenario, { policies })).toContainEqual(
      expect.stringMatching(/^warn role .*dlm-images could not be looked at \(AccessDenied/),
    );
    scenario.region.faults = denied('GetLifecyclePolicies', 'AccessDeniedException');
    expect(await linesOf('lifecycle policies', scenario, { policies })).toEqual([
      0,
      expect.stringMatching(
        /^warn could not be checked \(AccessDeniedException: .*allow these credentials dlm:Get/,
      ),
    ]);
  });
});

describe('where nothing is deployed', () => {
  test('it says so once, with what to run, and skips the rest', async () => {
    const { code, out } = await doctor(await sourcesOf(), POLICIES);
    expect(code).toBe(3);
    expect(out.match(/serverless deploy/g)).toHaveLength(1);
    expect(out).toMatch(
      /^FAIL {2}deployment +nothing of ec2-backup-prod is in account 111122223333, Region ap-northeast-2: npx serverless deploy$/m,
    );
    for (const name of ['schedules', 'queues', 'functions', 'alarms', 'subscriptions'])
      expect(out).toMatch(new RegExp(`^skip {2}${name} +nothing is deployed here$`, 'm'));
  });

  test('it is a warning in a place whose home may be elsewhere', async () => {
    const policies = `${POLICIES}targets: [{ account: "111122223333", region: ap-northeast-2, rolePrefix: ec2-backup }]\n`;
    expect(await linesOf('deployment', await sourcesOf(), { policies })).toEqual([
      0,
      'warn nothing of ec2-backup-prod is in account 111122223333, Region ap-northeast-2: as it should be if its home is elsewhere, else npx serverless deploy',
    ]);
  });

  test('another deployment beside it is not taken for it', async () => {
    const args = ['--deployment', 'staging'];
    const { code, out } = await doctor(scenario, POLICIES, { args });
    expect(code).toBe(3);
    expect(out).toContain('nothing of ec2-backup-staging is in account');
  });
});

describe('schedules', () => {
  test.each<[string, Parameters<Scenario['region']['deployment']['editSchedule']>[2], string]>([
    [
      'at another time',
      { expression: 'cron(0 4 * * ? *)' },
      'fail backup-nightly runs cron(0 4 * * ? *) Asia/Seoul, the file says cron(0 3 * * ? *) Asia/Seoul: deploy again',
    ],
    [
      'in another zone',
      { timezone: 'UTC' },
      'fail backup-nightly runs cron(0 3 * * ? *) UTC, the file says cron(0 3 * * ? *) Asia/Seoul: deploy again',
    ],
    [
      'to another queue',
      { target: 'arn:aws:lambda:ap-northeast-2:111122223333:function:old' },
      'fail backup-nightly starts arn:aws:lambda:ap-northeast-2:111122223333:function:old, expected arn:aws:sqs:ap-northeast-2:111122223333:ec2-backup-prod-backup.fifo: deploy again',
    ],
    [
      'switched off',
      { state: 'DISABLED' },
      'fail backup-nightly is DISABLED: enable it in EventBridge Scheduler',
    ],
  ])('%s fail', async (_, edit, line) => {
    scenario.region.deployment.editSchedule(STACK, 'backup-nightly', edit);
    expect(await linesOf('schedules', scenario)).toEqual([3, 'ok 5 of 6 are as the policy file says', line]);
  });

  test('missing, and left over from a policy that is gone, fail', async () => {
    const { deployment } = scenario.region;
    deployment.deleteSchedule(STACK, 'watch');
    const target = `arn:aws:sqs:ap-northeast-2:111122223333:${STACK}-backup.fifo`;
    deployment.createSchedule({
      name: 'backup-old',
      group: STACK,
      expression: 'rate(1 hour)',
      timezone: 'UTC',
      target,
    });
    expect(await linesOf('schedules', scenario)).toEqual([
      3,
      'ok 5 of 6 are as the policy file says',
      'fail watch is missing: deploy again',
      'fail backup-old is not in the policy file: deploy again',
    ]);
  });

  test('of protect is wanted where a policy protects, and only there', async () => {
    const policies = POLICIES.replace('keep: { daily: 3 }', 'keep: { daily: 3 }, protect: true');
    expect(await linesOf('schedules', scenario, { policies })).toEqual([
      3,
      'ok 6 of 7 are as the policy file says',
      'fail protect is missing: deploy again',
    ]);
    const protecting = await sourcesOf(policies);
    deploy(protecting.region, protecting.file);
    expect(await linesOf('schedules', protecting, { policies })).toEqual([
      0,
      'ok 7 of 7 are as the policy file says',
    ]);
    expect(await linesOf('schedules', protecting)).toEqual([
      3,
      'ok 6 of 6 are as the policy file says',
      'fail protect is not in the policy file: deploy again',
    ]);
  });
});

describe('queues', () => {
  const inQueue = async (name: string): Promise<void> => {
    const { url } = scenario.region.queue(name);
    const fifo = name.endsWith('.fifo') ? { MessageGroupId: 'a', MessageDeduplicationId: '1' } : {};
    await scenario.region.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: '{}', ...fifo }));
  };

  test.each([
    [`${STACK}-backup-dead-letters.fifo`, 'requests that failed again and again'],
    [`${STACK}-prune-undelivered`, 'schedules that could not be delivered'],
    [`${STACK}-watch-failed`, 'runs by hand that failed'],
  ])('fail when something lies in %s', async (name, what) => {
    await inQueue(name);
    expect(await linesOf('queues', scenario)).toEqual([
      3,
      `fail 1 message lies in ${name} (${what}): docs/operations.md, "When something went wrong", says how to look and send them again`,
    ]);
  });

  test('pass when requests wait for their function', async () => {
    await inQueue(`${STACK}-backup.fifo`);
    expect(await linesOf('queues', scenario)).toEqual([0, expect.stringMatching(/^ok /)]);
  });

  test('fail when they are missing, or have no dead-letter queue', async () => {
    scenario = new Scenario({ policies: POLICIES });
    scenario.region.deployment.createScheduleGroup(STACK);
    scenario.region.createQueue({ name: `${STACK}-backup.fifo`, fifo: true });
    expect(await linesOf('queues', scenario)).toEqual([
      3,
      `fail missing: ${STACK}-backup-dead-letters.fifo, ${STACK}-backup-undelivered, ${STACK}-backup-failed, ${STACK}-replicate.fifo, ${STACK}-replicate-dead-letters.fifo and 26 more. Deploy again`,
      `fail ${STACK}-backup.fifo has not ${STACK}-backup-dead-letters.fifo as its dead-letter queue: deploy again`,
    ]);
  });
});

describe('functions', () => {
  const backup = `${STACK}-backup`;
  const RUN_THIS = 'ok they run what the policy file says';

  test('fail when one is missing', async () => {
    scenario.region.deployment.deleteFunction(backup);
    expect(await linesOf('functions', scenario)).toEqual([
      3,
      `fail missing: ${backup}. Deploy again`,
      RUN_THIS,
    ]);
  });

  test('fail when somebody has stopped one by its concurrency', async () => {
    scenario.region.deployment.editFunction(backup, { reserved: 0 });
    expect(await linesOf('functions', scenario)).toEqual([
      3,
      `fail ${backup} may not run, as its reserved concurrency is 0: aws lambda delete-function-concurrency --function-name ${backup}`,
      RUN_THIS,
    ]);
    scenario.region.deployment.editFunction(backup, { reserved: 5 });
    expect(await linesOf('functions', scenario)).toEqual([0, expect.stringMatching(/^ok all 8/), RUN_THIS]);
  });

  test('fail when Lambda cannot run one, or could not take its code, but not when it sleeps', async () => {
    const { deployment } = scenario.region;
    deployment.editFunction(backup, { state: 'Failed', stateReason: 'its role is gone' });
    deployment.editFunction(`${STACK}-prune`, { lastUpdate: 'Failed', lastUpdateReason: 'too large' });
    deployment.editFunction(`${STACK}-digest`, { state: 'Inactive', stateReason: 'idle' });
    expect(await linesOf('functions', scenario)).toEqual([
      3,
      `fail ${backup} cannot run: its role is gone. Deploy again`,
      `fail ${STACK}-prune cannot run: too large. Deploy again`,
      RUN_THIS,
    ]);
  });

  test('fail when nothing hands one what is in its queue', async () => {
    scenario.region.deployment.disableMappings(backup);
    scenario.region.deployment.deleteMappings(`${STACK}-prune`);
    expect(await linesOf('functions', scenario)).toEqual([
      3,
      expect.stringMatching(
        new RegExp(
          `^fail ${backup} is not handed what is in its queue \\(Disabled\\): aws lambda update-event-source-mapping --uuid [0-9a-f-]{36} --enabled$`,
        ),
      ),
      `fail ${STACK}-prune is not handed what is in its queue: deploy again`,
      RUN_THIS,
    ]);
  });

  test.each([
    ['keep', 'keep: { daily: 3 }', 'keep: { daily: 30 }'],
    ['schedule', 'cron(0 3', 'cron(0 4'],
    ['kind of backup', 'nightly: { backup: image', 'nightly: { backup: snapshots'],
    ['guard', 'version: 1', 'version: 1\nprune: { maxShare: 90% }'],
    ['retired policy', 'version: 1', 'version: 1\nretired: { old: { keep: { last: 1 } } }'],
  ])('fail when they run the file as it was before an edit of a %s', async (_, before, after) => {
    const policies = POLICIES.replace(before, after);
    expect(policies).not.toBe(POLICIES);
    expect(await linesOf('functions', scenario, { policies })).toEqual([
      3,
      expect.stringMatching(/^ok all 8/),
      `fail ${STACK}-backup, ${STACK}-replicate, ${STACK}-prune, ${STACK}-register-policies, ${STACK}-watch and 3 more run another policy file than this one: deploy again, or look with the one that was deployed`,
    ]);
  });

  test('pass when the same is only written in another way', async () => {
    const policies = `# a comment\n${POLICIES.replace('backup: image, schedule: cron(0 3 * * ? *)', 'schedule: cron(0 3 * * ? *), backup: image')}prune: { maxShare: 30% }\n`;
    expect(policies).toContain(', backup: image');
    expect(await linesOf('functions', scenario, { policies })).toEqual([
      0,
      expect.stringMatching(/^ok all 8/),
      RUN_THIS,
    ]);
  });

  test('are a warning when an earlier version deployed them, which says nothing of its file', async () => {
    for (const name of scenario.region.deployment.functions())
      scenario.region.deployment.editFunction(name, { environment: {} });
    expect(await linesOf('functions', scenario)).toEqual([
      0,
      expect.stringMatching(/^ok all 8/),
      expect.stringMatching(
        /^warn an earlier version of ec2-backup deployed .* and 3 more, and does not say/,
      ),
    ]);
  });
});

describe('alarms', () => {
  const name = `${STACK}-failed-runs`;

  test('that ring fail with what they mean', async () => {
    scenario.region.deployment.editAlarm(name, { state: 'ALARM' });
    const [code, good, ring] = await linesOf('alarms', scenario);
    expect([code, good]).toEqual([3, 'ok 50 of 51 are quiet and tell the topic']);
    expect(ring).toMatch(/^fail ec2-backup-prod-failed-runs rings: Something failed in a run/);
  });

  test('that were switched off, or tell nobody, fail', async () => {
    const { deployment } = scenario.region;
    deployment.editAlarm(name, { actionsEnabled: false });
    deployment.editAlarm(`${STACK}-backup-late`, { actions: [] });
    expect(await linesOf('alarms', scenario)).toEqual([
      3,
      'ok 49 of 51 are quiet and tell the topic',
      `fail switched off: ${name}. aws cloudwatch enable-alarm-actions --alarm-names … puts them on`,
      `fail not telling arn:aws:sns:ap-northeast-2:111122223333:${STACK}: ${STACK}-backup-late. Deploy again`,
    ]);
  });

  test('without data are a warning', async () => {
    scenario.region.deployment.editAlarm(name, { state: 'INSUFFICIENT_DATA' });
    expect(await linesOf('alarms', scenario)).toEqual([
      0,
      'ok 50 of 51 are quiet and tell the topic',
      `warn without data, as in the first hours of a deployment: ${name}. Run doctor again later`,
    ]);
  });

  test('that a policy of the file or a place should have and has not fail', async () => {
    const policies = `${POLICIES}targets: [{ account: "111122223333", region: ap-northeast-2 }, { account: "111122223333", region: eu-west-1 }]\n`;
    scenario.region.deployment.deleteAlarm(`${STACK}-empty-selection-disks`);
    expect(await linesOf('alarms', scenario, { policies })).toContainEqual(
      `fail missing: ${STACK}-silence-111122223333-eu-west-1 and ${STACK}-empty-selection-disks. Deploy again`,
    );
  });

  test('of another deployment whose name begins the same are not looked at', async () => {
    const other = scenario.region.createTopic(`${STACK}-eu`);
    scenario.region.deployment.createAlarm({
      name: `${STACK}-eu-failed-runs`,
      state: 'ALARM',
      actions: [other],
    });
    expect(await linesOf('alarms', scenario)).toEqual([0, 'ok 51 of 51 are quiet and tell the topic']);
  });

  test('that are not there at all fail', async () => {
    scenario = new Scenario({ policies: POLICIES });
    scenario.region.deployment.createScheduleGroup(STACK);
    expect(await linesOf('alarms', scenario)).toEqual([
      3,
      'fail there is none: nobody hears of a failure. Deploy again',
    ]);
    expect(await linesOf('subscriptions', scenario)).toEqual([
      3,
      'fail the topic of the alarms is missing: deploy again',
    ]);
  });
});

describe('subscriptions', () => {
  const NOBODY =
    'warn the topic has no confirmed subscription: nobody is told. Add notify to policies.yml and deploy, or confirm the e-mail';

  function subscribed(...subscriptions: readonly { endpoint: string; isConfirmed?: boolean }[]): void {
    scenario = new Scenario({ policies: POLICIES });
    scenario.region.deployment.createScheduleGroup(STACK);
    scenario.region.createTopic(STACK);
    for (const one of subscriptions) scenario.region.deployment.subscribe(STACK, one);
  }

  test('that nobody has are a warning; an address of notify that was not deployed fails', async () => {
    subscribed();
    expect(await linesOf('subscriptions', scenario)).toEqual([
      3,
      NOBODY,
      'fail ops@example.com of notify is not subscribed: deploy again',
    ]);
  });

  test('that nobody has confirmed are a warning', async () => {
    subscribed({ endpoint: 'ops@example.com', isConfirmed: false });
    const [, ...lines] = await linesOf('subscriptions', scenario);
    expect(lines).toEqual([
      NOBODY,
      'warn ops@example.com must confirm the e-mail that AWS sent: nothing is sent there before',
    ]);
  });

  test('of all pages are read, and an address is the same in capitals', async () => {
    const others = ['a', 'b', 'c'].map((one) => ({ endpoint: `${one}@example.com` }));
    subscribed(...others, { endpoint: 'Ops@Example.com' });
    const [, ...lines] = await linesOf('subscriptions', scenario);
    expect(lines).toEqual(['ok a@example.com, b@example.com, c@example.com and Ops@Example.com are told']);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['ListSchedules', 'AccessDeniedException', 'schedules', 'scheduler:ListSchedules'],
    ['GetQueueUrl', 'AccessDenied', 'queues', 'sqs:GetQueueUrl'],
    ['GetFunctionConfiguration', 'AccessDeniedException', 'functions', 'lambda:GetFunctionConfiguration'],
    ['ListEventSourceMappings', 'AccessDeniedException', 'functions', 'lambda:ListEventSourceMappings'],
    ['DescribeAlarms', 'AccessDenied', 'alarms', 'cloudwatch:DescribeAlarms'],
    [
      'ListSubscriptionsByTopic',
      'AuthorizationErrorException',
      'subscriptions',
      'sns:ListSubscriptionsByTopic',
    ],
  ])('because %s is denied is a warning that says what to allow', async (command, error, name, action) => {
    scenario.region.faults = denied(command, error);
    const [code, ...lines] = await linesOf(name, scenario);
    expect(code).toBe(0);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^warn could not be checked \\(${error}: `))]);
    expect(lines[0]).toContain(`allow these credentials `);
    expect(lines[0]).toContain(action);
  });

  test('for another reason fails, and the rest goes on', async () => {
    scenario.region.faults = (call) =>
      call.command === 'DescribeAlarms' ? { kind: 'unavailable', accepted: false } : undefined;
    expect(await linesOf('alarms', scenario)).toEqual([
      3,
      'fail could not be read (InternalServiceFault: The service is unavailable. Please try again shortly): run doctor again',
    ]);
    expect(await linesOf('subscriptions', scenario)).toEqual([3, 'ok ops@example.com is told']);
  });
});
