import { describe, expect, test } from 'vitest';
import { dlmSchedules } from '../../../src/lib/policy/dlm-schedules.ts';
import { scheduleWords } from '../../../src/lib/policy/dlm-words.ts';
import { parseKeep } from '../../../src/lib/policy/keep.ts';
import { parseSchedule } from '../../../src/lib/policy/schedule.ts';

/** A line a schedule; `keep` in its one-line form. */
function wordsOf(text: string, keepText: string, timezone = 'UTC'): readonly string[] {
  const [schedule, keep] = [parseSchedule(text), parseKeep(keepText)];
  if (!schedule.ok || !keep.ok) throw new Error(`${text}, ${keepText}: not a schedule or not rules`);
  const { schedules, problems } = dlmSchedules({ schedule: schedule.value, timezone }, keep.value);
  return problems.length > 0
    ? problems.map(({ message }) => message)
    : scheduleWords({ schedules, keep: keep.value });
}

describe('one schedule', () => {
  test.each([
    ['every 1 hours', 'last=24', 'base: every 1 hour from 00:00 UTC, keeps 24'],
    ['every 6 hours', 'hourly=8', 'base: every 6 hours from 00:00 UTC, keeps 8'],
    ['every 6 hours', 'last=4 hourly=8', 'base: every 6 hours from 00:00 UTC, keeps 8'],
    ['cron(0 3 * * ? *)', 'daily=7', 'base: cron(0 3 * * ? *) UTC, keeps 7'],
    ['cron(0 3 ? * SUN *)', 'daily=7 weekly=12', 'base: cron(0 3 ? * SUN *) UTC, keeps 12'],
    ['cron(0 3 1 * ? *)', 'last=2 daily=3 weekly=4 monthly=12', 'base: cron(0 3 1 * ? *) UTC, keeps 12'],
    ['cron(0 3 1 6 ? *)', 'yearly=5', 'base: cron(0 3 1 6 ? *) UTC, keeps 5'],
    ['cron(0 3 ? * FRIL *)', 'monthly=5', 'base: cron(0 3 ? * FRIL *) UTC, keeps 5'],
    ['every 24 hours', 'within=14d', 'base: every 24 hours from 00:00 UTC, keeps each for 14d'],
    ['every 24 hours', 'within=8w', 'base: every 24 hours from 00:00 UTC, keeps each for 8w'],
    ['every 24 hours', 'within=1w3d', 'base: every 24 hours from 00:00 UTC, keeps each for 10d'],
    ['every 24 hours', 'within=1y2m', 'base: every 24 hours from 00:00 UTC, keeps each for 14m'],
    ['every 24 hours', 'within=2y', 'base: every 24 hours from 00:00 UTC, keeps each for 2y'],
  ])('%s, %s', (text, keep, line) => {
    expect(wordsOf(text, keep)).toEqual([line]);
  });
});

describe('a schedule for each rule that keeps the newest of a period', () => {
  test.each([
    [
      'all but one in Seoul',
      ['every 1 hours', 'last=24 daily=7 weekly=4 monthly=12', 'Asia/Seoul'],
      [
        'base: every 1 hour from 00:00 UTC, keeps 24',
        'daily: cron(0 14 * * ? *) UTC, keeps 7',
        'weekly: cron(0 14 ? * SUN *) UTC, keeps 4',
        'monthly: cron(0 14 L * ? *) UTC, keeps 12',
        'daily, weekly and monthly fire with base: DLM then makes one backup, kept by the longest',
      ],
    ],
    [
      'the base keeps the newest where nothing says more',
      ['cron(0 3 * * ? *)', 'yearly=7'],
      [
        'base: cron(0 3 * * ? *) UTC, keeps 1',
        'yearly: cron(0 3 31 12 ? *) UTC, keeps 7',
        'yearly fires with base: DLM then makes one backup, kept by the longest',
      ],
    ],
    [
      'a rule that keeps every firing is the base',
      ['cron(0 3 * * ? *)', 'last=3 daily=7 weekly=4'],
      [
        'base: cron(0 3 * * ? *) UTC, keeps 7',
        'weekly: cron(0 3 ? * SUN *) UTC, keeps 4',
        'weekly fires with base: DLM then makes one backup, kept by the longest',
      ],
    ],
    [
      'two rules that fire together are one, with the name of the finer and the larger count',
      ['cron(0 * ? * SUN *)', 'daily=3 weekly=9'],
      [
        'base: cron(0 * ? * SUN *) UTC, keeps 1',
        'daily: cron(0 23 ? * SUN *) UTC, keeps 9',
        'daily fires with base: DLM then makes one backup, kept by the longest',
      ],
    ],
  ])('%s', (_, [text = '', keep = '', timezone], lines) => {
    expect(wordsOf(text, keep, timezone)).toEqual(lines);
  });
});

describe('where two schedules keep about equally long, the coarser keeps more, so that none is lost', () => {
  const MORE = 'more are kept so that nothing is lost where it fires with a finer schedule';
  test.each([
    [
      '30 days and a month',
      ['every 6 hours', 'daily=30 monthly=1'],
      `monthly: cron(0 18 L * ? *) UTC, keeps 2 (1 asked: ${MORE})`,
    ],
    [
      '28 days and a month, whichever is taken',
      ['every 6 hours', 'daily=28 monthly=1'],
      'monthly: cron(0 18 L * ? *) UTC, keeps 1',
    ],
    [
      'a week and 7 days, whichever is taken',
      ['every 6 hours', 'daily=7 weekly=1'],
      'weekly: cron(0 18 ? * SUN *) UTC, keeps 1',
    ],
    [
      '21 working days and 4 weeks',
      ['cron(0 9-17 ? * MON-FRI *)', 'daily=21 weekly=4'],
      `weekly: cron(0 17 ? * FRI *) UTC, keeps 5 (4 asked: ${MORE})`,
    ],
    [
      'a month that is plainly the longer',
      ['every 6 hours', 'daily=7 monthly=3'],
      'monthly: cron(0 18 L * ? *) UTC, keeps 3',
    ],
    [
      'days that are plainly the longer',
      ['every 6 hours', 'daily=90 monthly=1'],
      'monthly: cron(0 18 L * ? *) UTC, keeps 1',
    ],
    [
      '12 months and a year, whichever is taken',
      ['every 6 hours', 'monthly=12 yearly=1'],
      'yearly: cron(0 18 31 12 ? *) UTC, keeps 1',
    ],
  ])('%s', (_, [text = '', keep = ''], line) => {
    expect(wordsOf(text, keep).slice(2, 3)).toEqual([line]);
  });
});
