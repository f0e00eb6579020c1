/** Durations of weeks, days and hours: of one length wherever and whenever they begin. */

import * as z from 'zod';
import { parseDuration } from './duration.ts';
import type { Parsed } from './keep.ts';
import { complaint, into } from './schema-words.ts';

const HOUR = 3_600_000;

interface Bounds {
  /** Both as the file writes them, such as `1d`; both are accepted. */
  readonly least: string;
  readonly most?: string;
  /** What messages give as an example. */
  readonly example: string;
  /** Hours are not taken, not even 24 of them. */
  readonly wholeDays?: boolean;
}

/** A duration between two others, in ms. */
export function fixedDuration(bounds: Bounds) {
  const { least, most, example, wholeDays = false } = bounds;
  const range = most === undefined ? `, at least ${least}` : ` from ${least} to ${most}`;
  const expected = `a duration of ${wholeDays ? 'days and weeks' : 'days, weeks and hours'}${range}, such as ${example}`;
  return z
    .string(complaint('a duration', expected))
    .meta({ pattern: `^(?:[0-9]{1,6}[${wholeDays ? 'wd' : 'wdh'}])+$` })
    .transform(
      into((text: string): Parsed<number> => {
        const value = lengthOf(text);
        if (value !== undefined && isWithin(value, bounds) && !(wholeDays && text.includes('h')))
          return { ok: true, value };
        const problem = `${JSON.stringify(text.slice(0, 80))} is not accepted, expected ${expected}`;
        return { ok: false, problem };
      }),
    );
}

/** Such as `30d` or `1d12h`, of ms. */
export function fixedText(length: number): string {
  const hours = Math.round(length / HOUR);
  const [days, rest] = [Math.floor(hours / 24), hours % 24];
  return [...(days > 0 ? [`${days}d`] : []), ...(rest > 0 || days === 0 ? [`${rest}h`] : [])].join('');
}

function isWithin(value: number, { least, most }: Bounds): boolean {
  const [lower = 0, upper = Infinity] = [lengthOf(least), most === undefined ? undefined : lengthOf(most)];
  return value >= lower && value <= upper;
}

/** Undefined for what is no duration, or one whose length depends on the calendar. */
function lengthOf(text: string): number | undefined {
  const duration = parseDuration(text);
  if (duration?.years !== 0 || duration.months !== 0) return undefined;
  return (duration.days * 24 + duration.hours) * HOUR;
}
