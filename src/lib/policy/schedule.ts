import { parseCronFields, type CronTimes } from './cron.ts';
import type { Parsed } from './keep.ts';
import type { Schedule } from './policy.ts';
import { scheduleAdvice } from './schedule-advice.ts';
import { SlotIntervals } from './slot-intervals.ts';
import { instantsOf, wallClock } from './time-zone.ts';
import { gapsOf } from './zone-gaps.ts';

export const SCHEDULE_EXPECTED =
  'cron(minute hour day-of-month month day-of-week year), or every 1, 2, 3, 4, 6, 8, 12 or 24 hours [from hh:mm]';

const DAY = 86_400_000;
/** Scheduler takes expressions of at most 256 characters. */
const LONGEST = 256;
/** The end of EventBridge's last year, 2199. */
const LAST = Date.UTC(2200, 0, 1);
/** How far back a slot is looked for: longer than the four years between two 29 Februaries. */
const LOOK_BACK = 5 * 366 * DAY;
/** More than any zone's clocks are ever put back. */
const OVERLAP = DAY / 8;

const compiled = new Map<string, CronTimes>();

/** Parses `cron(…)` as EventBridge Scheduler has it, or `every 6 hours [from 01:30]`. */
export function parseSchedule(text: string): Parsed<Schedule> {
  const trimmed = text.trim();
  const words = trimmed.slice(0, LONGEST + 1).replaceAll(/\s+/g, ' ');
  const fields = /^cron\((.*)\)$/i.exec(words)?.[1] ?? everyToFields(words);
  const parsed: Parsed<CronTimes> =
    words.length <= LONGEST && fields !== undefined
      ? parseCronFields(fields)
      : {
          ok: false,
          problem: `${JSON.stringify(words.slice(0, 80))} is not a schedule, expected ${SCHEDULE_EXPECTED}`,
        };
  if (parsed.ok) return { ok: true, value: { text: trimmed, cron: parsed.value.expression } };
  const advice = scheduleAdvice(words).find((candidate) => isSchedule(candidate));
  return { ok: false, problem: advice ? `${parsed.problem}; did you mean ${advice}?` : parsed.problem };
}

/** The first slot strictly after an instant; undefined when the schedule has ended. */
export function nextSlot(schedule: Schedule, zone: string, after: number): number | undefined {
  const intervals = intervalsOf(schedule, zone);
  const known = intervals.next(after);
  if (known !== undefined) return known;
  for (const slot of slotsBetween(schedule, zone, after + 1, LAST)) {
    intervals.learnNext(after, slot);
    return slot;
  }
  return undefined;
}

/** The last slot at or before an instant; undefined when the last five years have none. */
export function previousSlot(schedule: Schedule, zone: string, atOrBefore: number): number | undefined {
  const intervals = intervalsOf(schedule, zone);
  const known = intervals.previous(atOrBefore);
  if (known !== undefined) return known;
  const slot = findPrevious(schedule, zone, atOrBefore);
  if (slot !== undefined) intervals.learnPrevious(atOrBefore, slot);
  return slot;
}

const remembered = new Map<string, SlotIntervals>();

function intervalsOf({ cron }: Schedule, zone: string): SlotIntervals {
  const key = `${cron} ${zone}`;
  const known = remembered.get(key) ?? new SlotIntervals();
  remembered.set(key, known);
  return known;
}

function findPrevious(schedule: Schedule, zone: string, atOrBefore: number): number | undefined {
  const { times, days } = timesOf(schedule);
  // In the second pass of a doubled hour, a later wall time has already fired in the first.
  const latest = wallClock(zone, atOrBefore) + OVERLAP;
  let [day] = days.previousRuns(1, new Date(startOfDay(latest) + DAY));
  while (day && day.getTime() > latest - LOOK_BACK) {
    for (const time of times.toReversed()) {
      const wall = day.getTime() + time;
      const slot = wall <= latest ? instantsOf(zone, wall)[0] : undefined;
      if (slot !== undefined && slot <= atOrBefore) return slot;
    }
    [day] = days.previousRuns(1, day);
  }
  return undefined;
}

// A fixed span, because deciding code has no clock: every month, both changes of the clock, one leap day.
const SAMPLE = [Date.UTC(2028, 0, 1), Date.UTC(2029, 0, 8)] as const;

