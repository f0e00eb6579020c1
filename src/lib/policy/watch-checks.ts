import { longestGap, parseSchedule } from './schedule.ts';
import type { Finding } from './yaml-source.ts';

const HOUR = 3_600_000;
/** The alarms for silence may look back a day: twice this, so that one late run does not ring. */
const LONGEST = 12 * HOUR;

/** What is looked at too seldom is found out too late. */
export function checkRests(
  path: readonly string[],
  schedule: unknown,
  zone: string | undefined,
): readonly Finding[] {
  const parsed = typeof schedule === 'string' ? parseSchedule(schedule) : undefined;
  if (!parsed?.ok || zone === undefined) return [];
  const gap = longestGap(parsed.value, zone);
  // The hour that autumn adds to a day.
  if (gap <= LONGEST + HOUR) return [];
  const rests = Number.isFinite(gap) ? `rests for ${Math.round(gap / HOUR)} hours` : 'ends';
  return [
    {
      path,
      message: `${rests}, expected at most 12 hours between two runs`,
      at: 'value',
    },
  ];
}
