/** What is deployed: the template and the zips of `serverless package`, and the bundles in them at work. */

import { spawnSync } from 'node:child_process';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DAY, HOUR, MINUTE, START } from '../support/scenario.ts';
import type { Template } from '../support/cloudformation.ts';
import { propertiesOf, resourcesOfType } from '../support/template.ts';
import { BAD_BACKUP_EVENTS, BAD_PRUNE_EVENTS, scheduled } from './events.ts';
import { identityServer } from './identity-server.ts';
import { POLICIES, changesOf, onSimulatedAccount, type Run } from './surroundings.ts';
import {
  Copy,
  PATIENCE,
  type BackupBundle,
  type PruneBundle,
  type ReplicateBundle,
  type RegisterPoliciesBundle,
} from './packaged.ts';
import { registerPoliciesAtWork } from './register-policies.ts';
import { wiring } from './wiring.ts';

/** Worked wherever it is deployed. */
const ANYWHERE = POLICIES.replace(/targets:\n(?: .*\n)+/, '').replace(
  /\n +(?:account|region|copies): .*/g,
  '',
);

let copy: Copy;
let said: string;
let template: Template;
let backup: BackupBundle;
let prune: PruneBundle;
let replicate: ReplicateBundle;
let register: RegisterPoliciesBundle;
let server: Server;

