import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/lib/policy/parse-policies.ts';

const AGE = 'an age in one unit, such as 14d, 8w, 6m or 2y (at most 36500d, 5200w, 1200m or 100y)';
const DEFAULTS = { backup: 'snapshots', schedule: 'every 6 hours', keep: '{ last: 7 }' };

/** `path: message` of each problem of one DLM policy, from the policy on; words that are not given are good ones. */
function problemsOf(words: readonly string[]): readonly string[] {
  const missing = Object.entries(DEFAULTS).filter(
    ([word]) => !words.some((one) => one.startsWith(`${word}:`)),
  );
  const lines = [...missing.map(([word, value]) => `${word}: ${value}`), ...words];
  return problemsOfFile(['policies:', '  a:', '    engine: dlm', ...lines.map((line) => `    ${line}`)]).map(
    (problem) => problem.replace(/^policies\.a\./, ''),
  );
}

function problemsOfFile(lines: readonly string[]): readonly string[] {
  const parsed = parsePolicies(['version: 1', 'deployment: prod', ...lines].join('\n'));
  if (parsed.ok) return [];
  return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

/** `v10, v11, …`: two digits each. */
function numbered(count: number, before: string, after = ''): string {
  return Array.from({ length: count }, (_, index) => `${before}${index + 10}${after}`).join(', ');
}

describe('refuses, of schedules', () => {
  test.each([
    [
      'twice an hour',
      ['schedule: cron(0,30 * * * ? *)'],
      [
        'schedule: cron(0,30 * * * ? *) fires more than once an hour, expected at most once an hour with engine: dlm; fire less often, or engine: lambda',
      ],
    ],
    [
      'half an hour over midnight',
      ['schedule: cron(45,15 0,23 * * ? *)'],
      [
        'schedule: cron(45,15 0,23 * * ? *) fires more than once an hour, expected at most once an hour with engine: dlm; fire less often, or engine: lambda',
      ],
    ],
    [
      'only 29 February',
      ['schedule: cron(0 3 29 2 ? *)'],
      [
        'schedule: cron(0 3 29 2 ? *) fires less than once a year, expected at least once a year with engine: dlm; fire more often, or engine: lambda',
      ],
    ],
    [
      'one year',
      ['schedule: cron(0 3 * * ? 2027)'],
      [
        'schedule: the year is 2027, expected * with engine: dlm, which repeats a schedule for ever; engine: lambda takes years',
      ],
    ],
    [
      'daylight saving',
      ['timezone: Europe/Berlin'],
      [
        'schedule: every 6 hours in Europe/Berlin (UTC+01:00 and UTC+02:00) is not one cron in UTC, which is all that DLM has: daylight saving moves it, expected a schedule that it does not move; set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'daylight saving of half an hour',
      ['schedule: every 1 hours', 'timezone: Australia/Lord_Howe'],
      [
        'schedule: every 1 hours in Australia/Lord_Howe (UTC+10:30 and UTC+11:00) is not one cron in UTC, which is all that DLM has: daylight saving moves it, expected a schedule that it does not move; set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'the second Tuesday early in Seoul',
      ['schedule: cron(0 3 ? * TUE#2 *)', 'timezone: Asia/Seoul'],
      [
        'schedule: cron(0 3 ? * TUE#2 *) in Asia/Seoul (UTC+09:00) is not one cron in UTC, which is all that DLM has, expected times of day from 09:00 on, for which both have the same day; use such times, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'the 1st and the 15th early in Seoul',
      ['schedule: cron(0 3 1,15 * ? *)', 'timezone: Asia/Seoul'],
      [
        'schedule: cron(0 3 1,15 * ? *) in Asia/Seoul (UTC+09:00) is not one cron in UTC, which is all that DLM has, expected times of day from 09:00 on, for which both have the same day; use such times, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'two times of a Sunday that are two days in UTC',
      ['schedule: cron(0 3,12 ? * SUN *)', 'timezone: Asia/Seoul'],
      [
        'schedule: cron(0 3,12 ? * SUN *) in Asia/Seoul (UTC+09:00) is not one cron in UTC, which is all that DLM has, expected times of day from 09:00 on, for which both have the same day; use such times, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'the last Friday late in Phoenix',
      ['schedule: cron(0 22 ? * FRIL *)', 'timezone: America/Phoenix'],
      [
        'schedule: cron(0 22 ? * FRIL *) in America/Phoenix (UTC-07:00) is not one cron in UTC, which is all that DLM has, expected times of day before 17:00, for which both have the same day; use such times, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'a cron of 125 characters',
      [
        'schedule: cron(59 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 1,2,4,5,7,8,10,11,13,14,16,17,19,20,22,23,25,26,28,29,31 1,2,4,5,7,8,10,11 ? *)',
      ],
      [
        'schedule: cron(59 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 1,2,4,5,7,8,10,11,13,14,16,17,19,20,22,23,25,26,28,29,31 1,2,4,5,7,8,10,11 ? *) has 128 characters, expected at most 106 with engine: dlm; fire more regularly, or engine: lambda',
      ],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of retention', () => {
  test.each([
    [
      'no rules',
      ['keep: {}'],
      [
        'keep: no rules, expected some with engine: dlm, which keeps nothing for ever; engine: lambda keeps all',
      ],
    ],
    [
      'all',
      ['keep: { last: all }'],
      ['keep.last: last is all, expected 1 to 1000 with engine: dlm; lower it, or engine: lambda'],
    ],
    [
      'more than a thousand',
      ['keep: { daily: 1001, weekly: 5000 }'],
      [
        'keep.daily: daily is 1001, expected 1 to 1000 with engine: dlm; lower it, or engine: lambda',
        'keep.weekly: weekly is 5000, expected 1 to 1000 with engine: dlm; lower it, or engine: lambda',
      ],
    ],
    [
      'within beside a count',
      ['keep: { within: 14d, daily: 7, monthly: 3 }'],
      [
        'keep.within: within is 14d beside daily and monthly, expected within alone: DLM keeps by age or by count; leave one of the two out, or engine: lambda',
      ],
    ],
    [
      'within of each day',
      ['keep: { within-daily: 30d }'],
      [
        'keep.within-daily: within-daily is 30d, which DLM does not have, expected last, hourly, daily, weekly, monthly, yearly, or within alone; use a count, or engine: lambda',
      ],
    ],
    [
      'within-yearly beside within',
      ['keep: { within: 30d, within-yearly: 2y }'],
      [
        'keep.within-yearly: within-yearly is 2y, which DLM does not have, expected last, hourly, daily, weekly, monthly, yearly, or within alone; use a count, or engine: lambda',
      ],
    ],
    [
      'hours',
      ['keep: { within: 48h }'],
      [`keep.within: within is 48h, expected ${AGE} with engine: dlm; write 2d`],
    ],
    [
      'hours that are no days',
      ['keep: { within: 36h }'],
      [
        `keep.within: within is 36h, expected ${AGE} with engine: dlm; DLM counts no hours, engine: lambda does`,
      ],
    ],
    [
      'days and hours',
      ['keep: { within: 2d12h }'],
      [
        `keep.within: within is 2d12h, expected ${AGE} with engine: dlm; DLM counts no hours, engine: lambda does`,
      ],
    ],
    [
      'months and days',
      ['keep: { within: 1m3d }'],
      [
        `keep.within: within is 1m3d, expected ${AGE} with engine: dlm; DLM takes days or months, not both, engine: lambda does`,
      ],
    ],
    [
      'more than 100 years',
      ['keep: { within: 101y }'],
      [`keep.within: within is 101y, expected ${AGE} with engine: dlm`],
    ],
    [
      'more than 36500 days',
      ['keep: { within: 36501d }'],
      [`keep.within: within is 36501d, expected ${AGE} with engine: dlm`],
    ],
    [
      'the last day of the month early in Seoul',
      ['schedule: cron(0 3 * * ? *)', 'keep: { daily: 7, monthly: 12 }', 'timezone: Asia/Seoul'],
      [
        'keep.monthly: monthly is 12, but the last backup of each month in Asia/Seoul (UTC+09:00) is not one cron in UTC, which is all that DLM has, expected times of day from 09:00 on, for which both have the same day; use such times, leave monthly out, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'the last hour of the day where clocks change',
      ['schedule: every 1 hours', 'keep: { last: 24, daily: 7 }', 'timezone: Europe/Berlin'],
      [
        'keep.daily: daily is 7, but the last backup of each day in Europe/Berlin (UTC+01:00 and UTC+02:00) is not one cron in UTC, which is all that DLM has: daylight saving moves it, expected a schedule that it does not move; leave daily out, set timezone: UTC and give the time in UTC, or engine: lambda',
      ],
    ],
    [
      'the last weekday of the month',
      ['schedule: cron(0 12 ? * MON-FRI *)', 'keep: { monthly: 7 }'],
      [
        'keep.monthly: monthly is 7, but the last backup of each month is not one cron, which is all that DLM has; leave monthly out, use another schedule, or engine: lambda',
      ],
    ],
    [
      'more than four schedules',
      ['keep: { last: 4, daily: 7, weekly: 4, monthly: 12, yearly: 5 }'],
      [
        'keep: base, daily, weekly, monthly and yearly are 5 schedules, expected at most 4, which is all that DLM has; leave one of daily, weekly, monthly and yearly out, or engine: lambda',
      ],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of archiving', () => {
  test.each([
    [
      'of instances',
      ['schedule: cron(0 3 1 * ? *)', 'keep: { last: 12 }', 'archiveAfter: 3'],
      [
        'archiveAfter: archiveAfter is not for backup: snapshots, expected only with backup: volume; leave it out',
      ],
    ],
    [
      'more often than every 28 days',
      ['backup: volume', 'schedule: cron(0 3 ? * SUN *)', 'keep: { last: 52 }', 'archiveAfter: 3'],
      [
        'archiveAfter: cron(0 3 ? * SUN *) fires more often than every 28 days, expected at most that with archiveAfter; fire monthly, such as cron(0 3 1 * ? *)',
      ],
    ],
    [
      'of several schedules',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { last: 12, yearly: 5 }', 'archiveAfter: 1'],
      [
        'archiveAfter: keep makes 2 schedules (base and yearly), expected one with archiveAfter; keep by last alone or by within alone',
      ],
    ],
    [
      'for less than 90 days',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { within: 140d }', 'archiveAfter: 60d'],
      [
        'archiveAfter: archiveAfter is 60d and keep.within 140d, which is 80d in the archive, expected at least 90d; keep longer or archive sooner',
      ],
    ],
    [
      'for less than 90 days by count',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { last: 12 }', 'archiveAfter: 9'],
      [
        'archiveAfter: archiveAfter is 9 of 12, which is 84 days in the archive, expected at least 90; keep more or archive sooner',
      ],
    ],
    [
      'days of months',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { within: 1y }', 'archiveAfter: 60d'],
      [
        'archiveAfter: archiveAfter is 60d and keep.within 1y, expected both in days and weeks or both in months and years, such as archiveAfter: 1m with within: 1y',
      ],
    ],
    [
      'later than kept',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { within: 1y }', 'archiveAfter: 2y'],
      ['archiveAfter: archiveAfter is 2y and keep.within 1y, expected an earlier age'],
    ],
    [
      'as many as are kept',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { last: 12 }', 'archiveAfter: 12'],
      ['archiveAfter: archiveAfter is 12, expected 0 to 11: fewer than the 12 that are kept'],
    ],
    [
      'an age beside a count',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { last: 12 }', 'archiveAfter: 60d'],
      [
        'archiveAfter: archiveAfter is 60d, expected a number of newer backups, because keep goes by count; or keep: { within }',
      ],
    ],
    [
      'a count beside an age',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { within: 1y }', 'archiveAfter: 3'],
      ['archiveAfter: archiveAfter is 3, expected an age such as 60d, because keep goes by age'],
    ],
    [
      'at once beside a copy',
      [
        'backup: volume',
        'schedule: cron(0 3 1 * ? *)',
        'keep: { last: 12 }',
        'archiveAfter: 0',
        'copies: [{ region: eu-west-1, keep: { within: 30d } }]',
      ],
      [
        'archiveAfter: archiveAfter is 0 beside copies, expected at least 1: what is archived at once cannot be copied, shared or restored fast',
      ],
    ],
    [
      'something else',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { last: 12 }', 'archiveAfter: later'],
      [
        'archiveAfter: "later" is not when to archive, expected an age such as 60d with keep: { within }, or a number of backups with keep: { last }',
      ],
    ],
    [
      'hours',
      ['backup: volume', 'schedule: cron(0 3 1 * ? *)', 'keep: { within: 1y }', 'archiveAfter: 48h'],
      [`archiveAfter: 48h, expected ${AGE} with engine: dlm; write 2d`],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of deprecation', () => {
  test.each([
    [
      'of snapshots',
      ['deprecateAfter: 3'],
      [
        'deprecateAfter: deprecateAfter is not for backup: snapshots, expected only with backup: image; leave it out',
      ],
    ],
    [
      'of several schedules',
      ['backup: image', 'keep: { daily: 7, weekly: 4 }', 'deprecateAfter: 3'],
      [
        'deprecateAfter: keep makes 3 schedules (base, daily and weekly), expected one with deprecateAfter; keep by last alone or by within alone',
      ],
    ],
    [
      'later than kept',
      ['backup: image', 'keep: { within: 2w }', 'deprecateAfter: 21d'],
      ['deprecateAfter: deprecateAfter is 21d, expected at most 2w, which is how long it is kept'],
    ],
    [
      'over ten years',
      ['backup: image', 'keep: { within: 20y }', 'deprecateAfter: 121m'],
      ['deprecateAfter: deprecateAfter is 121m, expected at most 10 years'],
    ],
    [
      'as many as are kept',
      ['backup: image', 'deprecateAfter: 7'],
      ['deprecateAfter: deprecateAfter is 7, expected 0 to 6: fewer than the 7 that are kept'],
    ],
    [
      'an age beside a count',
      ['backup: image', 'deprecateAfter: 3d'],
      [
        'deprecateAfter: deprecateAfter is 3d, expected a number of newer backups, because keep goes by count; or keep: { within }',
      ],
    ],
    [
      'a count beside an age',
      ['backup: image', 'keep: { within: 14d }', 'deprecateAfter: 3'],
      ['deprecateAfter: deprecateAfter is 3, expected an age such as 60d, because keep goes by age'],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of copies', () => {
  test.each([
    [
      'four',
      [
        'copies: [{ region: eu-west-1, keep: { within: 1d } }, { region: eu-west-2, keep: { within: 1d } }, { region: eu-west-3, keep: { within: 1d } }, { region: eu-north-1, keep: { within: 1d } }]',
      ],
      ['copies: a list of 4 values, expected a list of 0 to 3'],
    ],
    [
      'one Region twice',
      ['copies: [{ region: eu-west-1, keep: { within: 1d } }, { region: eu-west-1, keep: { within: 1d } }]'],
      ['copies[1].region: eu-west-1 is given twice, first in copies[0], expected each Region once'],
    ],
    [
      'no Region',
      ['copies: [{ region: ireland, keep: { within: 1d } }]'],
      ['copies[0].region: "ireland" is not a Region, expected the name of an AWS Region such as eu-west-1'],
    ],
    [
      'by count',
      ['copies: [{ region: eu-west-1, keep: { last: 3 } }]'],
      [
        `copies[0].keep.within: missing, expected ${AGE}: DLM keeps copies by age only`,
        'copies[0].keep.last: unknown word "last" (it belongs in policies.<name>.keep)',
      ],
    ],
    [
      'hours',
      ['copies: [{ region: eu-west-1, keep: { within: 24h } }]'],
      [`copies[0].keep.within: 24h, expected ${AGE} with engine: dlm; write 1d`],
    ],
    [
      'a key of another Region',
      [
        "copies: [{ region: eu-west-1, keep: { within: 1d }, key: 'arn:aws:kms:eu-west-2:111122223333:key/k' }]",
      ],
      ['copies[0].key: a key of eu-west-2, expected one of eu-west-1, where the copy is made'],
    ],
    [
      'a key that is an alias',
      ['copies: [{ region: eu-west-1, keep: { within: 1d }, key: alias/backup }]'],
      [
        'copies[0].key: "alias/backup" is not a key, expected the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/…',
      ],
    ],
    [
      'a key without encryption',
      [
        "copies: [{ region: eu-west-1, keep: { within: 1d }, encrypted: false, key: 'arn:aws:kms:eu-west-1:111122223333:key/k' }]",
      ],
      ['copies[0].encrypted: encrypted is false beside a key, expected true; or leave the key out'],
    ],
    [
      'a deprecated copy of snapshots',
      ['copies: [{ region: eu-west-1, keep: { within: 30d }, deprecateAfter: 20d }]'],
      [
        'copies[0].deprecateAfter: deprecateAfter is not for backup: snapshots, expected only with backup: image; leave it out',
      ],
    ],
    [
      'a copy deprecated after its end',
      ['backup: image', 'copies: [{ region: eu-west-1, keep: { within: 30d }, deprecateAfter: 31d }]'],
      ['copies[0].deprecateAfter: deprecateAfter is 31d, expected at most 30d, which is how long it is kept'],
    ],
    [
      'an unknown word',
      ['copies: [{ region: eu-west-1, keep: { within: 1d }, zone: x }]'],
      [
        'copies[0].zone: unknown word "zone" (expected one of: region, keep, encrypted, key, copyTags, deprecateAfter)',
      ],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of sharing and fast restore', () => {
  test.each([
    [
      'a shared image',
      ['backup: image', 'share: { accounts: ["444455556666"] }'],
      ['share: share is not for backup: image, expected only with backup: snapshots or volume; leave it out'],
    ],
    [
      'nobody',
      ['share: { accounts: [] }'],
      ['share.accounts: a list of 0 values, expected a list of 1 to 50'],
    ],
    [
      'fifty-one accounts',
      [`share: { accounts: [${numbered(51, '"1111222233', '"')}] }`],
      ['share.accounts: a list of 51 values, expected a list of 1 to 50'],
    ],
    [
      'an account twice',
      ['share: { accounts: ["444455556666", "444455556666"] }'],
      ['share.accounts[1]: "444455556666" is given twice, expected each account once'],
    ],
    [
      'an account without quotes',
      ['share: { accounts: [444455556666] }'],
      [
        'share.accounts[0]: 444455556666 is not an account, expected twelve digits in quotes, such as "111122223333" (put it in quotes)',
      ],
    ],
    [
      'unshared after hours',
      ['share: { accounts: ["444455556666"], unshareAfter: 12h }'],
      [`share.unshareAfter: 12h, expected ${AGE} with engine: dlm; DLM counts no hours, engine: lambda does`],
    ],
    [
      'fast restore of an image',
      ['backup: image', 'fastRestore: { last: 1, zones: [eu-west-1a] }'],
      [
        'fastRestore: fastRestore is not for backup: image, expected only with backup: snapshots or volume; leave it out',
      ],
    ],
    [
      'neither count nor age',
      ['fastRestore: { zones: [eu-west-1a] }'],
      ['fastRestore: neither last nor within, expected one of the two: how many snapshots, or how long'],
    ],
    [
      'count and age',
      ['fastRestore: { last: 1, within: 3d, zones: [eu-west-1a] }'],
      ['fastRestore: both last and within, expected one of the two: how many snapshots, or how long'],
    ],
    [
      'more than are kept',
      ['fastRestore: { last: 8, zones: [eu-west-1a] }'],
      [
        'fastRestore.last: last is 8, expected at most 7, the number of snapshots that are kept ready; lower it or keep more',
      ],
    ],
    [
      'more than are kept before the archive',
      [
        'backup: volume',
        'schedule: cron(0 3 1 * ? *)',
        'keep: { last: 12 }',
        'fastRestore: { last: 4, zones: [eu-west-1a] }',
        'archiveAfter: 3',
      ],
      [
        'fastRestore.last: last is 4, expected at most 3, the number of snapshots that are kept ready; lower it or keep more',
      ],
    ],
    [
      'zero',
      ['fastRestore: { last: 0, zones: [eu-west-1a] }'],
      ['fastRestore.last: 0 is not a number of snapshots, expected a whole number from 1 to 1000'],
    ],
    [
      'zones by name and by id',
      ['fastRestore: { last: 1, zones: [eu-west-1a, euw1-az2] }'],
      [
        'fastRestore.zones: zones by name and by id (eu-west-1a, euw1-az2), expected all by name or all by id',
      ],
    ],
    [
      'no zone',
      ['fastRestore: { last: 1, zones: [] }'],
      ['fastRestore.zones: a list of 0 values, expected a list of 1 to 10'],
    ],
    [
      'a Region for a zone',
      ['fastRestore: { last: 1, zones: [eu-west-1] }'],
      [
        'fastRestore.zones[0]: "eu-west-1" is not a zone, expected the name of a zone such as eu-west-1a, or its id such as euw1-az1',
      ],
    ],
    [
      'eleven zones',
      [
        'fastRestore: { last: 1, zones: [eu-west-1a, eu-west-1b, eu-west-1c, eu-west-1d, eu-west-1e, eu-west-1f, eu-west-1g, eu-west-1h, eu-west-1i, eu-west-1j, eu-west-1k] }',
      ],
      ['fastRestore.zones: a list of 11 values, expected a list of 1 to 10'],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of hooks', () => {
  test.each([
    [
      'of an image',
      ['backup: image', 'hooks: { document: my-freeze }'],
      ['hooks: hooks is not for backup: image, expected only with backup: snapshots; leave it out'],
    ],
    [
      'no document',
      ['hooks: {}'],
      [
        'hooks.document: missing, expected the name or ARN of an SSM document, at most 200 characters, or AWS_VSS_BACKUP',
      ],
    ],
    [
      'a document with a space',
      ['hooks: { document: my freeze }'],
      [
        'hooks.document: "my freeze" is not a document, expected the name or ARN of an SSM document, at most 200 characters, or AWS_VSS_BACKUP',
      ],
    ],
    [
      'a document of 201 characters',
      [`hooks: { document: ${'x'.repeat(201)} }`],
      [
        `hooks.document: "${'x'.repeat(79)}… is not a document, expected the name or ARN of an SSM document, at most 200 characters, or AWS_VSS_BACKUP`,
      ],
    ],
    [
      'a stage that is none',
      ['hooks: { document: my-freeze, stages: [before] }'],
      ['hooks.stages[0]: "before" is not a stage, expected pre or post'],
    ],
    [
      'no stage',
      ['hooks: { document: my-freeze, stages: [] }'],
      ['hooks.stages: a list of 0 values, expected a list of 1 to 2'],
    ],
    [
      'too short',
      ['hooks: { document: my-freeze, timeout: 9s }'],
      ['hooks.timeout: "9s" is not a timeout, expected seconds from 10s to 120s, such as 30s'],
    ],
    [
      'too long',
      ['hooks: { document: my-freeze, timeout: 121s }'],
      ['hooks.timeout: "121s" is not a timeout, expected seconds from 10s to 120s, such as 30s'],
    ],
    [
      'minutes',
      ['hooks: { document: my-freeze, timeout: 1m }'],
      ['hooks.timeout: "1m" is not a timeout, expected seconds from 10s to 120s, such as 30s'],
    ],
    [
      'four retries',
      ['hooks: { document: my-freeze, retries: 4 }'],
      ['hooks.retries: 4 is not a number of retries, expected a whole number from 0 to 3'],
    ],
    [
      'another end',
      ['hooks: { document: my-freeze, onFailure: abort }'],
      ['hooks.onFailure: "abort" is not what to do, expected crash-consistent or skip'],
    ],
    [
      'onFailure without pre',
      ['hooks: { document: my-freeze, stages: [post], onFailure: skip }'],
      [
        'hooks.onFailure: onFailure is skip with stages: [post], expected only with pre, which is what fails; leave it out',
      ],
    ],
    [
      'VSS with all that it does not take',
      [
        'hooks: { document: AWS_VSS_BACKUP, stages: [pre], timeout: 30s }',
        'copyTags: true',
        'exclude: { volumes: { Role: [x] } }',
      ],
      [
        'hooks.stages: hooks.stages is not for AWS_VSS_BACKUP, expected it left out; or use a document of your own',
        'hooks.timeout: hooks.timeout is not for AWS_VSS_BACKUP, expected it left out; or use a document of your own',
        'copyTags: copyTags is not for AWS_VSS_BACKUP, expected it left out; or use a document of your own',
        'exclude.volumes: exclude.volumes is not for AWS_VSS_BACKUP, expected it left out; or use a document of your own',
      ],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of tags and switches', () => {
  test.each([
    [
      'forty-six',
      [`tags: { ${numbered(46, 'k', ': v')} }`],
      ['tags: 46 tags, expected at most 45, which is all that DLM takes; leave some out'],
    ],
    [
      'a number',
      ['tags: { CostCentre: 42 }'],
      ['tags.CostCentre: 42 is not a tag value, expected text of at most 256 characters (put it in quotes)'],
    ],
    [
      'AWS’s own',
      ['tags: { AWS:x: y }'],
      ['tags.AWS:x: "AWS:x" starts with aws:, expected another key: such tags say who manages a backup'],
    ],
    [
      'DLM’s own',
      ['tags: { "dlm:x": y }'],
      ['tags.dlm:x: "dlm:x" starts with dlm:, expected another key: such tags say who manages a backup'],
    ],
    [
      'ours',
      ['tags: { "EC2-Backup:deployment": prod }'],
      [
        'tags.EC2-Backup:deployment: "EC2-Backup:deployment" starts with ec2-backup, expected another key: such tags say who manages a backup',
      ],
    ],
    [
      'the opt-in tag',
      ['tags: { Backup: daily }'],
      [
        'tags.Backup: "Backup" belongs to the opt-in tag, expected another key: what DLM makes must not opt in or be held by it',
      ],
    ],
    [
      'a tag of its family',
      ['tags: { "backup:Hold": legal }'],
      [
        'tags.backup:Hold: "backup:Hold" belongs to the opt-in tag, expected another key: what DLM makes must not opt in or be held by it',
      ],
    ],
    [
      'a variable that is none',
      ['tags: { A: $(instance) }'],
      [
        `tags.A: "$(instance)" is not a variable of DLM's, expected $(instance-id) or $(timestamp) as the whole value, or text without $(`,
      ],
    ],
    [
      'a variable within text',
      ['tags: { A: x-$(timestamp) }'],
      [
        `tags.A: "x-$(timestamp)" is not a variable of DLM's, expected $(instance-id) or $(timestamp) as the whole value, or text without $(`,
      ],
    ],
    [
      'a variable of a volume',
      ['backup: volume', 'tags: { A: $(timestamp) }'],
      [
        'tags.A: $(timestamp) is not for backup: volume, expected text: DLM fills it in for backup: image or snapshots only',
      ],
    ],
    [
      'a key too long',
      [`tags: { ${'k'.repeat(129)}: v }`],
      [`tags.${'k'.repeat(129)}: a tag key of 129 characters, expected 1 to 128`],
    ],
    [
      'a value too long',
      [`tags: { A: ${'v'.repeat(257)} }`],
      [`tags.A: "${'v'.repeat(79)}… is not a tag value, expected text of at most 256 characters`],
    ],
    [
      'copyTags that is no switch',
      ['copyTags: "yes"'],
      ['copyTags: "yes" is not a switch, expected true or false'],
    ],
    ['enabled that is no switch', ['enabled: 1'], ['enabled: 1 is not a switch, expected true or false']],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of selection and exclusion', () => {
  test.each([
    [
      'two keys',
      ['select: { tags: { Team: x, Role: y } }'],
      [
        "select.tags: 2 tag keys, expected one: DLM's target tags are ORed, it has no AND; select by one tag, or engine: lambda",
      ],
    ],
    [
      'a pattern',
      ['select: { tags: { Team: [web-*, "db?"] } }'],
      [
        'select.tags.Team: "web-*" is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda',
        'select.tags.Team: "db?" is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda',
      ],
    ],
    [
      'a backslash',
      ['select: { tags: { Team: "a\\\\b" } }'],
      [
        'select.tags.Team: "a\\\\b" is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda',
      ],
    ],
    [
      'a key with =',
      ['select: { tags: { "a=b": x } }'],
      [
        'select.tags.a=b: "a=b" is not a key that DLM takes, expected one without \\ and =; use another tag, or engine: lambda',
      ],
    ],
    [
      'fifty-one values',
      [`select: { tags: { Team: [${numbered(51, 'v')}] } }`],
      [
        'select.tags.Team: 51 values, expected at most 50, which is all that DLM takes; use fewer, or engine: lambda',
      ],
    ],
    [
      'exclude',
      ['select: { tags: { Team: x }, exclude: { Team: y } }'],
      [
        'select.exclude: exclude is not for engine: dlm, expected tags alone: DLM has no exceptions; leave it out, or engine: lambda',
      ],
    ],
    [
      'volumes left out of a volume',
      ['backup: volume', 'exclude: { bootVolume: true }'],
      ['exclude: exclude is not for backup: volume, expected only with backup: snapshots; leave it out'],
    ],
    [
      'volumes left out by pattern',
      ['exclude: { volumes: { Role: [scratch*] } }'],
      [
        'exclude.volumes.Role: "scratch*" is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda',
      ],
    ],
    [
      'fifty tags',
      [`exclude: { volumes: { Role: [${numbered(50, 'v')}] } }`],
      ['exclude.volumes: 50 tags, expected at most 49, which is all that DLM takes'],
    ],
    [
      'reboot of snapshots',
      ['reboot: true'],
      [
        'reboot: true, expected only with backup: image (this is backup: snapshots, which never stops an instance)',
      ],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOf(words)).toEqual(problems);
  });
});

describe('refuses, of default policies', () => {
  const DAYS = 'expected whole days from';
  test.each([
    [
      'nothing in it',
      'volume:',
      ['volume: empty, expected a map with enabled, every, keep, copyTags, extendDeletion, copies, exclude'],
    ],
    [
      'every eight days',
      'volume: { every: 8d }',
      [`volume.every: "8d" is not how often, ${DAYS} 1d to 7d, such as 7d`],
    ],
    [
      'every twelve hours',
      'volume: { every: 12h }',
      [`volume.every: "12h" is not how often, ${DAYS} 1d to 7d, such as 7d`],
    ],
    [
      'kept for a day',
      'volume: { keep: { within: 1d } }',
      [`volume.keep.within: "1d" is not an age, ${DAYS} 2d to 14d, such as 14d`],
    ],
    [
      'kept for a month',
      'volume: { keep: { within: 1m } }',
      [`volume.keep.within: "1m" is not an age, ${DAYS} 2d to 14d, such as 14d`],
    ],
    [
      'kept by count',
      'instance: { keep: { within: 2d, last: 3 } }',
      ['instance.keep.last: unknown word "last" (it belongs in policies.<name>.keep)'],
    ],
    [
      'kept no longer than made',
      'instance: { every: 7d }',
      [
        'instance.keep: kept for 7d and made every 7d, expected to be kept longer than that; raise within or lower every',
      ],
    ],
    [
      'four Regions',
      'volume: { copies: [eu-west-1, eu-west-2, eu-west-3, eu-north-1] }',
      ['volume.copies: a list of 4 values, expected a list of 0 to 3'],
    ],
    [
      'a Region twice',
      'volume: { copies: [eu-west-1, eu-west-1] }',
      ['volume.copies[1]: "eu-west-1" is given twice, expected each Region once'],
    ],
    [
      'a volume type that is none',
      'volume: { exclude: { volumeTypes: [gp4] } }',
      [
        'volume.exclude.volumeTypes[0]: "gp4" is not a volume type, expected gp2, gp3, io1, io2, st1, sc1, standard',
      ],
    ],
    [
      'all volume types',
      'volume: { exclude: { volumeTypes: [gp2, gp3, io1, io2, st1, sc1, standard] } }',
      ['volume.exclude.volumeTypes: a list of 7 values, expected a list of 0 to 6'],
    ],
    [
      'boot volumes of instances',
      'instance: { exclude: { bootVolumes: true } }',
      [
        'instance.exclude.bootVolumes: unknown word "bootVolumes" (it belongs in defaultPolicies.volume.exclude)',
      ],
    ],
    [
      'a pattern',
      'instance: { exclude: { tags: { Tmp: "*" } } }',
      [
        'instance.exclude.tags.Tmp: "*" is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda',
      ],
    ],
    [
      'fifty-one tags',
      `volume: { exclude: { tags: { A: [${numbered(50, 'v')}], B: w } } }`,
      ['volume.exclude.tags: 51 tags, expected at most 50, which is all that DLM takes'],
    ],
    [
      'another kind',
      'database: {}',
      ['database: unknown word "database" (expected one of: volume, instance)'],
    ],
  ])('%s', (_, words, problems) => {
    expect(problemsOfFile(['retired: { b: {} }', 'defaultPolicies:', `  ${words}`])).toEqual(
      problems.map((problem) => `defaultPolicies.${problem}`),
    );
  });
});

describe('refuses, of the file', () => {
  test.each([
    [
      'an opt-in tag that DLM cannot target',
      [
        'optInTag: a=b',
        'policies: { a: { engine: dlm, backup: volume, schedule: every 6 hours, keep: { last: 1 } } }',
      ],
      [
        'policies.a.engine: the opt-in tag is "a=b", expected one without = for engine: dlm; use another optInTag, select, or engine: lambda',
      ],
    ],
    [
      'tags of its own opt-in tag',
      [
        'optInTag: Save',
        'policies: { a: { engine: dlm, backup: volume, schedule: every 6 hours, keep: { last: 1 }, tags: { "save:x": y } } }',
      ],
      [
        'policies.a.tags.save:x: "save:x" belongs to the opt-in tag, expected another key: what DLM makes must not opt in or be held by it',
      ],
    ],
    [
      'registration in a gap of the zone',
      [
        'retired: { b: {} }',
        'timezone: America/New_York',
        'registerPolicies: { schedule: cron(30 2 * * ? *) }',
      ],
      [
        'registerPolicies.schedule: 02:30 does not exist in America/New_York on 2026-03-08 (clocks jump 02:00 to 03:00) and the scheduler would skip that backup; choose a time outside 02:00-03:00',
      ],
    ],
    [
      'a name that is retired too',
      [
        'policies: { a: { engine: dlm, backup: volume, schedule: every 6 hours, keep: { last: 1 } } }',
        'retired: { a: {} }',
      ],
      ['retired.a: "a" is also in policies, expected it in one of the two'],
    ],
    [
      'words that have another home',
      ['retired: { b: {} }', 'zones: [x]', 'extendDeletion: true'],
      [
        'zones: unknown word "zones" (it belongs in policies.<name>.fastRestore)',
        'extendDeletion: unknown word "extendDeletion" (it belongs in defaultPolicies.volume)',
      ],
    ],
  ])('%s', (_, lines, problems) => {
    expect(problemsOfFile(lines)).toEqual(problems);
  });
});

test('reports what several words say against each other beside what single words say', () => {
  expect(
    problemsOf([
      'keep: { within: 1m3d }',
      'copies: [{ region: here, keep: { within: 1d } }]',
      'hooks: { document: my-freeze, stages: [post], onFailure: skip }',
      'tags: { Backup: x }',
      'lock: 7d',
    ]),
  ).toEqual([
    `keep.within: within is 1m3d, expected ${AGE} with engine: dlm; DLM takes days or months, not both, engine: lambda does`,
    'copies[0].region: "here" is not a Region, expected the name of an AWS Region such as eu-west-1',
    'hooks.onFailure: onFailure is skip with stages: [post], expected only with pre, which is what fails; leave it out',
    'tags.Backup: "Backup" belongs to the opt-in tag, expected another key: what DLM makes must not opt in or be held by it',
    'lock: lock is only for engine: lambda, expected it left out with engine: dlm: DLM locks nothing',
  ]);
});

describe('refuses besides', () => {
  test('a yearly rule whose last backups are more than a year apart', () => {
    expect(problemsOf(['schedule: cron(0 3 ? * SUN *)', 'keep: { weekly: 4, yearly: 1 }'])).toEqual([
      'keep.yearly: yearly is 1, but the last backups of each year are up to 371 days apart, expected at most a year with engine: dlm; leave yearly out, or engine: lambda',
    ]);
  });

  test.each(['default-volume', 'default-instance'])('%s as the name of a policy', (name) => {
    const words = 'engine: dlm, backup: volume, schedule: every 6 hours, keep: { last: 7 }';
    expect(problemsOfFile(['policies:', `  ${name}: { ${words} }`])).toEqual([
      `policies.${name}: ${name} is what a default policy is called in DLM, expected another name with engine: dlm`,
    ]);
  });
});
