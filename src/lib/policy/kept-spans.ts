/** How long the rules of a policy keep what its schedule makes, for as long as everything goes as it should. */

import { firingsOf, PERIOD_OF, type Firings, type PeriodRule } from './dlm-firings.ts';
import type { Duration } from './duration.ts';
import { COUNTED, isEmptyKeep, TIMED, type Keep } from './keep.ts';
import type { Schedule } from './policy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface KeptSpans {
  /** For how long (ms) points are kept, each span once, ascending. Infinity: for ever. */
  readonly spans: readonly number[];
  /** No point is kept for less. */
  readonly shortest: number;
  /** No point is kept for longer, as near as can be said. */
  readonly longest: number;
}

const FOR_EVER: KeptSpans = { spans: [Infinity], shortest: Infinity, longest: Infinity };

/** The wall times at which a schedule fires, with the day of each. */
interface Timeline {
  readonly instants: readonly number[];
  readonly days: Firings['days'];
}

/** When a rule lets go of a point, by its index: a wall time, Infinity for never, undefined beyond the years looked at. */
type LetsGo = (index: number) => number | undefined;

/**
 * By the wall clock, so that an hour of daylight saving is none. A schedule that ends, or that hardly ever fires, keeps
 * for ever as far as this goes: its last points stay.
 */
export function keptSpans(schedule: Schedule, keep: Keep): KeptSpans {
  if (isEmptyKeep(keep) || !schedule.cron.endsWith(' *)')) return FOR_EVER;
  const timeline = timelineOf(firingsOf(schedule));
  const { instants } = timeline;
  if (instants.length < 2) return FOR_EVER;
  const rules = rulesOf(keep, timeline);
  const known = new Set<number>();
  instants.forEach((instant, index) => {
    const until = latest(rules.map((rule) => rule(index)));
    if (until !== undefined) known.add(until - instant);
  });
  const spans = [...known].sort((a, b) => a - b);
  const longest = Math.max(spans.at(-1) ?? 0, beyond(keep, timeline));
  return { spans, shortest: spans[0] ?? longest, longest };
}

function timelineOf({ times, days }: Firings): Timeline {
  const all = days.flatMap((day) => times.map((time) => ({ day, instant: day.number * DAY + time })));
  return { instants: all.map(({ instant }) => instant), days: all.map(({ day }) => day) };
}

function rulesOf(keep: Keep, timeline: Timeline): readonly LetsGo[] {
  const counted = COUNTED.map((rule) => {
    const limit = keep[rule];
    return limit === undefined ? undefined : countedRule(limit, periodsOf(rule, timeline), timeline);
  });
  const timed = TIMED.map((rule) => {
    const duration = keep[rule];
    const period = rule.replace(/^within-?/, '');
    return duration && timedRule(duration, periodsOf(period, timeline), timeline);
  });
  return [...counted, ...timed].filter((rule) => rule !== undefined);
}

/** The number of each point's period, counting only those that have a point. */
function periodsOf(rule: string, { days }: Timeline): readonly number[] {
  // No schedule fires twice in an hour.
  if (!isPeriod(rule)) return days.map((_, index) => index);
  const periodOf = PERIOD_OF[rule];
  let count = 0;
  return days.map((day, index) => {
    const before = days[index - 1];
    if (before && periodOf(before) !== periodOf(day)) count += 1;
    return count;
  });
}

function isPeriod(rule: string): rule is PeriodRule {
  return Object.hasOwn(PERIOD_OF, rule);
}

/** The newest of its period goes when as many later periods have one as are kept. */
function countedRule(limit: number | 'all', periods: readonly number[], { instants }: Timeline): LetsGo {
  const starts = instants.filter((_, index) => periods[index] !== periods[index - 1]);
  return newestOf(periods, instants, (index) =>
    limit === 'all' ? Infinity : starts[(periods[index] ?? 0) + limit],
  );
}

/** A point goes when another is made that is so much younger. */
function timedRule(duration: Duration, periods: readonly number[], { instants }: Timeline): LetsGo {
  let next = 0;
  const until = instants.map((instant) => {
    const end = add(duration, instant);
    while (next < instants.length && (instants[next] ?? 0) < end) next += 1;
    return instants[next];
  });
  return newestOf(periods, instants, (index) => until[index]);
}

/** What is not the newest of its period goes when the next is made, until which it was. */
function newestOf(periods: readonly number[], instants: readonly number[], newest: LetsGo): LetsGo {
  return (index) => (periods[index + 1] === periods[index] ? instants[index + 1] : newest(index));
}

/** Months are added as a calendar has them, and what that makes of the ends of months does not matter here. */
function add({ years, months, days, hours }: Duration, wall: number): number {
  if (years === 0 && months === 0) return wall + days * DAY + hours * HOUR;
  const date = new Date(wall);
  const day = Date.UTC(date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate() + days);
  return day + (((wall % DAY) + DAY) % DAY) + hours * HOUR;
}

function latest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length < instants.length && !known.includes(Infinity) ? undefined : Math.max(...known);
}

/** How long rules keep that look further than the years that are looked at: an estimate, rather too long. */
function beyond(keep: Keep, timeline: Timeline): number {
  const { instants } = timeline;
  const [first = 0, last = 0] = [instants[0], instants.at(-1)];
  const counts = COUNTED.map((rule) => {
    const limit = keep[rule];
    if (limit === undefined) return 0;
    if (limit === 'all') return Infinity;
    const known = periodsOf(rule, timeline).at(-1) ?? 0;
    return limit < known ? 0 : ((limit + 1) * (last - first)) / Math.max(1, known);
  });
  const ages = TIMED.map((rule) => {
    const duration = keep[rule];
    const length = duration ? add(duration, first) - first : 0;
    return first + length < last ? 0 : length + (last - first) / instants.length;
  });
  return Math.max(...counts, ...ages);
}
