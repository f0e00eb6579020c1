import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatProblems, parsePolicies } from '../../../src/lib/policy/parse-policies.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';

const EXAMPLE = readFileSync(new URL('../../../policies.yml', import.meta.url), 'utf8');
const DAY = 86_400_000;

function fileOf(text: string): PolicyFile {
  const parsed = parsePolicies(text);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems, 'policies.yml'));
  return parsed.file;
}

/** `line:column path: message` of each problem. */
function problemsOf(text: string): readonly string[] {
  const parsed = parsePolicies(text);
  if (parsed.ok) return [];
  return parsed.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}

/** A good file of six lines, then these lines; the policy `a` goes on at line 7. */
function withPolicy(...lines: readonly string[]): string {
  const head = ['version: 1', 'deployment: prod', 'policies:', '  a:', '    backup: image'];
  return [...head, '    schedule: every 6 hours', ...lines].join('\n');
}

function withTop(...lines: readonly string[]): string {
  return ['version: 1', 'deployment: prod', 'retired: { a: {} }', ...lines].join('\n');
}

describe('reads a good file', () => {
  test('the example that ships', () => {
    const file = fileOf(EXAMPLE);
    expect(file).toMatchObject({
      deployment: 'demo',
      optInTag: 'Backup',
      timezone: 'Asia/Seoul',
      targets: [],
    });
    expect(file.policies.map(({ name, backup, schedule }) => [name, backup, schedule.cron])).toEqual([
      ['daily-ami', 'image', 'cron(0 3 * * ? *)'],
      ['data-6h', 'snapshots', 'cron(0 0,6,12,18 * * ? *)'],
      ['payments', 'snapshots', 'cron(30 1,13 * * ? *)'],
      ['scratch-volumes', 'volume', 'cron(30 4 ? * SUN *)'],
    ]);
    expect(file.policies.map(({ keep }) => keep)).toEqual([
      { daily: 7, weekly: 4, monthly: 12 },
      { within: { years: 0, months: 0, days: 2, hours: 0, text: '2d' }, daily: 14 },
      { last: 4, daily: 14, weekly: 8 },
      { last: 3 },
    ]);
    expect(file.policies[2]?.select).toEqual({
      tags: { Team: ['payments', 'ledger-*'] },
      exclude: { 'aws:autoscaling:groupName': ['*'] },
    });
    expect(file.policies[3]?.releaseAfterSourceGone).toBe(30 * DAY);
    expect(file.retired).toEqual([{ name: 'old-weekly', timezone: 'Asia/Seoul', keep: { last: 1 } }]);
    expect(file.prune).toEqual({
      schedule: { text: 'every 6 hours', cron: 'cron(0 0,6,12,18 * * ? *)' },
      maxShare: 0.3,
    });
  });

  test('with every default filled in', () => {
    expect(fileOf(withPolicy())).toEqual({
      version: 1,
      deployment: 'prod',
      optInTag: 'Backup',
      timezone: 'UTC',
      policies: [
        {
          name: 'a',
          backup: 'image',
          schedule: { text: 'every 6 hours', cron: 'cron(0 0,6,12,18 * * ? *)' },
          timezone: 'UTC',
          keep: {},
          reboot: false,
          copies: [],
        },
      ],
      dlmPolicies: [],
      defaultPolicies: [],
      retired: [],
      prune: { schedule: { text: 'every 6 hours', cron: 'cron(0 0,6,12,18 * * ? *)' }, maxShare: 0.3 },
      registerPolicies: { schedule: { text: 'every 6 hours', cron: 'cron(0 0,6,12,18 * * ? *)' } },
      replicate: { schedule: { text: 'every 1 hours from 00:25', cron: 'cron(25 * * * ? *)' } },
      targets: [],
      limits: { share: 0.5 },
      watch: {
        schedule: { text: 'every 1 hours from 00:40', cron: 'cron(40 * * * ? *)' },
        digest: { text: 'cron(0 8 * * ? *)', cron: 'cron(0 8 * * ? *)' },
      },
      notify: [],
      feedbackTag: false,
    });
  });

  test('with roles of other places, a share, a watch and whom to notify', () => {
    const file = fileOf(
      withPolicy(
        'targets:',
        '  - { account: "111122223333", region: eu-west-1 }',
        '  - { account: "444455556666", region: us-east-1, rolePrefix: ec2-backup, externalId: "a:b/c" }',
        'limits: { share: 80% }',
        'watch: { schedule: every 6 hours, digest: cron(30 9 ? * MON-FRI *) }',
        'notify: ops@example.com',
        'feedbackTag: true',
      ),
    );
    expect(file).toMatchObject({
      targets: [
        { account: '111122223333', region: 'eu-west-1' },
        { account: '444455556666', region: 'us-east-1', rolePrefix: 'ec2-backup', externalId: 'a:b/c' },
      ],
      limits: { share: 0.8 },
      watch: { schedule: { text: 'every 6 hours' }, digest: { text: 'cron(30 9 ? * MON-FRI *)' } },
      notify: ['ops@example.com'],
      feedbackTag: true,
    });
    expect(file.targets[0]).toEqual({ account: '111122223333', region: 'eu-west-1' });
    expect(fileOf(withPolicy('notify: [a@example.com, b@example.com]')).notify).toHaveLength(2);
  });

  test('with a zone of the policy, of the retired policy, of the file', () => {
    const file = fileOf(
      withPolicy(
        '    timezone: America/New_York',
        'timezone: Asia/Seoul',
        'retired:',
        '  b: {}',
        '  c: { timezone: UTC }',
      ),
    );
    expect(file.policies[0]?.timezone).toBe('America/New_York');
    expect(file.retired.map(({ timezone }) => timezone)).toEqual(['Asia/Seoul', 'UTC']);
  });

  test('with single tag values, targets, anchors, and engine: lambda, which is left out', () => {
    const file = fileOf(
      withPolicy(
        '    engine: lambda',
        '    reboot: true',
        '    keep: &rules { last: all, daily: "7" }',
        '    select: { tags: { Team: web-* } }',
        'retired: { b: { keep: *rules, releaseAfterSourceGone: 1w2d12h } }',
        'prune: { maxShare: 100% }',
        'targets: [{ account: "012345678901", region: us-gov-west-1 }]',
      ),
    );
    expect(file.policies[0]).toMatchObject({
      reboot: true,
      keep: { last: 'all', daily: 7 },
      select: { tags: { Team: ['web-*'] }, exclude: {} },
    });
    expect(file.policies[0]).not.toHaveProperty('engine');
    expect(file.retired[0]).toMatchObject({
      keep: { last: 'all', daily: 7 },
      releaseAfterSourceGone: 9.5 * DAY,
    });
    expect(file.prune.maxShare).toBe(1);
    expect(file.targets).toEqual([{ account: '012345678901', region: 'us-gov-west-1' }]);
  });

  test('with the alias of a zone that the list of names leaves out', () => {
    expect(fileOf(withPolicy('timezone: US/Eastern')).timezone).toBe('US/Eastern');
  });

  test('[H12] empty rules keep everything', () => {
    expect(fileOf(withPolicy('    keep: {}')).policies[0]?.keep).toEqual({});
    expect(fileOf(withPolicy('    keep:')).policies[0]?.keep).toEqual({});
  });
});

