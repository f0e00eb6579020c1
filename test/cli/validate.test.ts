import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { POLICIES, START } from '../support/scenario.ts';
import { fileWith, run } from './fake-shell.ts';
import { parseJson } from './answers.ts';

const MISTAKES = `version: 1
deployment: prod
timezone: Asia/Soul
policies:
  nightly:
    backup: image
    schedul: cron(0 3 * * ? *)
    schedule: cron(0 25 * * ? *)
    keep: { daily: 0 }
`;

interface ValidateAnswer {
  readonly valid: boolean;
  readonly problems: readonly { readonly line: number; readonly path: string; readonly message: string }[];
  readonly deployment?: string;
  readonly policies?: readonly {
    readonly name: string;
    readonly keep: string;
    readonly nextSlots: readonly string[];
    readonly copies?: readonly object[];
  }[];
}

test('a good file is said in words, with the coming slots', async () => {
  const file = await fileWith(POLICIES);
  const { code, out, notes } = await run(['validate', '--policies', file]);
  expect([code, notes]).toEqual([0, '']);
  expect(out).toContain(
    `${file} is valid\n4 running policies, 1 retired; deployment test, opt-in tag Backup\n`,
  );
  expect(out).toMatch(
    /^ {2}nightly +image +cron\(0 3 \* \* \? \*\) UTC +keep daily=3 +next 2026-11-23T03:00:00Z, 2026-11-24T03:00:00Z, 2026-11-25T03:00:00Z$/m,
  );
  expect(out).toMatch(/^ {2}old +retired +keep last=1$/m);
  expect(out).toMatch(
    /prune every 6 hours UTC, refused above the largest of 20 points, 30% of a policy's and three times those made in 26 h or since its last slot/,
  );
});

test('the example that ships is valid', async () => {
  expect((await run(['validate', '--policies', 'policies.yml'])).code).toBe(0);
});

test('three mistakes are three lines, each with its place, what was expected and a suggestion', async () => {
  const file = await fileWith(MISTAKES);
  const { code, out, notes } = await run(['validate', '--policies', file]);
  expect([code, out]).toEqual([2, '']);
  const lines = notes
    .trimEnd()
    .split('\n')
    .map((line) => line.replace('ec2-backup: ', '').replaceAll(file, 'FILE'));
  expect(lines).toEqual([
    expect.stringMatching(
      /^FILE:3:11 timezone: "Asia\/Soul" is not a time zone, .*\(did you mean Asia\/Seoul\?\)$/,
    ),
    expect.stringMatching(
      /^FILE:7:5 policies\.nightly\.schedul: unknown word "schedul" \(did you mean schedule\?\)$/,
    ),
    expect.stringMatching(/^FILE:8:15 policies\.nightly\.schedule: hour is "25", expected 0-23/),
    expect.stringMatching(
      /^FILE:9:20 policies\.nightly\.keep\.daily: daily is 0, expected a whole number from 1 to 1000000/,
    ),
    '4 problems in FILE',
  ]);
});

test.each([
  {
    backup: 'imgae',
    says: '"imgae" is not a kind of backup, expected image, snapshots, volume (did you mean image?)',
  },
  { backup: 'tape', says: '"tape" is not a kind of backup, expected image, snapshots, volume\n' },
])(
  'a kind of backup that is none, $backup, is answered with the kinds there are',
  async ({ backup, says }) => {
    const file = await fileWith(POLICIES.replace('backup: image', `backup: ${backup}`));
    const { code, notes } = await run(['validate', '--policies', file]);
    expect([code, notes.includes(says)]).toEqual([2, true]);
  },
);

test('--json lists the problems with line, path and message, and ends with 2', async () => {
  const file = await fileWith(MISTAKES);
  const { code, out } = await run(['validate', '--policies', file, '--json']);
  expect(code).toBe(2);
  const answer = parseJson<ValidateAnswer>(out);
  expect(answer.valid).toBe(false);
  expect(answer.problems.map(({ line, path }) => [line, path])).toEqual([
    [3, 'timezone'],
    [7, 'policies.nightly.schedul'],
    [8, 'policies.nightly.schedule'],
    [9, 'policies.nightly.keep.daily'],
  ]);
});

test('--json of a good file says what it means', async () => {
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['validate', '--policies', file, '--json', '--deployment', 'staging']);
  expect(code).toBe(0);
  const answer = parseJson<ValidateAnswer>(out);
  expect(answer).toMatchObject({ valid: true, problems: [], deployment: 'staging' });
  expect(answer.policies?.map(({ name, keep }) => [name, keep])).toEqual([
    ['nightly', 'daily=3'],
    ['sets', 'last=3'],
    ['disks', 'last=2'],
    ['payments', 'daily=5'],
  ]);
  expect(answer.policies?.every(({ nextSlots }) => nextSlots.every((slot) => Date.parse(slot) > START))).toBe(
    true,
  );
});

