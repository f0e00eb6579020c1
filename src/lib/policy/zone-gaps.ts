import { offsetAt, wallClock } from './time-zone.ts';

/** Wall times that a zone's clocks jump over: from inclusive, to exclusive, as ms at which UTC shows them. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

// A fixed span, because deciding code has no clock. Rules of zones change; those of today are what is known.
const FIRST = Date.UTC(2026, 0, 1);
const END = Date.UTC(2046, 0, 1);
// No zone undoes a change within a week; the shortest known pair is Morocco's month of Ramadan.
const STEP = 7 * 86_400_000;
const SECOND = 1000;

const gapsByZone = new Map<string, readonly Gap[]>();

/** The gaps of a zone in 2026…2045, ascending. */
export function gapsOf(zone: string): readonly Gap[] {
  let gaps = gapsByZone.get(zone);
  if (!gaps) gapsByZone.set(zone, (gaps = findGaps(zone)));
  return gaps;
}

function findGaps(zone: string): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let start = FIRST; start < END; start += STEP) {
    if (offsetAt(zone, start + STEP) <= offsetAt(zone, start)) continue;
    const change = transitionBetween(zone, start, start + STEP);
    gaps.push({ from: change + offsetAt(zone, start), to: wallClock(zone, change) });
  }
  return gaps;
}

/** The first instant after the change of offset, to the second. */
function transitionBetween(zone: string, before: number, after: number): number {
  const offset = offsetAt(zone, before);
  let [low, high] = [before, after];
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
    if (offsetAt(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}
