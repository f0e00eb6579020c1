import { offsetAt } from './time-zone.ts';

// The span of zone-gaps.ts, for the same reasons.
const FIRST = Date.UTC(2026, 0, 1);
const END = Date.UTC(2046, 0, 1);
const STEP = 7 * 86_400_000;
const MINUTE = 60_000;

const known = new Map<string, readonly number[]>();

/** Every offset from UTC (ms, positive to the east) that a zone's clocks have in 2026…2045, ascending. */
export function offsetsOf(zone: string): readonly number[] {
  let offsets = known.get(zone);
  if (!offsets) {
    const found = new Set<number>();
    for (let time = FIRST; time < END; time += STEP) found.add(offsetAt(zone, time));
    known.set(zone, (offsets = [...found].sort((a, b) => a - b)));
  }
  return offsets;
}

/** `UTC+05:30`. */
export function offsetText(offset: number): string {
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