/** The longest time (ms) between two slots of a year; Infinity for a schedule that has fewer than two. */
export function longestGap(schedule: Schedule, zone: string): number {
  let [longest, last] = [-Infinity, -Infinity];
  for (const slot of slotsBetween(schedule, zone, ...SAMPLE)) {
    if (last > -Infinity) longest = Math.max(longest, slot - last);
    last = slot;
  }
  const tail = SAMPLE[1] - last;
  return longest > 0 ? Math.max(longest, tail) : Infinity;
}

/**
 * The slots from an instant (inclusive) to another (exclusive), ascending, as EventBridge Scheduler fires them:
 * a local time that does not exist is skipped, one that occurs twice fires the first time only.
 */
export function* slotsBetween(schedule: Schedule, zone: string, from: number, to: number): Generator<number> {
  const lastWall = wallClock(zone, to) + OVERLAP;
  for (const wall of wallTimes(schedule, wallClock(zone, from))) {
    if (wall > lastWall) return;
    const slot = instantsOf(zone, wall)[0];
    if (slot === undefined || slot < from) continue;
    if (slot >= to) return;
    yield slot;
  }
}

/**
 * Why a schedule would lose a day's backup to daylight saving in this zone, and what to do; undefined when it never
 * does. A schedule that also fires outside the gap on that day loses nothing.
 */
export function gapProblem(schedule: Schedule, zone: string): string | undefined {
  for (const gap of gapsOf(zone)) {
    for (let day = startOfDay(gap.from); day < gap.to; day += DAY) {
      const walls = wallTimesOfDay(schedule, day);
      if (walls.length === 0 || walls.some((wall) => instantsOf(zone, wall).length > 0)) continue;
      const [from, to] = [clockOf(gap.from), clockOf(gap.to)];
      const date = new Date(day).toISOString().slice(0, 10);
      return (
        `${someTimes(walls)} not exist in ${zone} on ${date} (clocks jump ${from} to ${to}) ` +
        `and the scheduler would skip that backup; choose a time outside ${from}-${to}`
      );
    }
  }
  return undefined;
}

/** `every 6 hours from 01:30` as the fields of a cron: the same hours each day. */
function everyToFields(text: string): string | undefined {
  const match = /^every (1|2|3|4|6|8|12|24) hours?(?: from ([01]\d|2[0-3]):([0-5]\d))?$/i.exec(text);
  if (!match) return undefined;
  const [step, hour, minute] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
  if (step === 1) return `${minute} * * * ? *`;
  const hours = Array.from({ length: 24 / step }, (_, index) => (hour % step) + index * step);
  return `${minute} ${hours.join(',')} * * ? *`;
}

function isSchedule(text: string): boolean {
  const fields = /^cron\((.*)\)$/.exec(text)?.[1] ?? everyToFields(text);
  return fields !== undefined && parseCronFields(fields).ok;
}

function timesOf(schedule: Schedule): CronTimes {
  const known = compiled.get(schedule.cron);
  if (known) return known;
  const parsed = parseCronFields(/^cron\((.*)\)$/.exec(schedule.cron)?.[1] ?? schedule.cron);
  if (!parsed.ok) throw new RangeError(`schedule ${JSON.stringify(schedule.text)}: ${parsed.problem}`);
  compiled.set(schedule.cron, parsed.value);
  return parsed.value;
}

/** Wall times at or after one, ascending. Days are enumerated and times spread over them, which is cheap. */
function* wallTimes(schedule: Schedule, from: number): Generator<number> {
  const { times, days } = timesOf(schedule);
  let day = days.nextRun(new Date(startOfDay(from) - 1));
  while (day && day.getTime() < LAST) {
    for (const time of times) {
      if (day.getTime() + time >= from) yield day.getTime() + time;
    }
    day = days.nextRun(day);
  }
}

function wallTimesOfDay(schedule: Schedule, day: number): readonly number[] {
  const { times, days } = timesOf(schedule);
  const fires = days.nextRun(new Date(day - 1))?.getTime() === day;
  return fires ? times.map((time) => day + time) : [];
}

function startOfDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}

function clockOf(wall: number): string {
  return new Date(wall).toISOString().slice(11, 16);
}

function someTimes(walls: readonly number[]): string {
  const shown = walls.slice(0, 3).map(clockOf).join(', ');
  const more = walls.length > 3 ? ` and ${walls.length - 3} more` : '';
  return `${shown}${more} ${walls.length === 1 ? 'does' : 'do'}`;
}
