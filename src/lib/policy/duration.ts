/** A calendar duration in restic's notation (`1y2m3d4h`) with `w` for weeks. */
export interface Duration {
  readonly years: number;
  readonly months: number;
  /** Weeks are counted in, seven days each. */
  readonly days: number;
  readonly hours: number;
  /** As the user wrote it; reasons quote it. */
  readonly text: string;
}

const PART = /(\d{1,6})([ymwdh])/g;
const WHOLE = /^(?:\d{1,6}[ymwdh])+$/;

/** No backup is older, and the calendar's arithmetic must stay within what a date can hold. */
const LONGEST_DAYS = 366_000;

export const DURATION_EXPECTED =
  'a duration such as 14d, 2w or 1y2m3d4h (units y, m, w, d, h, each once, not zero, at most 1000 years)';

/** Parses a duration; answers undefined for anything that is not one, zero included. */
export function parseDuration(text: string): Duration | undefined {
  if (!WHOLE.test(text)) return undefined;
  const parts = new Map<string, number>();
  for (const [, digits, unit] of text.matchAll(PART)) {
    if (unit === undefined || parts.has(unit)) return undefined;
    parts.set(unit, Number(digits));
  }
  const of = (unit: string): number => parts.get(unit) ?? 0;
  const duration = { years: of('y'), months: of('m'), days: of('d') + 7 * of('w'), hours: of('h'), text };
  const { years, months, days, hours } = duration;
  const length = years * 366 + months * 31 + days + hours / 24;
  return length > 0 && length <= LONGEST_DAYS ? duration : undefined;
}
