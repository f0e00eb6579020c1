/** The "Bad input": each names the thing, the value and what was expected, and changes nothing else. */

import { describe, expect, test } from 'vitest';
import { connect } from '../../src/cli/connect.ts';
import { DAY, POLICIES, Scenario } from '../support/scenario.ts';
import { connectionTo, fileWith, mutatingCalls, run } from './fake-shell.ts';
import { parseJson, type PlanAnswer, type RunAnswer } from './answers.ts';

test('[H10] a misspelt policy name on an instance: it alone is reported, nothing of it is pruned, the rest goes on', async () => {
  const scenario = new Scenario();
  const { region } = scenario;
  const web = region.runInstance({ tags: { Backup: 'nightly' } }).id;
  const app = region.runInstance({ tags: { Backup: 'nightly' } }).id;
  await scenario.backupEvery(DAY, 5, 'nightly');
  region.tag(web, 'Backup', 'nigthly');
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['backup', '--policy', 'nightly', '--policies', file, '--yes', '--json'], {
    scenario,
  });
  expect(code).toBe(0);
  const answer = parseJson<RunAnswer>(out);
  expect(answer.outcomes.map(({ status }) => status)).toEqual(['done']);
  expect(answer.skipped).toEqual([
    { id: web, reason: 'tag "Backup" names "nigthly", no policy of the file (did you mean nightly?)' },
  ]);
  const prune = await run(['prune', '--policies', file, '--yes', '--json'], { scenario });
  expect(prune.code).toBe(0);
  const sources = region.images().map(({ sourceInstanceId }) => sourceInstanceId);
  expect(sources.filter((id) => id === web)).toHaveLength(5);
  expect(sources.filter((id) => id === app)).toHaveLength(4);
});

test('[H34] a tag of 256 odd characters is reported in one printable line, and nothing else changes', async () => {
  const scenario = new Scenario();
  const odd = '\u{1F4A3}\u202e\u001b[31m'.repeat(32).slice(0, 256);
  const bad = scenario.region.runInstance({ tags: { Backup: odd } }).id;
  const good = scenario.region.runInstance({ tags: { Backup: 'nightly', Name: odd, Odd: odd } }).id;
  const file = await fileWith(POLICIES);
  const args = ['--policies', file, '--policy', 'nightly', '--yes'];
  const { code, out } = await run(['backup', ...args], { scenario });
  expect(code).toBe(0);
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  expect(out.split('\n').filter((line) => line.includes(bad))).toHaveLength(1);
  const [image, ...others] = scenario.region.images();
  expect([image?.sourceInstanceId, others]).toEqual([good, []]);
  expect(image?.tags['Odd']).toBe(odd);
});

test('an unknown Region is named and nothing is read', async () => {
  const file = await fileWith(POLICIES);
  const { code, out, notes } = await run(['plan', '--policies', file, '--region', 'ap-northeast-9'], {
    connect: () => Promise.reject(new Error('connected')),
  });
  expect([code, out]).toEqual([2, '']);
  expect(notes).toBe(
    'ec2-backup: --region is "ap-northeast-9", which the AWS SDK does not know; expected a Region code such as ap-northeast-2\n',
  );
});

test('doctor names an unknown Region as well', async () => {
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['doctor', '--policies', file, '--region', 'ap-northeast-9'], {
    connect: (region) => connect(region, {}),
  });
  expect(code).toBe(3);
  expect(out).toMatch(/^FAIL {2}credentials +--region is "ap-northeast-9", which the AWS SDK does not know/m);
});

