import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../../src/lib/policy/schedule.ts';

function problemOf(text: string): string {
  const parsed = parseSchedule(text);
  return parsed.ok ? `accepted as ${parsed.value.cron}` : parsed.problem;
}

describe('accepts what EventBridge accepts', () => {
  test.each([
    ['a daily time', 'cron(0 3 * * ? *)', 'cron(0 3 * * ? *)'],
    ['extra spaces', '  cron(  0   3 * * ? * ) ', 'cron(0 3 * * ? *)'],
    ['names in any case', 'cron(0 3 ? jan-Mar mon,FRI *)', 'cron(0 3 ? JAN-MAR MON,FRI *)'],
    ['steps from a value', 'cron(5/15 0/6 * * ? *)', 'cron(5/15 0/6 * * ? *)'],
    ['steps of a range and of everything', 'cron(*/20 8-18/2 * * ? *)', 'cron(*/20 8-18/2 * * ? *)'],
    ['the last day of the month', 'cron(0 3 L * ? *)', 'cron(0 3 L * ? *)'],
    ['the nearest weekday', 'cron(0 3 15W * ? *)', 'cron(0 3 15W * ? *)'],
    ['the last Friday', 'cron(0 3 ? * 6L *)', 'cron(0 3 ? * 6L *)'],
    ['the last Friday by name', 'cron(0 3 ? * FRIL *)', 'cron(0 3 ? * FRIL *)'],
    ['the second Tuesday', 'cron(0 3 ? * 3#2 *)', 'cron(0 3 ? * 3#2 *)'],
    ['years', 'cron(0 3 1 1 ? 2026-2030,2199)', 'cron(0 3 1 1 ? 2026-2030,2199)'],
  ])('%s', (_, text, cron) => {
    expect(parseSchedule(text)).toEqual({ ok: true, value: { text: text.trim(), cron } });
  });
});

describe('compiles every N hours to the hours of a day', () => {
  test.each([
    ['every 1 hour', 'cron(0 * * * ? *)'],
    ['every 1 hours', 'cron(0 * * * ? *)'],
    ['every 1 hours from 07:20', 'cron(20 * * * ? *)'],
    ['every 2 hours', 'cron(0 0,2,4,6,8,10,12,14,16,18,20,22 * * ? *)'],
    ['every 6 hours from 01:30', 'cron(30 1,7,13,19 * * ? *)'],
    ['every 6 hours from 23:30', 'cron(30 5,11,17,23 * * ? *)'],
    ['every 24 hours from 22:05', 'cron(5 22 * * ? *)'],
  ])('%s', (text, cron) => {
    expect(parseSchedule(text)).toEqual({ ok: true, value: { text, cron } });
  });
});

const MINUTE_EXPECTED = 'expected 0-59, as *, a list 0,1, a range 0-1 or a step 0/2';
const HOUR_EXPECTED = 'expected 0-23, as *, a list 0,1, a range 0-1 or a step 0/2';
const WEEKDAY_EXPECTED =
  'expected 1-7 or SUN-SAT, as *, a list 1,2, a range 1-2 or a step 1/2; or, alone, ?, L (Saturday), FRIL (the last Friday) or TUE#2 (the second Tuesday)';

