import { describe, expect, test } from 'vitest';
import { createRule, lastOfPeriodRule } from '../../../src/lib/policy/dlm-create.ts';
import type { PeriodRule } from '../../../src/lib/policy/dlm-firings.ts';
import type { Schedule } from '../../../src/lib/policy/policy.ts';
import { parseSchedule } from '../../../src/lib/policy/schedule.ts';
import { offsetsOf, offsetText } from '../../../src/lib/policy/zone-offsets.ts';

const HOUR = 3_600_000;

function scheduleOf(text: string): Schedule {
  const parsed = parseSchedule(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

/** `cron(…)` or `N from hh:mm`, or the problem. */
function createdBy(text: string, timezone: string): string {
  const rule = createRule({ schedule: scheduleOf(text), timezone });
  if (!rule.ok) return rule.problem;
  return 'cron' in rule.value ? rule.value.cron : `${rule.value.everyHours} from ${rule.value.at}`;
}

describe('a schedule in UTC', () => {
  test.each([
    ['every 1 hours', 'UTC', '1 from 00:00'],
    ['every 1 hours', 'Asia/Kolkata', '1 from 00:30'],
    ['every 1 hours', 'Asia/Kathmandu', '1 from 00:15'],
    ['every 6 hours', 'UTC', '6 from 00:00'],
    ['every 6 hours', 'Asia/Seoul', '6 from 03:00'],
    ['every 6 hours from 01:30', 'Asia/Seoul', '6 from 04:30'],
    ['every 24 hours from 03:00', 'Asia/Seoul', '24 from 18:00'],
    ['every 8 hours from 23:45', 'America/Phoenix', '8 from 06:45'],
    ['cron(0 3 * * ? *)', 'UTC', 'cron(0 3 * * ? *)'],
    ['cron(0  3 ? * mon-fri *)', 'UTC', 'cron(0 3 ? * MON-FRI *)'],
    ['cron(0 3 * * ? *)', 'Asia/Seoul', 'cron(0 18 * * ? *)'],
    ['cron(30 9-17 * * ? *)', 'Asia/Seoul', 'cron(30 0-8 * * ? *)'],
    ['cron(0 3,12 * * ? *)', 'Asia/Seoul', 'cron(0 3,18 * * ? *)'],
    ['cron(30 4 ? * SUN *)', 'Asia/Seoul', 'cron(30 19 ? * SAT *)'],
    ['cron(0 9 ? * TUE#2 *)', 'Asia/Seoul', 'cron(0 0 ? * TUE#2 *)'],
    ['cron(0 9 15W * ? *)', 'Asia/Seoul', 'cron(0 0 15W * ? *)'],
    ['cron(0 3 1 * ? *)', 'Asia/Seoul', 'cron(0 18 L * ? *)'],
    ['cron(0 3 1 1 ? *)', 'Asia/Seoul', 'cron(0 18 31 12 ? *)'],
    ['cron(0 22 L * ? *)', 'America/Phoenix', 'cron(0 5 1 * ? *)'],
    ['cron(0 2 ? * SUN *)', 'Pacific/Kiritimati', 'cron(0 12 ? * SAT *)'],
    ['cron(10 * * * ? *)', 'Asia/Kolkata', 'cron(40 * * * ? *)'],
  ])('%s in %s', (text, timezone, expected) => {
    expect(createdBy(text, timezone)).toBe(expected);
  });

  test.each([
    ['every 1 hours', 'Europe/Berlin', '1 from 00:00'],
    ['every 1 hours from 05:20', 'America/New_York', '1 from 00:20'],
    ['cron(20 * * * ? *)', 'America/New_York', 'cron(20 * * * ? *)'],
  ])('[H22] daylight saving does not move %s in %s', (text, timezone, expected) => {
    expect(createdBy(text, timezone)).toBe(expected);
  });

  test.each([
    ['every 24 hours', 'Europe/Berlin'],
    ['cron(0 12 * * ? *)', 'America/New_York'],
    ['cron(0 * ? * SUN *)', 'America/New_York'],
    ['every 1 hours', 'Australia/Lord_Howe'],
    ['cron(0 3 * * ? *)', 'Africa/Casablanca'],
  ])('[H22] %s in %s is refused, because daylight saving moves it', (text, timezone) => {
    expect(createdBy(text, timezone)).toContain('daylight saving moves it');
  });

  test('a list that is too long for DLM is written with ranges', () => {
    const hours = Array.from({ length: 23 }, (_, hour) => hour).join(',');
    const days = Array.from({ length: 30 }, (_, day) => day + 1).join(',');
    expect(createdBy(`cron(0 ${hours} ${days} * ? *)`, 'UTC')).toBe('cron(0 0-22 1-30 * ? *)');
  });
});

describe('the last backup of each period', () => {
  const lastBy = (text: string, timezone: string, rule: PeriodRule): string => {
    const last = lastOfPeriodRule({ schedule: scheduleOf(text), timezone }, rule);
    return !last.ok ? last.problem : 'cron' in last.value ? last.value.cron : 'every';
  };

  test.each([
    ['every 1 hours', 'UTC', 'daily', 'cron(0 23 * * ? *)'],
    ['every 1 hours', 'Asia/Kolkata', 'daily', 'cron(30 17 * * ? *)'],
    ['every 1 hours', 'Asia/Seoul', 'weekly', 'cron(0 14 ? * SUN *)'],
    ['every 1 hours', 'Asia/Seoul', 'monthly', 'cron(0 14 L * ? *)'],
    ['every 1 hours', 'Asia/Seoul', 'yearly', 'cron(0 14 31 12 ? *)'],
    ['cron(0 3 * * ? *)', 'Asia/Seoul', 'weekly', 'cron(0 18 ? * SAT *)'],
    ['cron(0 3 * * ? *)', 'Asia/Seoul', 'yearly', 'cron(0 18 30 12 ? *)'],
    ['cron(0 22 * * ? *)', 'America/Phoenix', 'monthly', 'cron(0 5 1 * ? *)'],
    ['cron(0 22 * * ? *)', 'America/Phoenix', 'yearly', 'cron(0 5 1 1 ? *)'],
    ['cron(0 12 ? * MON-FRI *)', 'UTC', 'weekly', 'cron(0 12 ? * FRI *)'],
    ['cron(0 12 ? * TUE *)', 'UTC', 'monthly', 'cron(0 12 ? * TUEL *)'],
    ['cron(0 12 1,15 * ? *)', 'UTC', 'monthly', 'cron(0 12 15 * ? *)'],
    ['cron(0 12 1 1-6 ? *)', 'UTC', 'yearly', 'cron(0 12 1 6 ? *)'],
  ] as const)('%s in %s, %s', (text, timezone, rule, expected) => {
    expect(lastBy(text, timezone, rule)).toBe(expected);
  });
});

describe('the offsets of a zone', () => {
  test.each([
    ['UTC', [0]],
    ['Asia/Seoul', [9]],
    ['Asia/Kolkata', [5.5]],
    ['America/Phoenix', [-7]],
    ['America/New_York', [-5, -4]],
    ['Australia/Lord_Howe', [10.5, 11]],
    ['Africa/Casablanca', [0, 1]],
  ])('%s', (zone, hours) => {
    expect(offsetsOf(zone)).toEqual(hours.map((hour) => hour * HOUR));
  });

  test('are said in hours and minutes', () => {
    expect([0, 5.5, -7, -3.5].map((hour) => offsetText(hour * HOUR))).toEqual([
      'UTC+00:00',
      'UTC+05:30',
      'UTC-07:00',
      'UTC-03:30',
    ]);
  });
});