describe('where nobody is there to be asked, what is wrong is told before --yes is asked for', () => {
  const withDlm = POLICIES.replace(
    'policies:\n',
    `policies:\n  hourly: { engine: dlm, backup: volume, schedule: every 24 hours, keep: { last: 7 } }\n`,
  );
  const SOURCE = 'i-0123456789abcdef0';
  test.each([
    { args: ['backup', '--policy', 'nigthly'], says: 'policy "nigthly" is not in the policy file' },
    { args: ['backup', '--policy', 'nightly', '--source', 'web-1'], says: '--source is "web-1", expected' },
    { args: ['backup', '--policy', 'nightly', '--slot', 'noon'], says: '--slot is "noon", expected' },
    {
      args: ['backup', '--policy', 'nightly', '--slot', '2036-11-22T18:00:00Z'],
      says: 'policy nightly: slot 2036-11-22T18:00:00Z is in the future',
    },
    { args: ['backup', '--policy', 'nightly', '--hold', ' '], says: '--hold is " ", expected' },
    { args: ['prune', '--policy', 'nigthly'], says: 'policy "nigthly" is not in the policy file' },
    { args: ['prune', '--accept', '5'], says: '--accept goes with --policy' },
    { args: ['prune', '--region', 'seoul'], says: '--region is "seoul"' },
    { args: ['prune', '--deployment', 'Prod!'], says: '--deployment is "Prod!", expected' },
    { args: ['restore', 'web-1'], says: 'source is "web-1", expected' },
    { args: ['restore', SOURCE, '--at', 'noon'], says: '--at is "noon", expected' },
    {
      args: ['restore', SOURCE, '--subnet', 'net1'],
      says: '--subnet is "net1", expected the id of a subnet',
    },
    { args: ['restore', SOURCE, '--security-group', 'web'], says: '--security-group is "web", expected' },
    { args: ['restore', SOURCE, '--volumes', '--attach', 'web-1'], says: '--attach is "web-1", expected' },
    { args: ['restore', SOURCE, '--region', 'seoul'], says: '--region is "seoul"' },
    { args: ['policies', 'apply', '--replace', 'huorly'], says: 'policy "huorly" is no policy of the file' },
  ])('$args', async ({ args, says }) => {
    const file = await fileWith(withDlm);
    const ended = await run([...args, '--policies', file], {
      connect: () => Promise.reject(new Error('connected')),
    });
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.notes).toContain(says);
    expect(ended.notes).not.toContain('--yes');
  });

  test.each([['backup', '--policy', 'nightly'], ['prune'], ['restore', SOURCE], ['policies', 'apply']])(
    'and without a policy file: %s',
    async (...args) => {
      const { code, notes } = await run([...args, '--policies', '/nowhere/policies.yml']);
      expect(code).toBe(2);
      expect(notes).toContain('/nowhere/policies.yml: there is no such file');
      expect(notes).not.toContain('--yes');
    },
  );

  test.each([['backup', '--policy', 'nightly'], ['prune'], ['restore', SOURCE], ['policies', 'apply']])(
    'and --yes when nothing else is wrong, before anything is asked of AWS: %s',
    async (...args) => {
      const file = await fileWith(withDlm);
      const { code, notes } = await run([...args, '--policies', file], {
        connect: () => Promise.reject(new Error('connected')),
      });
      expect(code).toBe(2);
      expect(notes).toContain('nobody is here to be asked: add --yes');
    },
  );
});

test('no credentials: the message says what to set, and ends with 2', async () => {
  const scenario = new Scenario();
  const file = await fileWith(POLICIES);
  const missing = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });
  const clients = { ...scenario.region.clients, sts: { send: () => Promise.reject(missing) } };
  for (const command of [['plan'], ['prune', '--yes'], ['list']]) {
    const { code, out, notes } = await run([...command, '--policies', file], {
      scenario,
      connect: () => Promise.resolve({ ...connectionTo(scenario), clients }),
    });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(
      'no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  expect(scenario.region.calls).toEqual([]);
});

test('credentials that cannot be had before connecting end the same way', async () => {
  const file = await fileWith(POLICIES);
  const missing = Object.assign(new Error('expired token file'), { name: 'CredentialsProviderError' });
  const { code, notes } = await run(['plan', '--policies', file], { connect: () => Promise.reject(missing) });
  expect(code).toBe(2);
  expect(notes).toContain('no AWS credentials');
  expect(notes).toContain('expired token file');
});