const COUNT = 'expected a whole number from 1 to 1000000, or all';
const AGE =
  'expected a duration such as 14d, 2w or 1y2m3d4h (units y, m, w, d, h, each once, not zero, at most 1000 years)';

describe('[H12] zero is a config error', () => {
  test.each([
    ['daily: 0', `7:20 policies.a.keep.daily: daily is 0, ${COUNT} (leave the rule out instead of zero)`],
    ['last: "0"', `7:19 policies.a.keep.last: last is "0", ${COUNT} (leave the rule out instead of zero)`],
    ['within: 0d', `7:21 policies.a.keep.within: within is "0d", ${AGE}`],
    ['daily: -1', `7:20 policies.a.keep.daily: daily is -1, ${COUNT}`],
    ['daily: 1.5', `7:20 policies.a.keep.daily: daily is 1.5, ${COUNT}`],
    ['daily: many', `7:20 policies.a.keep.daily: daily is "many", ${COUNT}`],
    ['daily:', `7:13 policies.a.keep.daily: daily is empty, ${COUNT}`],
    ['daily: [7]', `7:13 policies.a.keep.daily: daily is a list, ${COUNT}`],
    ['within: 14', `7:21 policies.a.keep.within: within is 14, ${AGE}`],
    ['within: { days: 3 }', `7:13 policies.a.keep.within: within is a map, ${AGE}`],
  ])('keep: { %s }', (rule, problem) => {
    expect(problemsOf(withPolicy(`    keep: { ${rule} }`))).toEqual([problem]);
  });
});

