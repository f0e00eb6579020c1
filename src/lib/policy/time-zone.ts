import { tzOffset } from '@date-fns/tz';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;

/** Per zone: the offset of a UTC day without a transition, or undefined for a day that has one. */
const dayOffsets = new Map<string, Map<number, number | undefined>>();

/** Offset of the zone's clocks from UTC at an instant, in ms, positive to the east. */
export function offsetAt(zone: string, utc: number): number {
  const days = cacheOf(zone);
  const day = Math.floor(utc / DAY);
  if (!days.has(day)) {
    const atStart = readOffset(zone, day * DAY);
    // Zone rules change the clock at most once a day, so equal ends mean an even day.
    days.set(day, atStart === readOffset(zone, (day + 1) * DAY - 1) ? atStart : undefined);
  }
  return days.get(day) ?? readOffset(zone, Math.floor(utc / QUARTER) * QUARTER);
}

/** The local wall time at an instant, as the ms at which UTC shows the same time. */
export function wallClock(zone: string, utc: number): number {
  return utc + offsetAt(zone, utc);
}

/** The instants at which the zone's clocks show this wall time, ascending: none in a gap, two in an overlap. */
export function instantsOf(zone: string, wall: number): readonly number[] {
  const offsets = new Set([offsetAt(zone, wall - DAY), offsetAt(zone, wall + DAY)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((utc) => wallClock(zone, utc) === wall)
    .sort((a, b) => a - b);
}

/**
 * One instant for any wall time, resolved as Go's `time.Date` does, because restic's calendar arithmetic is Go's: the
 * wall time is first read as UTC, and the offset found there decides in a gap and in an overlap. West of Greenwich a
 * time in a gap so moves back and the first of two is taken, in the east it moves on and the second is.
 */
export function instantLikeGo(zone: string, wall: number): number {
  const utc = wall - offsetAt(zone, wall);
  return wall - offsetAt(zone, utc);
}

export function isTimeZone(name: string): boolean {
  // Offsets such as +09:00 are accepted by Intl, but a calendar zone must know its own daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** IANA names, for suggestions; aliases that also work are not all in it. */
export function knownTimeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

function cacheOf(zone: string): Map<number, number | undefined> {
  const known = dayOffsets.get(zone);
  if (known) return known;
  const days = new Map<number, number | undefined>();
  dayOffsets.set(zone, days);
  return days;
}

function readOffset(zone: string, utc: number): number {
  const minutes = tzOffset(zone, new Date(utc));
  if (Number.isNaN(minutes))
    throw new RangeError(`time zone is ${JSON.stringify(zone)}, expected an IANA name`);
  return Math.round(minutes * MINUTE);
}
