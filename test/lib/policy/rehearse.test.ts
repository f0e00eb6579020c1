import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import { assertOk } from '../../support/assert-ok.ts';

const SUBNET = 'subnet-0aaaaaaaaaaaaaaaa';

function fileOf(rehearse: string, { targets = '', policy = 'backup: image' } = {}): string {
  return `version: 1
deployment: test
policies:
  nightly: { ${policy}, schedule: every 24 hours, keep: { last: 3 }, rehearse: ${rehearse} }
${targets}`;
}

const ONE = 'targets: [{ account: "111122223333", region: us-east-1 }]\n';
const TWO = `targets:
  - { account: "111122223333", region: us-east-1 }
  - { account: "444455556666", region: eu-west-1, rolePrefix: ec2-backup }
`;

function rehearseOf(text: string) {
  const result = parsePolicies(text);
  assertOk(result);
  return result.file.policies[0]?.rehearse;
}

describe('rehearse', () => {
  const plain = `{ schedule: cron(0 5 ? * SUN *), subnet: ${SUBNET} }`;

  test('of a file without targets is where the functions run', () => {
    expect(rehearseOf(fileOf(plain))).toEqual({
      schedule: { text: 'cron(0 5 ? * SUN *)', cron: 'cron(0 5 ? * SUN *)' },
      subnet: SUBNET,
    });
  });

  test('of a file with one target is there', () => {
    expect(rehearseOf(fileOf(plain, { targets: ONE }))?.place).toEqual({
      account: '111122223333',
      region: 'us-east-1',
    });
  });

  const COPIES_ONLY = `targets: [{ account: "444455556666", region: us-east-1, rolePrefix: b, copiesOnly: true }]\n`;

  test('of a file whose targets only take copies is where backups are made, unless it names one', () => {
    expect(rehearseOf(fileOf(plain, { targets: COPIES_ONLY }))).not.toHaveProperty('place');
    const named = `{ schedule: every 24 hours, subnet: ${SUBNET}, account: "444455556666", region: us-east-1 }`;
    expect(rehearseOf(fileOf(named, { targets: COPIES_ONLY }))?.place).toEqual({
      account: '444455556666',
      region: 'us-east-1',
    });
  });

  test('says the rest in its own words', () => {
    const all = `{ schedule: every 24 hours, subnet: ${SUBNET}, instanceType: t3.medium, command: "true", account: "444455556666", region: eu-west-1 }`;
    expect(rehearseOf(fileOf(all, { targets: TWO }))).toMatchObject({
      instanceType: 't3.medium',
      command: 'true',
      place: { account: '444455556666', region: 'eu-west-1' },
    });
  });

  const schedule = 'schedule: every 24 hours';
  const place = `${schedule}, subnet: ${SUBNET}`;
  test.each([
    { name: 'no subnet', text: fileOf(`{ ${schedule} }`), says: 'subnet' },
    {
      name: 'what is no subnet',
      text: fileOf(`{ ${schedule}, subnet: vpc-1 }`),
      says: 'the id of a subnet such as',
    },
    { name: 'an unknown word', text: fileOf(`{ ${place}, comand: "true" }`), says: 'did you mean command' },
    {
      name: 'an empty command',
      text: fileOf(`{ ${place}, command: "" }`),
      says: 'a command of 1 to 4096 characters',
    },
    {
      name: 'backups of volumes',
      text: fileOf(`{ ${place} }`, { policy: 'backup: volume' }),
      says: 'a backup of one volume is no instance, expected only with backup: image or snapshots',
    },
    {
      name: 'what DLM runs',
      text: fileOf(`{ ${place} }`, { policy: 'backup: image, engine: dlm' }),
      says: 'rehearse is only for engine: lambda',
    },
    {
      name: 'two targets and none of them named',
      text: fileOf(`{ ${place} }`, { targets: TWO }),
      says: 'says not of which target its subnet is, expected account and region of one of 111122223333 us-east-1; 444455556666 eu-west-1',
    },
    {
      name: 'a place that is no target',
      text: fileOf(`{ ${place}, account: "111122223333", region: eu-west-1 }`, { targets: TWO }),
      says: '111122223333 eu-west-1 is no target, expected one of',
    },
    {
      name: 'half a place',
      text: fileOf(`{ ${place}, region: us-east-1 }`, { targets: ONE }),
      says: 'region: given alone, expected both account and region',
    },
    {
      name: 'a place where there are no targets',
      text: fileOf(`{ ${place}, account: "111122223333", region: us-east-1 }`),
      says: 'the file has no targets, expected account and region left out',
    },
  ])('refuses $name', ({ text, says }) => {
    const result = parsePolicies(text);
    const told = result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
    expect(told.join('\n')).toContain(says);
  });

  test('is refused of retired policies, which are no longer made', () => {
    const text = `version: 1\ndeployment: test\nretired:\n  old: { keep: { last: 1 }, rehearse: { ${place} } }\n`;
    const result = parsePolicies(text);
    expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
      'unknown word "rehearse" (it belongs in policies.<name>)',
    ]);
  });
});