test.each([
  {
    title: 'another account than the targets name',
    target: '{ account: "444455556666", region: ap-northeast-2 }',
    says: "the credentials are of account 111122223333, expected one of the policy file's targets: account 444455556666, Region ap-northeast-2",
  },
  {
    title: 'another Region than the targets name',
    target: '{ account: "111122223333", region: us-east-1 }',
    says: 'Region ap-northeast-2 is no target of account 111122223333',
  },
])('[H35] credentials of $title: refused before anything is read or changed', async ({ target, says }) => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  const file = await fileWith(`${POLICIES}targets: [${target}]\n`);
  for (const command of [['backup', '--policy', 'nightly', '--yes'], ['prune', '--yes'], ['plan']]) {
    const { code, out, notes } = await run([...command, '--policies', file], { scenario });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
  }
  expect(new Set(scenario.region.calls.map(({ command }) => command))).toEqual(
    new Set(['GetCallerIdentity']),
  );
});

test('[H22] a daily schedule at 02:30 in New York is refused, with the day it would skip', async () => {
  const file = await fileWith(`version: 1
deployment: prod
timezone: America/New_York
policies:
  nightly: { backup: image, schedule: cron(30 2 * * ? *), keep: { daily: 7 } }
`);
  const scenario = new Scenario();
  for (const command of [['validate'], ['plan'], ['backup', '--policy', 'nightly', '--yes']]) {
    const { code, out, notes } = await run([...command, '--policies', file], { scenario });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toMatch(
      /policies\.nightly\.schedule: 02:30 does not exist in America\/New_York on 20\d\d-03-\d\d \(clocks jump 02:00 to 03:00\).*choose a time outside 02:00-03:00/,
    );
  }
  expect(scenario.region.calls).toEqual([]);
});

test('[H12] keep: {daily: 0} is refused, for zero would delete everything', async () => {
  const scenario = new Scenario();
  const file = await fileWith(POLICIES.replace('daily: 3', 'daily: 0'));
  const { code, notes } = await run(['prune', '--policies', file, '--yes'], { scenario });
  expect(code).toBe(2);
  expect(notes).toContain(
    'policies.nightly.keep.daily: daily is 0, expected a whole number from 1 to 1000000',
  );
  expect(scenario.region.calls).toEqual([]);
});

test.each([
  { name: 'UnauthorizedOperation', status: 403, says: 'The credentials lack this permission' },
  { name: 'RequestExpired', status: 400, says: 'The credentials have expired: sign in again' },
  { name: 'AuthFailure', status: 401, says: 'AWS does not accept these credentials' },
])('$name of the first list ends with 1 and says what it means', async ({ name, status, says }) => {
  const scenario = new Scenario();
  const file = await fileWith(POLICIES);
  scenario.region.faults = ({ command }) =>
    command === 'DescribeSnapshots'
      ? { kind: 'error', name, message: 'You are not allowed', status }
      : undefined;
  const { code, out, notes } = await run(['prune', '--policies', file, '--yes', '--json'], { scenario });
  expect([code, out]).toEqual([1, '']);
  expect(notes).toContain(
    `cannot list the snapshots of account 111122223333 in ap-northeast-2, so nothing is done: ${name}`,
  );
  expect(notes).toContain(says);
  expect(mutatingCalls(scenario)).toEqual([]);
});

test('each wrong tag of a source is told, by name', async () => {
  const scenario = new Scenario();
  const id = scenario.region.runInstance({ tags: { Backup: 'Nightly', 'Backup:Keep': 'dayly=3' } }).id;
  const file = await fileWith(POLICIES);
  const { out } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect(parseJson<PlanAnswer>(out).skipped).toEqual([
    { id, reason: 'tag "Backup" names "Nightly", no policy of the file (did you mean nightly?)' },
    {
      id,
      reason: expect.stringContaining(
        'tag "Backup:Keep": "dayly" is not a rule (did you mean daily?)',
      ) as string,
    },
  ]);
});
