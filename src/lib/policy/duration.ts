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

export const DURATION_EXPECTED =
  'a duration such as 14d, 2w or 1y2m3d4h (units y, m, w, d, h, each once, not zero)';

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
  return duration.years + duration.months + duration.days + duration.hours > 0 ? duration : undefined;
}