test.each([{ args: [] as string[] }, { args: ['--json'] }])(
  'a missing file ends with 2 and names it, $args',
  async ({ args }) => {
    const { code, out, notes } = await run(['validate', '--policies', '/nowhere/policies.yml', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('cannot read the policy file /nowhere/policies.yml: there is no such file');
  },
);

test('a bad --deployment is refused', async () => {
  const file = await fileWith(POLICIES);
  const { code, notes } = await run(['validate', '--policies', file, '--deployment', 'Prod!']);
  expect(code).toBe(2);
  expect(notes).toContain('--deployment is "Prod!", expected 1 to 32 of a-z, 0-9 and -');
});

test('a file with policies of DLM is said in words: its schedules and everything it asks for', async () => {
  const file = await fileWith(`
version: 1
deployment: prod
policies:
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 }, select: { tags: { Team: [a, b] } }, hooks: { document: freeze }, exclude: { bootVolume: true, volumes: { Role: [tmp] } }, tags: { Cost: "42" }, releaseAfterSourceGone: 30d, enabled: false }
  disks: { engine: dlm, backup: volume, schedule: cron(0 12 * * ? *), keep: { daily: 7, weekly: 4 }, copyTags: true, copies: [{ region: eu-west-1, keep: { within: 30d }, key: "arn:aws:kms:eu-west-1:111122223333:key/k" }], share: { accounts: ["444455556666"], unshareAfter: 7d }, fastRestore: { last: 2, zones: [us-east-1a] } }
  books: { engine: dlm, backup: volume, schedule: cron(0 3 1 * ? *), keep: { within: 1y }, archiveAfter: 2m }
  amis: { engine: dlm, backup: image, schedule: every 24 hours, keep: { last: 10 }, deprecateAfter: 4, reboot: true }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d }, copies: [us-east-1], extendDeletion: true, exclude: { bootVolumes: true, volumeTypes: [st1], tags: { Tmp: "1" } } }
`);
  const { code, out } = await run(['validate', '--policies', file]);
  expect(code).toBe(0);
  expect(out.slice(out.indexOf('  hourly is run by DLM'))).toBe(`  hourly is run by DLM:
    base: every 1 hour from 00:00 UTC, keeps 24
    disabled: DLM makes nothing
    sources: tag Team is a or b
    tags: Cost=42
    without boot volumes
    without volumes tagged Role=tmp
    runs SSM document freeze; when it fails: crash-consistent, 0 retries
    releaseAfterSourceGone holds for what the Lambdas made, not for what DLM makes
  disks is run by DLM:
    base: cron(0 12 * * ? *) UTC, keeps 7
    weekly: cron(0 12 ? * SUN *) UTC, keeps 4
    weekly fires with base: DLM then makes one backup, kept by the longest
    with the tags of the source
    copies to eu-west-1, each for 30d, encrypted with arn:aws:kms:eu-west-1:111122223333:key/k
    shared with 444455556666 for 7d
    fast restore in us-east-1a: the newest 2
  books is run by DLM:
    base: cron(0 3 1 * ? *) UTC, keeps each for 1y
    standard tier: each for 2m; then archive: each for 10m
  amis is run by DLM:
    base: every 24 hours from 00:00 UTC, keeps 10
    shuts instances down for a clean AMI
    the 6 oldest are deprecated
  DLM's default policy: snapshots of volumes that had none in the last 1 day, kept 7 days; copied to us-east-1; without boot volumes; without st1; without Tmp=1; also deletes the last one when the source is gone or the policy is off (extendDeletion)
`);
});

test('copies are said in words: where they go, how long they are kept there, and with which key', async () => {
  const key = 'arn:aws:kms:eu-west-1:444455556666:key/k';
  const file = await fileWith(`
version: 1
deployment: prod
policies:
  amis:
    backup: image
    schedule: every 24 hours
    keep: { daily: 7 }
    copies:
      - { region: us-east-1 }
      - { region: us-west-2, keep: { monthly: 12 }, encrypted: true }
      - { account: "444455556666", region: eu-west-1, keep: {}, key: "${key}" }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 7 } }
targets:
  - { account: "111122223333", region: ap-northeast-2 }
  - { account: "444455556666", region: eu-west-1, rolePrefix: vault, copiesOnly: true }
`);
  const { code, out } = await run(['validate', '--policies', file]);
  expect(code).toBe(0);
  expect(out).toContain(
    '  works in 111122223333 ap-northeast-2; 444455556666 eu-west-1 by the roles vault-… (only takes copies), with',
  );
  expect(out).toContain(`  copies as soon as they can be made, looked after every 1 hours from 00:25 UTC:
    amis to us-east-1: kept as the policy says
    amis to us-west-2: keep monthly=12, encrypted
    amis to eu-west-1 of account 444455556666: keep everything, encrypted with ${key}
`);
  const json = await run(['validate', '--policies', file, '--json']);
  expect(parseJson<ValidateAnswer>(json.out).policies?.map(({ copies }) => copies)).toEqual([
    [
      { region: 'us-east-1', encrypted: false },
      { region: 'us-west-2', encrypted: true, keep: 'monthly=12' },
      { account: '444455556666', region: 'eu-west-1', encrypted: true, key, keep: '' },
    ],
    [],
  ]);
});

test('without copies nothing is said of them', async () => {
  const { out } = await run(['validate', '--policies', await fileWith(POLICIES)]);
  expect(out).not.toContain('copies');
});

test('a Region of a copy that the SDK does not know is asked about', async () => {
  const file = await fileWith(
    POLICIES.replace('keep: { daily: 3 }', 'keep: { daily: 3 }, copies: [{ region: us-est-1 }]'),
  );
  const { code, out } = await run(['validate', '--policies', file]);
  expect(code).toBe(0);
  expect(out).toContain(
    'Region us-est-1 is none that the AWS SDK knows: is it new, or did you mean us-east-1?',
  );
});

test('a Region that the SDK does not know is asked about', async () => {
  const file = await fileWith(`
version: 1
deployment: prod
policies:
  disks: { engine: dlm, backup: volume, schedule: every 24 hours, keep: { last: 7 }, copies: [{ region: eu-wst-1, keep: { within: 30d } }] }
targets: [{ account: "111122223333", region: eu-west-1 }]
`);
  const { code, out } = await run(['validate', '--policies', file]);
  expect(code).toBe(0);
  expect(out).toContain(
    'disks    Region eu-wst-1 is none that the AWS SDK knows: is it new, or did you mean eu-west-1?',
  );
  expect(out).not.toContain('Region eu-west-1 is none');
});

test('a Region of the targets that the SDK does not know is a warning, not an error: new ones appear', async () => {
  const targets = ['ap-norteast-2', 'ap-northeast-2', 'zz-middle-77'].map(
    (region) => `{ account: "111122223333", region: ${region} }`,
  );
  const file = await fileWith(`${POLICIES}targets: [${targets.join(', ')}]\n`);
  const { code, out, notes } = await run(['validate', file]);
  expect([code, notes]).toEqual([0, '']);
  expect(out).toContain(
    'Region ap-norteast-2 is none that the AWS SDK knows: is it new, or did you mean ap-northeast-2?\n',
  );
  expect(out).toContain('Region zz-middle-77 is none that the AWS SDK knows: is it right?\n');
  expect(out).not.toContain('Region ap-northeast-2 is none');
  const json = await run(['validate', file, '--json']);
  expect(json.code).toBe(0);
  expect(parseJson<{ warnings: readonly { id: string }[] }>(json.out).warnings).toEqual([
    expect.objectContaining({ id: 'targets' }),
    expect.objectContaining({ id: 'targets' }),
  ]);
});

describe('the file', () => {
  test('may be the argument', async () => {
    const file = await fileWith(POLICIES);
    const { code, out } = await run(['validate', file]);
    expect([code, out.split('\n')[0]]).toEqual([0, `${file} is valid`]);
  });

  test('may be named in both ways when both mean the same one', async () => {
    const file = await fileWith(POLICIES);
    const { code } = await run(['validate', file, '--policies', relative('.', file)]);
    expect(code).toBe(0);
  });

  test('is never one of two that differ', async () => {
    const file = await fileWith(POLICIES);
    const { code, out, notes } = await run(['validate', file, '--policies', 'policies.yml']);
    expect([code, out]).toEqual([2, '']);
    expect(notes).toBe(
      `ec2-backup: FILE is "${file}" and --policies is "policies.yml", expected one policy file\n`,
    );
  });

  test('is the default when neither names one', async () => {
    const { code, out } = await run(['validate']);
    expect([code, out.split('\n')[0]]).toEqual([0, 'policies.yml is valid']);
  });
});

test('a key of another account than the copies is told, and --json has all that the text has', async () => {
  const file = await fileWith(`version: 1
deployment: test
targets: [{ account: "111122223333", region: ap-northeast-2 }]
policies:
  a:
    backup: image
    schedule: every 24 hours
    keep: { last: 3 }
    copies: [{ region: us-east-1, key: "arn:aws:kms:us-east-1:999900001111:key/0f1e2d3c" }]
    rehearse: { schedule: cron(0 5 ? * SUN *), subnet: subnet-0a1b2c3d4e5f60718 }
`);
  const { code, out } = await run(['validate', file, '--json']);
  expect(code).toBe(0);
  expect(parseJson(out)).toMatchObject({
    policies: [{ rehearse: { schedule: 'cron(0 5 ? * SUN *)', subnet: 'subnet-0a1b2c3d4e5f60718' } }],
    targets: [{ account: '111122223333', region: 'ap-northeast-2' }],
    prune: { maxShare: 0.3 },
    warnings: [
      {
        id: 'a',
        reason: expect.stringContaining(
          'is of account 999900001111, and the copies are made in 111122223333',
        ) as string,
      },
    ],
  });
});
