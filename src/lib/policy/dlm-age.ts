import type { Duration } from './duration.ts';
import type { Parsed } from './keep.ts';
import type { DlmAge, DlmAgeUnit } from './policy.ts';

const MOST: Readonly<Record<DlmAgeUnit, number>> = { DAYS: 36_500, WEEKS: 5200, MONTHS: 1200, YEARS: 100 };
const DAYS: Readonly<Record<DlmAgeUnit, number>> = { DAYS: 1, WEEKS: 7, MONTHS: 30, YEARS: 365 };
const LETTER: Readonly<Record<DlmAgeUnit, string>> = { DAYS: 'd', WEEKS: 'w', MONTHS: 'm', YEARS: 'y' };

export const AGE_EXPECTED =
  'an age in one unit, such as 14d, 8w, 6m or 2y (at most 36500d, 5200w, 1200m or 100y)';

/** A duration as DLM has it: a number of days, weeks, months or years. Years and months make months. */
export function ageOf(duration: Duration): Parsed<DlmAge> {
  const { years, months, days, hours, text } = duration;
  const no = (hint: string): Parsed<never> => ({
    ok: false,
    problem: `${text}, expected ${AGE_EXPECTED} with engine: dlm${hint}`,
  });
  if (hours > 0) {
    const whole = years === 0 && months === 0 && hours % 24 === 0;
    return no(whole ? `; write ${days + hours / 24}d` : '; DLM counts no hours, engine: lambda does');
  }
  const [calendar, plain] = [years + months > 0, days > 0];
  if (calendar && plain) return no('; DLM takes days or months, not both, engine: lambda does');
  const age = calendar ? monthsOf(years, months) : daysOf(days, text);
  return age.interval <= MOST[age.unit] ? { ok: true, value: age } : no('');
}

/** For comparisons: a month is 30 days, a year 365. */
export function daysOfAge({ interval, unit }: DlmAge): number {
  return interval * DAYS[unit];
}

/** An age less another, in one unit; undefined when one counts days and the other months, or nothing is left. */
export function subtractAge(from: DlmAge, less: DlmAge): DlmAge | undefined {
  if (isCalendar(from) !== isCalendar(less)) return undefined;
  const unit = from.unit === less.unit ? from.unit : isCalendar(from) ? 'MONTHS' : 'DAYS';
  const interval = inUnit(from, unit) - inUnit(less, unit);
  return interval > 0 ? { interval, unit } : undefined;
}

/** Ten years, which is the longest before DLM deprecates an AMI: 120 months, 520 weeks, 3650 days. */
export function isOverTenYears({ interval, unit }: DlmAge): boolean {
  return interval > MOST[unit] / 10;
}

/** `14d`, as it is written in the file. */
export function ageText({ interval, unit }: DlmAge): string {
  return `${interval}${LETTER[unit]}`;
}

function monthsOf(years: number, months: number): DlmAge {
  return months === 0
    ? { interval: years, unit: 'YEARS' }
    : { interval: years * 12 + months, unit: 'MONTHS' };
}

function daysOf(days: number, text: string): DlmAge {
  return /^\d+w$/.test(text) ? { interval: days / 7, unit: 'WEEKS' } : { interval: days, unit: 'DAYS' };
}

export function isCalendar({ unit }: DlmAge): boolean {
  return unit === 'MONTHS' || unit === 'YEARS';
}

function inUnit({ interval, unit }: DlmAge, wanted: DlmAgeUnit): number {
  if (unit === wanted) return interval;
  return unit === 'YEARS' ? interval * 12 : interval * 7;
}
