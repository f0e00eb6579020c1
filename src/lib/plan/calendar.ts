import type { Duration } from '../policy/duration.ts';
import { instantLikeGo, wallClock } from '../policy/time-zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Numbers the period that a wall time falls into; equal numbers mean the same period. */
export type PeriodOf = (wall: number) => number;

const day: PeriodOf = (wall) => Math.floor(wall / DAY);

export const PERIODS = {
  hourly: (wall) => Math.floor(wall / HOUR),
  daily: day,
  // ISO weeks begin on Monday, and 1 January 1970 was a Thursday.
  weekly: (wall) => Math.floor((day(wall) + 3) / 7),
  monthly: (wall) => {
    const date = new Date(wall);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  },
  yearly: (wall) => new Date(wall).getUTCFullYear(),
} as const satisfies Record<string, PeriodOf>;

/**
 * The instant a duration before another, as restic has it: years, months and days on the zone's calendar,
 * where 31 March less one month is 3 March, then hours on the clock.
 */
export function subtract(duration: Duration, from: number, zone: string): number {
  const wall = new Date(wallClock(zone, from));
  const timeOfDay = wall.getTime() - Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
  const date = Date.UTC(
    wall.getUTCFullYear() - duration.years,
    wall.getUTCMonth() - duration.months,
    wall.getUTCDate() - duration.days,
  );
  return instantLikeGo(zone, date + timeOfDay) - duration.hours * HOUR;
}
