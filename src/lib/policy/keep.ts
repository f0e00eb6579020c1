import { DURATION_EXPECTED, parseDuration, type Duration } from './duration.ts';
import { didYouMean } from './suggest.ts';

/** Counted rules, in the order in which reasons are given. */
export const COUNTED = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
/** Rules by age, measured from the newest good point. */
export const TIMED = [
  'within',
  'within-hourly',
  'within-daily',
  'within-weekly',
  'within-monthly',
  'within-yearly',
] as const;

export type CountedRule = (typeof COUNTED)[number];
export type TimedRule = (typeof TIMED)[number];
export type KeepRule = CountedRule | TimedRule;

/** Retention rules as restic has them. No rule at all keeps everything. */
export type Keep = Readonly<Partial<Record<CountedRule, number | 'all'> & Record<TimedRule, Duration>>>;

export const KEEP_RULES: readonly KeepRule[] = [...COUNTED, ...TIMED];
export const COUNT_EXPECTED = 'a whole number from 1 to 1000000, or all';

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** One rule's value, from text or from a number of a YAML file. */
export function parseKeepValue(rule: KeepRule, value: string | number): Parsed<number | 'all' | Duration> {
  const problem = (expected: string): Parsed<never> => ({
    ok: false,
    problem: `${rule} is ${typeof value === 'string' ? JSON.stringify(value) : value}, expected ${expected}`,
  });
  if (isCounted(rule)) {
    if (value === 'all') return { ok: true, value };
    const count = typeof value === 'number' ? value : /^\d{1,7}$/.test(value) ? Number(value) : NaN;
    if (Number.isInteger(count) && count >= 1 && count <= 1_000_000) return { ok: true, value: count };
    return problem(count === 0 ? `${COUNT_EXPECTED} (leave the rule out instead of zero)` : COUNT_EXPECTED);
  }
  const duration = parseDuration(String(value));
  return duration ? { ok: true, value: duration } : problem(DURATION_EXPECTED);
}

/**
 * The one-line form of `keep`, as in the tag `Backup:Keep` and in `--keep`: `last=3 daily=7 within=14d`.
 * Nothing but white space is no rules. Answers every problem in one sentence.
 */
export function parseKeep(text: string): Parsed<Keep> {
  const rules: Partial<Record<KeepRule, number | 'all' | Duration>> = {};
  const problems: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name = '', value, ...rest] = word.split('=');
    if (!isKeepRule(name)) {
      problems.push(`${JSON.stringify(name)} is not a rule${didYouMean(name, KEEP_RULES)}`);
    } else if (value === undefined || value === '' || rest.length > 0) {
      problems.push(`${JSON.stringify(word)} is not of the form ${name}=VALUE`);
    } else if (name in rules) {
      problems.push(`${name} is given twice`);
    } else {
      const parsed = parseKeepValue(name, value);
      if (parsed.ok) rules[name] = parsed.value;
      else problems.push(parsed.problem);
    }
  }
  return problems.length > 0
    ? { ok: false, problem: problems.join('; ') }
    : { ok: true, value: rules as Keep };
}

/** The one-line form, in the rules' own order; `parseKeep` reads it back. */
export function formatKeep(keep: Keep): string {
  const words: string[] = [];
  for (const rule of COUNTED) if (keep[rule] !== undefined) words.push(`${rule}=${String(keep[rule])}`);
  for (const rule of TIMED) if (keep[rule]) words.push(`${rule}=${keep[rule].text}`);
  return words.join(' ');
}

export function isEmptyKeep(keep: Keep): boolean {
  return KEEP_RULES.every((rule) => keep[rule] === undefined);
}

function isCounted(rule: KeepRule): rule is CountedRule {
  return (COUNTED as readonly string[]).includes(rule);
}

function isKeepRule(name: string): name is KeepRule {
  return (KEEP_RULES as readonly string[]).includes(name);
}