const NAME = '1 to 32 of a-z, 0-9 and -';
const TAG =
  '1 to 100 characters without *, ? and \\, not ending in : and not starting with aws:, dlm: or ec2-backup';
const VALUE = 'text of at most 256 characters, in which * is any run and ? any one character';
const VALUES = 'a tag value or a list of 1 to 200 of them';
const RELEASE = 'a duration of days, weeks and hours, at least 1d, such as 90d';
const KINDS = 'image, snapshots, volume';
const WORDS =
  'backup, schedule, keep, reboot, select, timezone, releaseAfterSourceGone, engine, rehearse, lock, protect, removal, enabled, tags, copyTags, copies, share, fastRestore, archiveAfter, deprecateAfter, exclude, hooks';

describe('names what is wrong with a policy', () => {
  test.each([
    [
      'releaseAfterSourceGone: 1y',
      `7:29 policies.a.releaseAfterSourceGone: "1y" is not accepted, expected ${RELEASE}`,
    ],
    [
      'releaseAfterSourceGone: 23h',
      `7:29 policies.a.releaseAfterSourceGone: "23h" is not accepted, expected ${RELEASE}`,
    ],
    [
      'releaseAfterSourceGone: 90',
      `7:29 policies.a.releaseAfterSourceGone: 90 is not a duration, expected ${RELEASE}`,
    ],
    ['reboot: yes', '7:13 policies.a.reboot: "yes" is not a switch, expected true or false'],
    ['engine: lamda', '7:13 policies.a.engine: "lamda" is not an engine, expected lambda or dlm'],
    [
      'select: {}',
      '7:5 policies.a.select.tags: missing, expected a map of tag keys to values, such as Team: [payments, ledger-*]',
    ],
    ['select: { tags: {} }', '7:15 policies.a.select.tags: no tag, expected at least one tag key'],
    [
      'select: { tags: { "": x } }',
      '7:23 policies.a.select.tags.: a tag key of 0 characters, expected 1 to 128',
    ],
    [
      'select: { tags: { A: 1 } }',
      `7:26 policies.a.select.tags.A: 1 is not a tag value, expected ${VALUES} (put it in quotes)`,
    ],
    [
      'select: { tags: { A: [x, 1] } }',
      `7:30 policies.a.select.tags.A[1]: 1 is not a tag value, expected ${VALUE} (put it in quotes)`,
    ],
    ['select: { tags: { A: [] } }', `7:23 policies.a.select.tags.A: a list of 0 values, expected ${VALUES}`],
    [
      `select: { tags: { A: [${'x,'.repeat(201)}] } }`,
      `7:23 policies.a.select.tags.A: a list of 201 values, expected ${VALUES}`,
    ],
    [
      'timezone: Asia/Seul',
      '7:15 policies.a.timezone: "Asia/Seul" is not a time zone, expected an IANA name such as Asia/Seoul or UTC (did you mean Asia/Seoul?)',
    ],
    [
      'timezone: asia/seoul',
      '7:15 policies.a.timezone: "asia/seoul" is not a time zone, expected an IANA name such as Asia/Seoul or UTC (did you mean Asia/Seoul?)',
    ],
    [
      'timezone: New York',
      '7:15 policies.a.timezone: "New York" is not a time zone, expected an IANA name such as Asia/Seoul or UTC (did you mean America/New_York?)',
    ],
    [
      'timezone: "+09:00"',
      '7:15 policies.a.timezone: "+09:00" is not a time zone, expected an IANA name such as Asia/Seoul or UTC',
    ],
    ['shedule: x', '7:5 policies.a.shedule: unknown word "shedule" (did you mean schedule?)'],
    ['daily: 7', '7:5 policies.a.daily: unknown word "daily" (it belongs in policies.<name>.keep)'],
    ['x-note: 7', `7:5 policies.a.x-note: unknown word "x-note" (expected one of: ${WORDS})`],
    ['keep: { dayly: 7 }', '7:13 policies.a.keep.dayly: unknown word "dayly" (did you mean daily?)'],
    [
      'keep: 7',
      '7:11 policies.a.keep: 7 is not a map of rules, expected a map with last, hourly, daily, weekly, monthly, yearly, within, within-hourly, within-daily, within-weekly, within-monthly, within-yearly',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(withPolicy(`    ${line}`))).toEqual([problem]);
  });

  test.each(['enabled', 'tags', 'copyTags', 'fastRestore', 'exclude'])(
    '%s is only for engine: dlm, and that is all that is said of it',
    (word) => {
      expect(problemsOf(withPolicy(`    ${word}: [{ any: thing }]`))).toEqual([
        `7:5 policies.a.${word}: ${word} is only for engine: dlm, expected it left out with engine: lambda`,
      ]);
    },
  );

  test.each([
    [
      'a backup that is none',
      'a: { backup: imge, schedule: every 6 hours }',
      `4:16 policies.a.backup: "imge" is not a kind of backup, expected ${KINDS} (did you mean image?)`,
    ],
    ['no backup', 'a: { schedule: every 6 hours }', `4:3 policies.a.backup: missing, expected ${KINDS}`],
    ['an empty policy', 'a:', `4:3 policies.a: empty, expected a map with ${WORDS}`],
    [
      'reboot of what is not an image',
      'a: { backup: volume, schedule: every 6 hours, reboot: true }',
      '4:57 policies.a.reboot: true, expected only with backup: image (this is backup: volume, which never stops an instance)',
    ],
    [
      'a name with capitals',
      'Daily: { backup: image, schedule: every 6 hours }',
      `4:3 policies.Daily: "Daily" is not a policy name, expected ${NAME}, and none of keep, exclude, hold, status`,
    ],
    [
      'a name that is a tag of its own',
      'hold: { backup: image, schedule: every 6 hours }',
      `4:3 policies.hold: "hold" is not a policy name, expected ${NAME}, and none of keep, exclude, hold, status`,
    ],
    [
      'a schedule that is none',
      'a: { backup: image, schedule: every 5 hours }',
      '4:33 policies.a.schedule: "every 5 hours" is not a schedule, expected cron(minute hour day-of-month month day-of-week year), or every 1, 2, 3, 4, 6, 8, 12 or 24 hours [from hh:mm]; did you mean every 4 hours?',
    ],
  ])('%s', (_, policy, problem) => {
    expect(problemsOf(`version: 1\ndeployment: prod\npolicies:\n  ${policy}`)).toEqual([problem]);
  });

  test('[H22] a daily time in a gap of the zone that applies', () => {
    const daily = 'a: { backup: image, schedule: cron(30 2 * * ? *) }';
    const text = `version: 1\ndeployment: prod\npolicies:\n  ${daily}\ntimezone: America/New_York\nprune: { schedule: cron(30 2 * * ? *) }`;
    const why =
      '02:30 does not exist in America/New_York on 2026-03-08 (clocks jump 02:00 to 03:00) and the scheduler would skip that backup; choose a time outside 02:00-03:00';
    expect(problemsOf(text)).toEqual([`4:33 policies.a.schedule: ${why}`, `6:20 prune.schedule: ${why}`]);
    expect(problemsOf(text.replace('? *) }\ntimezone', '? *), timezone: UTC }\ntimezone'))).toEqual([
      `6:20 prune.schedule: ${why}`,
    ]);
  });
});