beforeAll(async () => {
  copy = new Copy(POLICIES);
  const ended = copy.serverless(['package']);
  said = ended.said;
  expect(said).toContain('Service packaged');
  expect(ended.code).toBe(0);
  template = copy.template();
  server = await identityServer('999999999999');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${address.port}`);
  vi.stubEnv('AWS_REGION', 'ap-northeast-2');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'of-nobody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-nobody');
  // Each exports what its handler file exports.
  backup = (await copy.load('backup')) as BackupBundle;
  prune = (await copy.load('prune')) as PruneBundle;
  replicate = (await copy.load('replicate')) as ReplicateBundle;
  register = (await copy.load('register-policies')) as RegisterPoliciesBundle;
}, PATIENCE);

afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  copy.remove();
});

describe('the template', () => {
  const FUNCTIONS = [
    { id: 'BackupLambdaFunction', job: 'backup', resources: 'Backup' },
    { id: 'ReplicateLambdaFunction', job: 'replicate', resources: 'Replicate' },
    { id: 'PruneLambdaFunction', job: 'prune', resources: 'Prune' },
    { id: 'RegisterDashpoliciesLambdaFunction', job: 'register-policies', resources: 'RegisterPolicies' },
    { id: 'WatchLambdaFunction', job: 'watch', resources: 'Watch' },
    { id: 'DigestLambdaFunction', job: 'digest', resources: 'Digest' },
    { id: 'RehearseLambdaFunction', job: 'rehearse', resources: 'Rehearse' },
    { id: 'ProtectLambdaFunction', job: 'protect', resources: 'Protect' },
  ];

  test('has the eight functions on Node 24 and arm64, each with a role of its own', () => {
    for (const { id, job, resources } of FUNCTIONS) {
      expect(propertiesOf(template, id)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: 900,
        MemorySize: 512,
        FunctionName: `ec2-backup-test-${job}`,
        Handler: `dist/lambda/${job}/index.handler`,
        Role: `${resources}Role.Arn`,
      });
    }
    expect(resourcesOfType(template, 'AWS::Lambda::Function')).toHaveLength(8);
  });

  test('lets a function go on by its own queue for as many rounds as it takes', () => {
    for (const { RecursiveLoop } of resourcesOfType(template, 'AWS::Lambda::Function'))
      expect(RecursiveLoop).toBe('Allow');
  });

  test('tells each function which policy file it runs and where its messages go, and no more', () => {
    const told = Object.fromEntries(
      FUNCTIONS.map(({ id, job }) => {
        const { POLICIES_SHA256, ...where } = environmentOf(id);
        expect(POLICIES_SHA256).toMatch(/^[0-9a-f]{64}$/);
        return [job, where];
      }),
    );
    expect(told).toEqual({
      backup: { QUEUE_URL: 'BackupQueue' },
      replicate: { QUEUE_URL: 'ReplicateQueue' },
      prune: { QUEUE_URL: 'PruneQueue' },
      'register-policies': { QUEUE_URL: 'RegisterPoliciesQueue' },
      watch: { QUEUE_URL: 'WatchQueue', BACKUP_QUEUE_URL: 'BackupQueue', REPORTS_QUEUE_URL: 'Reports' },
      digest: { QUEUE_URL: 'DigestQueue', REPORTS_QUEUE_URL: 'Reports', TOPIC_ARN: 'Topic' },
      rehearse: { QUEUE_URL: 'RehearseQueue' },
      protect: { QUEUE_URL: 'ProtectQueue' },
    });
  });

  test('[H1] lets Lambda repeat no run by itself, and keeps the failed ones', () => {
    expect(resourcesOfType(template, 'AWS::Lambda::EventInvokeConfig')).toEqual(
      FUNCTIONS.map(({ id, resources }) => ({
        FunctionName: id,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: `${resources}Failed.Arn` } },
        Qualifier: '$LATEST',
      })),
    );
  });

  test('keeps logs for 90 days, where the roles may write', () => {
    expect(resourcesOfType(template, 'AWS::Logs::LogGroup')).toEqual(
      FUNCTIONS.map(({ job }) => ({
        LogGroupName: `/aws/lambda/ec2-backup-test-${job}`,
        RetentionInDays: 90,
      })),
    );
  });

  test('has a schedule for every policy that the Lambdas run and for every other job', () => {
    const schedules = resourcesOfType(template, 'AWS::Scheduler::Schedule');
    expect(schedules).toMatchObject([
      {
        Name: 'backup-nightly',
        ScheduleExpression: 'cron(0 12 * * ? *)',
        ScheduleExpressionTimezone: 'Asia/Seoul',
      },
      {
        Name: 'backup-payments',
        ScheduleExpression: 'cron(0 0,6,12,18 * * ? *)',
        ScheduleExpressionTimezone: 'America/New_York',
      },
      {
        Name: 'rehearse-nightly',
        ScheduleExpression: 'cron(0 14 ? * MON *)',
        ScheduleExpressionTimezone: 'Asia/Seoul',
      },
      {
        Name: 'replicate',
        ScheduleExpression: 'cron(25 * * * ? *)',
        ScheduleExpressionTimezone: 'Asia/Seoul',
      },
      { Name: 'prune', ScheduleExpressionTimezone: 'Asia/Seoul' },
      { Name: 'register-policies', ScheduleExpressionTimezone: 'Asia/Seoul' },
      {
        Name: 'watch',
        ScheduleExpression: 'cron(40 * * * ? *)',
        ScheduleExpressionTimezone: 'Asia/Seoul',
      },
      {
        Name: 'digest',
        ScheduleExpression: 'cron(0 8 * * ? *)',
        ScheduleExpressionTimezone: 'Asia/Seoul',
      },
      { Name: 'rehearse', ScheduleExpression: 'cron(50 * * * ? *)' },
      { Name: 'protect', ScheduleExpression: 'cron(50 * * * ? *)' },
    ]);
    expect(schedules).toHaveLength(10);
  });

  test('has the roles of infra/ and no other', () => {
    const roles = Object.entries(template.Resources).filter(([, { Type }]) => Type.startsWith('AWS::IAM::'));
    expect(roles.map(([id]) => id)).toEqual([
      ...FUNCTIONS.map(({ resources }) => `${resources}Role`),
      'BackupElsewhere1',
      'ReplicateElsewhere1',
      'PruneElsewhere1',
      'RegisterPoliciesElsewhere1',
      'WatchElsewhere1',
      'RehearseElsewhere1',
      'ProtectElsewhere1',
      'DlmSnapshotsRoleInApNortheast2',
      'RehearsalRoleInApNortheast2',
      'RehearsalProfileInApNortheast2',
      ...FUNCTIONS.map(({ resources }) => `${resources}ScheduleRole`),
    ]);
  });

  function environmentOf(id: string): Record<string, unknown> {
    const { Environment: given } = propertiesOf(template, id);
    return (given as { Variables: Record<string, unknown> } | undefined)?.Variables ?? {};
  }

  const isInstalled = spawnSync('cfn-lint', ['--version']).status === 0;
  test.skipIf(!isInstalled)('passes cfn-lint (skipped where that is not installed)', () => {
    const args = ['--non-zero-exit-code', 'error', '--', copy.templateFile];
    const { status, stdout } = spawnSync('cfn-lint', args, { encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
});

describe('the zip', () => {
  test.each(['backup', 'replicate', 'prune', 'register-policies', 'watch', 'digest', 'rehearse', 'protect'])(
    'of %s holds its bundle and nothing else, at most 1.1 MB of it',
    (name) => {
      const files = [...copy.unzip(name)];
      expect(files.map(([path]) => path)).toEqual([`dist/lambda/${name}/index.mjs`]);
      for (const [, bytes] of files) expect(bytes.length).toBeLessThanOrEqual(1_100_000);
    },
  );

  const NO_TARGET = 'account 999999999999, Region ap-northeast-2 is no target of the policy file';
  test.each([
    { name: 'backup', event: { policy: 'nightly' }, says: NO_TARGET },
    { name: 'replicate', event: {}, says: NO_TARGET },
    { name: 'prune', event: {}, says: NO_TARGET },
    { name: 'register-policies', event: {}, says: NO_TARGET },
    { name: 'watch', event: {}, says: NO_TARGET },
    { name: 'rehearse', event: {}, says: NO_TARGET },
    { name: 'protect', event: {}, says: NO_TARGET },
    { name: 'digest', event: {}, says: 'REPORTS_QUEUE_URL is not set, expected it from the deployment' },
  ])('of $name runs where no package is, with the credentials of its environment', async (one) => {
    const { code, said } = await copy.runAlone(one.name, one.event);
    expect(said).toContain(one.says);
    expect(code).toBe(1);
  });
});

describe('packaging', () => {
  test('refuses a wrong policy file with its problems, and packages nothing', () => {
    const wrong = new Copy(POLICIES.replace('last: 2', 'last: 0').replace('Asia/Seoul', 'Asia/Soul'));
    const ended = wrong.serverless(['package']);
    expect(ended.code).toBe(1);
    expect(ended.said).toContain('policies.yml:4:11 timezone');
    expect(ended.said).toContain('policies.nightly.keep.last: last is 0');
    expect(ended.said).toContain('2 problems in policies.yml');
    expect(() => wrong.template()).toThrow(/ENOENT/);
    wrong.remove();
  });

  test('without any Region says so once, and the template names none', () => {
    const anywhere = new Copy(ANYWHERE);
    const ended = anywhere.serverless(['package']);
    expect(ended.code).toBe(0);
    expect(
      ended.said.match(/^no Region: packaged as if for us-east-1; name one with --region/gm),
    ).toHaveLength(1);
    expect(JSON.stringify(anywhere.template())).not.toContain('us-east-1');
    anywhere.remove();
    expect(said).not.toContain('no Region');
  });
});

describe('deploying', () => {
  test('without any Region is refused in one line, before AWS is asked', () => {
    const anywhere = new Copy(ANYWHERE);
    const ended = anywhere.serverless(['deploy']);
    expect(ended.code).toBe(1);
    expect(ended.said).toMatch(
      /Error: no Region: name one with --region or AWS_REGION, such as ap-northeast-2$/m,
    );
    expect(ended.said).not.toMatch(/^ +at /m);
    anywhere.remove();
  });
});

const GOOD_SLOT = '2026-11-22T03:00:00Z';

describe('the packaged backup', () => {
  test('makes the slot that the schedule names, and answers the counts', async () => {
    const { scenario, environment, records } = onSimulatedAccount();
    const answer = await backup.backupHandler(environment)(scheduled('nightly', START));
    expect(answer).toMatchObject({
      version: 1,
      job: 'backup',
      slot: GOOD_SLOT,
      place: { account: '111122223333', region: 'ap-northeast-2' },
      counts: { done: 1 },
    });
    expect(scenario.region.images()).toMatchObject([
      { tags: { 'ec2-backup:deployment': 'test', 'ec2-backup:slot': GOOD_SLOT } },
    ]);
    expect(records.map(({ message }) => message)).toEqual(['decision', 'outcome', 'run ended']);
  });

  test('[H1] makes a slot once, however often it is delivered', async () => {
    const { scenario, environment } = onSimulatedAccount();
    const handle = backup.backupHandler(environment);
    await handle(scheduled('payments', START - 4 * HOUR));
    scenario.clock.advance(MINUTE);
    await expect(handle(scheduled('payments', START - 4 * HOUR))).resolves.toMatchObject({
      counts: { 'already-done': 1 },
    });
    expect(scenario.region.snapshots()).toHaveLength(1);
  });

  test('on demand makes only the sources asked for', async () => {
    const { scenario, environment } = onSimulatedAccount();
    const { id } = scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await backup.backupHandler(environment)({ policy: 'nightly', sources: [id] });
    expect(scenario.region.images().map(({ sourceInstanceId }) => sourceInstanceId)).toEqual([id]);
  });

  test('on a dry run answers the plan and changes nothing', async () => {
    const { scenario, environment } = onSimulatedAccount();
    const answer = await backup.backupHandler(environment)({ policy: 'nightly', dryRun: true });
    expect(answer).toMatchObject({
      version: 1,
      actions: [{ action: 'create-image' }],
      totals: { actions: 1 },
    });
    expect(changesOf(scenario)).toEqual([]);
  });

  test('fails when a source fails, and names it', async () => {
    const { scenario, environment } = onSimulatedAccount();
    scenario.region.faults = ({ command }) =>
      command === 'CreateImage' ? { kind: 'error', name: 'InternalError', status: 400 } : undefined;
    await expect(backup.backupHandler(environment)({ policy: 'nightly' })).rejects.toThrow(
      /^backup run 2026-11-22T03:00:00Z: 1 of 1 actions failed: create-image i-/,
    );
  });

  test.each(BAD_BACKUP_EVENTS)(
    '[H34] refuses $name, says what was expected, and changes nothing',
    async ({ event, says, error = 'ConfigurationError' }) => {
      const { scenario, environment } = onSimulatedAccount();
      await expect(backup.backupHandler(environment)(event)).rejects.toThrow(says);
      await expect(backup.backupHandler(environment)(event)).rejects.toHaveProperty('name', error);
      expect(changesOf(scenario)).toEqual([]);
    },
  );

  test('[H35] carries the policy file that it was packaged with, and keeps to its targets', async () => {
    // The real client asks the local server, which says that it is another account.
    await expect(backup.handler({ policy: 'nightly' })).rejects.toThrow(
      'account 999999999999, Region ap-northeast-2 is no target of the policy file, expected one of ' +
        'account 111122223333, Region ap-northeast-2',
    );
  });
});

describe('the packaged replicate', () => {
  const EAST = { account: '111122223333', region: 'us-east-1' };

  test('copies what is good to the place that it is asked for, once', async () => {
    const { scenario, environment } = onSimulatedAccount();
    await backup.backupHandler(environment)(scheduled('payments', START - 4 * HOUR));
    scenario.clock.advance(HOUR);
    const handle = replicate.replicateHandler(environment);
    const event = { job: 'replicate', trigger: 'schedule', place: EAST };
    await expect(handle(event)).resolves.toMatchObject({ job: 'replicate', counts: { done: 1 } });
    scenario.clock.advance(HOUR);
    await handle(event);
    const copies = scenario.account.region(EAST.region).snapshots();
    expect(copies.map(({ state }) => state)).toEqual(['completed']);
  });

  test('[H35] copies nothing to a place that the file does not name', async () => {
    const { environment } = onSimulatedAccount();
    const place = { account: '111122223333', region: 'eu-north-1' };
    await expect(replicate.replicateHandler(environment)({ place })).rejects.toThrow(
      'account 111122223333, Region eu-north-1 is no target of the policy file',
    );
  });
});

describe('the packaged prune', () => {
  async function fiveNights(): Promise<Run> {
    const run = onSimulatedAccount();
    for (let night = 0; night < 5; night += 1) {
      await backup.backupHandler(run.environment)(scheduled('nightly', START + night * DAY));
      run.scenario.clock.advance(DAY);
    }
    return run;
  }

  test('deletes what no rule keeps, with its snapshots, and answers the counts', async () => {
    const { scenario, environment } = await fiveNights();
    const now = scenario.clock.now();
    const event = { job: 'prune', slot: new Date(now).toISOString(), trigger: 'schedule' };
    await expect(prune.pruneHandler(environment)(event)).resolves.toMatchObject({
      job: 'prune',
      counts: { done: 3 },
    });
    expect(scenario.region.images().map(({ tags }) => tags['ec2-backup:slot'])).toEqual([
      '2026-11-25T03:00:00Z',
      '2026-11-26T03:00:00Z',
    ]);
    expect(scenario.region.snapshots()).toHaveLength(2);
  });

  test('on a dry run answers the plan with a reason for each, and changes nothing', async () => {
    const { scenario, environment } = await fiveNights();
    const before = changesOf(scenario).length;
    const answer = await prune.pruneHandler(environment)({ dryRun: true });
    expect(answer).toMatchObject({ totals: { actions: 3, verdicts: 5 } });
    expect(changesOf(scenario)).toHaveLength(before);
    expect(scenario.region.images()).toHaveLength(5);
  });

  test('[H35] ends with an error when the guard refuses, and says so in the log', async () => {
    const { scenario, environment, records } = onSimulatedAccount();
    for (let more = 0; more < 9; more += 1) scenario.region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backupEvery(DAY, 5, 'nightly');
    scenario.clock.advance(2 * DAY);
    await expect(prune.pruneHandler(environment)({})).rejects.toThrow(
      /prune of nightly refused: would delete 30 of 50 points/,
    );
    expect(scenario.region.images()).toHaveLength(50);
    expect(records.map(({ message }) => message)).toContain('refused');
    expect(records.slice(-2)).toMatchObject([
      { level: 'error', message: 'run ended', fields: { refused: 1 } },
      { level: 'error', message: 'run failed', fields: { error: 'RunRefusedError' } },
    ]);
  });

  test.each(BAD_PRUNE_EVENTS)('[H34] refuses $name, and deletes nothing', async ({ event, says }) => {
    const { scenario, environment } = await fiveNights();
    await expect(prune.pruneHandler(environment)(event)).rejects.toThrow(says);
    expect(scenario.region.images()).toHaveLength(5);
  });
});

registerPoliciesAtWork(() => register);
wiring(() => template);