describe('names the field, the value and the range', () => {
  test.each([
    ['a minute too high', 'cron(60 3 * * ? *)', `minute is "60", ${MINUTE_EXPECTED}`],
    ['an hour too high', 'cron(0 24 * * ? *)', `hour is "24", ${HOUR_EXPECTED}`],
    ['a range that runs backwards', 'cron(0 22-2 * * ? *)', `hour is "22-2", ${HOUR_EXPECTED}`],
    ['a step of nothing', 'cron(0/0 3 * * ? *)', `minute is "0/0", ${MINUTE_EXPECTED}`],
    ['an empty item of a list', 'cron(0 3, * * ? *)', `hour is "3,", ${HOUR_EXPECTED}`],
    ['? outside of the days', 'cron(0 ? * * ? *)', `hour is "?", ${HOUR_EXPECTED}`],
    ['Sunday as 0', 'cron(0 3 ? * 0 *)', `day-of-week is "0", ${WEEKDAY_EXPECTED}`],
    ['a sixth Friday', 'cron(0 3 ? * FRI#6 *)', `day-of-week is "FRI#6", ${WEEKDAY_EXPECTED}`],
    ['L within a list', 'cron(0 3 ? * MON,FRIL *)', `day-of-week is "MON,FRIL", ${WEEKDAY_EXPECTED}`],
    [
      'a day too high',
      'cron(0 3 32 * ? *)',
      'day-of-month is "32", expected 1-31, as *, a list 1,2, a range 1-2 or a step 1/2; or, alone, ?, L (the last day) or 15W (the weekday nearest to the 15th)',
    ],
    [
      'a month that is none',
      'cron(0 3 1 JUM ? *)',
      'month is "JUM", expected 1-12 or JAN-DEC, as *, a list 1,2, a range 1-2 or a step 1/2',
    ],
    [
      'a year too early',
      'cron(0 3 1 1 ? 1969)',
      'year is "1969", expected 1970-2199, as *, a list 1970,1971, a range 1970-1971 or a step 1970/2',
    ],
    [
      'two fields at once',
      'cron(60 24 * * ? *)',
      `minute is "60", ${MINUTE_EXPECTED}; hour is "24", ${HOUR_EXPECTED}`,
    ],
    [
      'a day that never comes',
      'cron(0 3 30 2 ? *)',
      'cron(0 3 30 2 ? *) never fires, expected a day that exists',
    ],
    [
      'a leap day of a common year',
      'cron(0 3 29 FEB ? 2027)',
      'cron(0 3 29 FEB ? 2027) never fires, expected a day that exists',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

describe('wants exactly one ? among the days, and says which', () => {
  test.each([
    ['cron(0 3 * * * *)', '"*" and day-of-week is "*"', 'cron(0 3 * * ? *)'],
    ['cron(0 3 * * MON *)', '"*" and day-of-week is "MON"', 'cron(0 3 ? * MON *)'],
    ['cron(0 3 1 * * *)', '"1" and day-of-week is "*"', 'cron(0 3 1 * ? *)'],
    ['cron(0 3 ? * ? *)', '"?" and day-of-week is "?"', 'cron(0 3 * * ? *)'],
  ])('%s', (text, said, fixed) => {
    expect(problemOf(text)).toBe(
      `day-of-month is ${said}, expected exactly one of them to be ?; write ${fixed}`,
    );
  });

  test('gives no advice when both name days', () => {
    expect(problemOf('cron(0 3 1 * MON *)')).toBe(
      'day-of-month is "1" and day-of-week is "MON", expected exactly one of them to be ?',
    );
  });
});

describe('suggests what was meant', () => {
  test.each([
    ['a cron of Unix', '0 3 * * *', 'cron(0 3 * * ? *)'],
    ['a cron of Unix inside cron()', 'cron(0 3 * * *)', 'cron(0 3 * * ? *)'],
    ['weekdays of Unix', '30 9 * * 1-5', 'cron(30 9 ? * MON-FRI *)'],
    ['Sunday as 7', '0 3 * * 7', 'cron(0 3 ? * SUN *)'],
    ['a missing year', 'cron(0 3 * * ?)', 'cron(0 3 * * ? *)'],
    ['a missing cron()', '0 3 * * ? *', 'cron(0 3 * * ? *)'],
    ['a missing bracket', 'cron(0 3 * * ? *', 'cron(0 3 * * ? *)'],
    ['hours that do not divide a day', 'every 5 hours', 'every 4 hours'],
    ['minutes', 'every 30 minutes', 'every 1 hour'],
    ['days', 'every day', 'cron(0 3 * * ? *)'],
    ['a rate', 'rate(6 hours)', 'every 6 hours'],
    ['a rate of a day', 'rate(1 day)', 'every 24 hours'],
    ['a nickname', '@weekly', 'cron(0 3 ? * SUN *)'],
    ['one digit of an hour', 'every 24 hours from 3:00', 'every 24 hours from 03:00'],
  ])('%s', (_, text, meant) => {
    expect(problemOf(text)).toMatch(`; did you mean ${meant}?`);
  });

  test.each([
    ['days and weekdays of Unix, which EventBridge cannot say', '0 3 1 * 1'],
    ['an hour that is none', '0 25 * * *'],
    ['nothing', ''],
    ['an open bracket', 'cron('],
    ['an interval of none', 'every 6 hours from 25:00'],
  ])('nothing for %s', (_, text) => {
    expect(problemOf(text)).toBe(
      `${JSON.stringify(text)} is not a schedule, expected cron(minute hour day-of-month month day-of-week year), or every 1, 2, 3, 4, 6, 8, 12 or 24 hours [from hh:mm]`,
    );
  });
});

test('refuses an expression that is longer than Scheduler takes', () => {
  expect(problemOf(`cron(${'0,'.repeat(130)}0 3 * * ? *)`)).toMatch(
    /^"cron\(0,0,.* is not a schedule, expected/,
  );
});

test('counts the fields', () => {
  expect(problemOf('cron(0 3 * *)')).toBe(
    'cron(0 3 * *) has 4 fields, expected six fields: minute hour day-of-month month day-of-week year',
  );
});