describe('names what is wrong with the rest of the file', () => {
  test.each([
    ['optInTag: aws:backup', `4:11 optInTag: "aws:backup" is not a tag key for opting in, expected ${TAG}`],
    [
      'optInTag: EC2-Backup:policy',
      `4:11 optInTag: "EC2-Backup:policy" is not a tag key for opting in, expected ${TAG}`,
    ],
    ['optInTag: "Backup:"', `4:11 optInTag: "Backup:" is not a tag key for opting in, expected ${TAG}`],
    ['optInTag: "*"', `4:11 optInTag: "*" is not a tag key for opting in, expected ${TAG}`],
    ['optInTag: ""', `4:11 optInTag: "" is not a tag key for opting in, expected ${TAG}`],
    [
      'optInTag: true',
      `4:11 optInTag: true is not a tag key for opting in, expected ${TAG} (put it in quotes)`,
    ],
    ['optintag: Backup', '4:1 optintag: unknown word "optintag" (did you mean optInTag?)'],
    ['maxShare: 30%', '4:1 maxShare: unknown word "maxShare" (it belongs in prune)'],
    ['feedbackTag: yes please', '4:14 feedbackTag: "yes please" is not a switch, expected true or false'],
    [
      'limits: { share: 0% }',
      '4:18 limits.share: "0%" is not a share, expected a percentage from 1% to 100%, such as 30%',
    ],
    [
      'notify: ops',
      '4:9 notify: "ops" is not an e-mail address, expected an e-mail address such as ops@example.com',
    ],
    [
      'notify: [a@example.com, b]',
      '4:25 notify[1]: "b" is not an e-mail address, expected an e-mail address such as ops@example.com',
    ],
    [
      'watch: { schedule: every 24 hours }',
      '4:20 watch.schedule: rests for 24 hours, expected at most 12 hours between two runs',
    ],
    [
      'watch: { schedule: cron(0 0 1 1 ? 2027) }',
      '4:20 watch.schedule: ends, expected at most 12 hours between two runs',
    ],
    [
      'policies: { a: { backup: image, schedule: every 6 hours } }',
      '3:12 retired.a: "a" is also in policies, expected it in one of the two',
    ],
    ['policies: [a]', '4:1 policies: a list is not a map, expected a map of policy names to policies'],
    [
      'prune: { maxShare: 0% }',
      '4:20 prune.maxShare: "0%" is not a share, expected a percentage from 1% to 100%, such as 30%',
    ],
    [
      'prune: { maxShare: 101% }',
      '4:20 prune.maxShare: "101%" is not a share, expected a percentage from 1% to 100%, such as 30%',
    ],
    [
      'prune: { maxShare: 0.3 }',
      '4:20 prune.maxShare: 0.3 is not a share, expected a percentage from 1% to 100%, such as 30% (did you mean 30%?)',
    ],
    ['prune:', '4:1 prune: empty, expected a map with schedule, maxShare'],
    ['targets: here', '4:10 targets: "here" is not a list, expected a list of { account, region }'],
    [
      'targets: [{ account: 012345678901, region: us-east-1 }]',
      '4:22 targets[0].account: 12345678901 is not an account, expected twelve digits in quotes, such as "111122223333"; a number loses its leading zeros: write "012345678901" if that is it',
    ],
    [
      'targets: [{ account: "1234", region: us-east-1 }]',
      '4:22 targets[0].account: "1234" is not an account, expected twelve digits in quotes, such as "111122223333"',
    ],
    [
      'targets: [{ account: "111122223333", region: Seoul }]',
      '4:46 targets[0].region: "Seoul" is not a Region, expected the name of an AWS Region such as ap-northeast-2',
    ],
    [
      'targets: [{ account: "111122223333", region: us-east-1, rolePrefix: a/b }]',
      '4:69 targets[0].rolePrefix: "a/b" is not a prefix of role names, expected 1 to 46 of letters, digits and +=,.@_-, such as ec2-backup',
    ],
    [
      'targets: [{ account: "111122223333", region: us-east-1, externalId: xy }]',
      '4:69 targets[0].externalId: given without rolePrefix, expected both: it is told when a role is assumed',
    ],
    [
      'targets: [{ account: "111122223333", region: us-east-1 }, { account: "444455556666", region: us-east-1 }]',
      '4:59 targets[1]: 444455556666 has no rolePrefix, and nor has 111122223333 of targets[0]: only the account of the functions needs none, expected a rolePrefix (and externalId) on the other',
    ],
    [
      'targets: [{ account: "111122223333", region: us-east-1, rolePrefix: a }, { account: "111122223333", region: us-east-2 }]',
      '4:74 targets[1]: rolePrefix is not that of targets[0], expected the same: the roles are of the whole account',
    ],
    [
      'targets: [&t { account: "111122223333", region: us-east-1 }, *t]',
      '4:62 targets[1]: 111122223333 us-east-1 is given twice, first in targets[0]',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(withTop(line))).toEqual([problem]);
  });

  test.each([
    [
      'another version',
      'version: 2\ndeployment: prod\nretired: { a: {} }',
      '1:10 version: 2 is not a version that this program reads, expected 1',
    ],
    ['no deployment', 'version: 1\nretired: { a: {} }', `1:1 deployment: missing, expected ${NAME}`],
    [
      'a deployment with capitals',
      'version: 1\ndeployment: Prod\nretired: { a: {} }',
      `2:13 deployment: "Prod" is not a deployment name, expected ${NAME}`,
    ],
    [
      'a deployment that YAML takes for a number',
      'version: 1\ndeployment: 123\nretired: { a: {} }',
      `2:13 deployment: 123 is not a deployment name, expected ${NAME} (put it in quotes)`,
    ],
    [
      'no policy at all',
      'version: 1\ndeployment: prod\npolicies: {}',
      '3:1 policies: no policy at all, expected at least one in policies, retired or defaultPolicies',
    ],
    [
      'a retired policy with more than rules',
      'version: 1\ndeployment: prod\nretired: { a: { backup: image } }',
      '3:17 retired.a.backup: unknown word "backup" (it belongs in policies.<name>)',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

test('reports every problem at once, by line', () => {
  const text = withPolicy(
    '    keep: { daily: 0, dayly: 3 }',
    '    share: {}',
    'timezone: Asia/Seul',
    'optintag: x',
  );
  const parsed = parsePolicies(text);
  expect(parsed.ok ? '' : formatProblems(parsed.problems, 'p.yml')).toBe(
    [
      `p.yml:7:20 policies.a.keep.daily: daily is 0, ${COUNT} (leave the rule out instead of zero)`,
      'p.yml:7:23 policies.a.keep.dayly: unknown word "dayly" (did you mean daily?)',
      'p.yml:8:5 policies.a.share: a map is not a list, expected a list of 0 to 19',
      'p.yml:9:11 timezone: "Asia/Seul" is not a time zone, expected an IANA name such as Asia/Seoul or UTC (did you mean Asia/Seoul?)',
      'p.yml:10:1 optintag: unknown word "optintag" (did you mean optInTag?)',
      '5 problems in p.yml',
    ].join('\n'),
  );
});
