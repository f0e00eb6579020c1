/**
 * Compares retention with the real restic. Before 0.16 restic did not keep the oldest (restic#3624) and knew no
 * `unlimited`: with such a one, points that only an `oldest …` reason keeps are left out of the comparison, and so are
 * the rules with `all`. Points of the future are left out always: restic counts them, we do not.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retain } from '../../src/lib/plan/retention.ts';
import { instant, keep, DAY, HOUR } from '../support/points.ts';
import { resticReasons } from '../support/restic-reference.ts';
import { ResticRepository, resticVersion } from './restic.ts';

interface Series {
  readonly zone: string;
  readonly times: readonly number[];
}

function every(step: number, from: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => instant(from) + index * step);
}

const SERIES: Readonly<Record<string, Series>> = {
  'two-years': {
    zone: 'America/New_York',
    times: [
      ...every(31 * DAY + 5 * HOUR, '2021-03-01T15:00Z', 18),
      ...every(9 * DAY + 1 * HOUR, '2022-10-01T15:00Z', 6),
      ...every(DAY / 2, '2022-12-24T05:00Z', 18),
    ],
  },
  'clocks-back': { zone: 'America/New_York', times: every(HOUR / 2, '2022-11-06T03:00Z', 12) },
  'gap-behind': {
    zone: 'America/New_York',
    times: [...every(HOUR / 2, '2022-03-13T05:30:01Z', 6), instant('2022-03-14T06:30Z')],
  },
  'clocks-back-south': { zone: 'Australia/Sydney', times: every(HOUR / 2, '2022-04-02T13:00:01Z', 8) },
  'month-end': {
    zone: 'Pacific/Kiritimati',
    times: [
      ...every(DAY, '2022-02-27T09:30Z', 5),
      instant('2022-03-30T11:00Z'),
      instant('2022-03-31T09:30Z'),
    ],
  },
};

const RULES = [
  'last=3',
  'hourly=5',
  'daily=3',
  'daily=200',
  'weekly=4',
  'weekly=60',
  'monthly=7',
  'yearly=5',
  'last=2 daily=4 weekly=3 monthly=12 yearly=2',
  'within=1h',
  'within=1d',
  'within=1m',
  'within=1y2m3d4h',
  'within-hourly=30h within-daily=5d',
  'within-weekly=1m within-monthly=6m within-yearly=2y',
  'daily=2 within-weekly=3m',
  'daily=all',
  'last=1 monthly=all',
];

const version = resticVersion();
const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
const isOld = major === 0 && minor < 16;

// Said aloud, because a skipped suite looks like one that passed.
process.stdout.write(
  version === undefined
    ? 'Skipped: there is no restic on the PATH, so retention was not compared with it.\n'
    : `Comparing with restic ${version}${isOld ? ', which keeps no oldest and knows no all: those are left out' : ''}.\n`,
);

function flagsOf(rules: string): string[] {
  return rules.split(' ').map((word) => {
    const [rule = '', value = ''] = word.split('=');
    return `--keep-${rule}=${value === 'all' ? 'unlimited' : value}`;
  });
}

/** What we keep, newest first, but for what only our guard or a newer restic keeps. */
function ourKept({ times, zone }: Series, rules: string): number[] {
  const points = times.map((slot) => ({ slot, state: 'good' as const }));
  const now = instant('2030-01-01');
  const verdicts = retain(points, { keep: keep(rules), timezone: zone, now, source: 'guard' });
  const isRestics = (reason: string): boolean =>
    reason !== 'last good of guard' && !(isOld && reason.startsWith('oldest '));
  return times
    .filter((_, index) => {
      const verdict = verdicts[index];
      return verdict?.decision === 'keep' && verdict.reasons.some(isRestics);
    })
    .toSorted((a, b) => b - a);
}

function referenceKept({ times, zone }: Series, rules: string): number[] {
  const newestFirst = times.toSorted((a, b) => b - a);
  const reasons = resticReasons(newestFirst, keep(rules), zone);
  return newestFirst.filter((_, index) =>
    reasons[index]?.some((reason) => !(isOld && reason.startsWith('oldest '))),
  );
}

describe.skipIf(version === undefined)('keeps what restic keeps', () => {
  let repository: ResticRepository | undefined;

  beforeAll(() => {
    repository = new ResticRepository();
    for (const [name, { zone, times }] of Object.entries(SERIES)) {
      for (const time of times) repository.backup(time, name, zone);
    }
  });
  afterAll(() => repository?.remove());

  describe.each(Object.entries(SERIES))('%s', (name, series) => {
    test.each(RULES.filter((rules) => !(isOld && rules.includes('all'))))('%s', (rules) => {
      const theirs = repository?.kept(name, flagsOf(rules), series.zone);
      const shown = (times: readonly number[] | undefined): string[] | undefined =>
        times?.map((time) => new Date(time).toISOString());
      expect(shown(ourKept(series, rules))).toEqual(shown(theirs));
      expect(shown(referenceKept(series, rules))).toEqual(shown(theirs));
    });
  });
});
