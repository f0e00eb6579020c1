/** Retention in DLM's words: one to four schedules, each with a count, or one with an age. */

import { ageOf } from './dlm-age.ts';
import { createRule, frequencyProblem, lastOfPeriodRule, type ZonedSchedule } from './dlm-create.ts';
import { firingsOf, lastFirings, PERIOD_RULES, sameFirings, type PeriodRule } from './dlm-firings.ts';
import { listed, problem, type DlmProblem } from './dlm-problem.ts';
import { safeCounts } from './dlm-spans.ts';
import { COUNTED, isEmptyKeep, TIMED, type Keep } from './keep.ts';
import type { DlmCreate, DlmSchedule } from './policy.ts';

const MOST_COUNT = 1000;
const MOST_SCHEDULES = 4;

export interface DlmSchedules {
  /** Empty where there is a problem. */
  readonly schedules: readonly DlmSchedule[];
  readonly problems: readonly DlmProblem[];
}

/**
 * The schedules that keep all that the rules keep, or why DLM cannot. The first, `base`, fires whenever the policy does and
 * keeps the newest, and as many as each rule that wants every firing; another rule is a schedule of its own, which
 * fires with the last backup of each period, because that is the one that the rule keeps.
 */
export function dlmSchedules({ schedule, timezone }: ZonedSchedule, keep: Keep): DlmSchedules {
  const key = JSON.stringify([schedule, timezone, keep]);
  const answer = known.get(key) ?? translate({ schedule, timezone }, keep);
  known.set(key, answer);
  return answer;
}

/** Checked when the file is, and asked again when the policy is put together. */
const known = new Map<string, DlmSchedules>();

function translate(zoned: ZonedSchedule, keep: Keep): DlmSchedules {
  const frequency = frequencyProblem(zoned.schedule);
  const create = frequency === undefined ? createRule(zoned) : undefined;
  const problems = [
    ...(frequency === undefined ? [] : [problem(['schedule'], frequency)]),
    ...(create && !create.ok ? [problem(['schedule'], create.problem)] : []),
    ...keepProblems(keep),
  ];
  if (!create?.ok || problems.length > 0) return { schedules: [], problems };
  if (keep.within) return ageSchedules(create.value, keep.within);
  return countSchedules(zoned, keep, create.value);
}

/** What is wrong with the rules whatever the schedule. */
export function keepProblems(keep: Keep): readonly DlmProblem[] {
  if (isEmptyKeep(keep)) {
    const message =
      'no rules, expected some with engine: dlm, which keeps nothing for ever; engine: lambda keeps all';
    return [problem(['keep'], message)];
  }
  const problems: DlmProblem[] = [];
  for (const rule of COUNTED) {
    const count = keep[rule];
    if (count === undefined || (count !== 'all' && count <= MOST_COUNT)) continue;
    const message = `${rule} is ${count}, expected 1 to ${MOST_COUNT} with engine: dlm; lower it, or engine: lambda`;
    problems.push(problem(['keep', rule], message));
  }
  for (const rule of TIMED.slice(1)) {
    const duration = keep[rule];
    if (!duration) continue;
    const message = `${rule} is ${duration.text}, which DLM does not have, expected last, hourly, daily, weekly, monthly, yearly, or within alone; use a count, or engine: lambda`;
    problems.push(problem(['keep', rule], message));
  }
  return [...problems, ...withinProblems(keep)];
}

function withinProblems({ within, ...others }: Keep): readonly DlmProblem[] {
  if (!within) return [];
  const counted = COUNTED.filter((rule) => others[rule] !== undefined);
  if (counted.length > 0) {
    const message = `within is ${within.text} beside ${listed(counted)}, expected within alone: DLM keeps by age or by count; leave one of the two out, or engine: lambda`;
    return [problem(['keep', 'within'], message)];
  }
  const age = ageOf(within);
  return age.ok ? [] : [problem(['keep', 'within'], `within is ${age.problem}`)];
}

function ageSchedules(create: DlmCreate, within: NonNullable<Keep['within']>): DlmSchedules {
  const age = ageOf(within);
  // `keepProblems` has refused what is no age.
  return { schedules: age.ok ? [{ name: 'base', create, retain: age.value }] : [], problems: [] };
}

/** A counted rule that is a schedule of its own. */
interface OwnSchedule {
  readonly name: PeriodRule;
  readonly create: DlmCreate;
  readonly count: number;
}

function countSchedules(zoned: ZonedSchedule, keep: Keep, create: DlmCreate): DlmSchedules {
  const firings = firingsOf(zoned.schedule);
  // An hour never has two firings, so that the newest of each hour is every firing.
  let base = Math.max(1, countOf(keep, 'last'), countOf(keep, 'hourly'));
  const own: OwnSchedule[] = [];
  const problems: DlmProblem[] = [];
  for (const rule of PERIOD_RULES.filter((one) => keep[one] !== undefined)) {
    const count = countOf(keep, rule);
    if (sameFirings(lastFirings(firings, rule), firings)) {
      base = Math.max(base, count);
      continue;
    }
    const last = lastOfPeriodRule(zoned, rule);
    if (last.ok) own.push({ name: rule, create: last.value, count });
    else problems.push(problem(['keep', rule], `${rule} is ${count}, but ${last.problem}`));
  }
  if (problems.length > 0) return { schedules: [], problems };
  return withSafeCounts(zoned, [{ name: 'base', create, count: base }, ...distinct(own)]);
}

function countOf(keep: Keep, rule: (typeof COUNTED)[number]): number {
  const count = keep[rule];
  return typeof count === 'number' ? count : 0;
}

/** Rules that fire together always are one schedule, with the larger count and the name of the finer. */
function distinct(own: readonly OwnSchedule[]): readonly OwnSchedule[] {
  const byCreate = new Map<string, OwnSchedule>();
  for (const schedule of own) {
    const key = JSON.stringify(schedule.create);
    const finer = byCreate.get(key) ?? schedule;
    byCreate.set(key, { ...finer, count: Math.max(finer.count, schedule.count) });
  }
  return [...byCreate.values()];
}

function withSafeCounts(
  { schedule }: ZonedSchedule,
  wanted: readonly {
    readonly name: 'base' | PeriodRule;
    readonly create: DlmCreate;
    readonly count: number;
  }[],
): DlmSchedules {
  const names = wanted.map(({ name }) => name);
  if (wanted.length > MOST_SCHEDULES) {
    const message = `${listed(names)} are ${wanted.length} schedules, expected at most ${MOST_SCHEDULES}, which is all that DLM has; leave one of ${listed(names.slice(1))} out, or engine: lambda`;
    return { schedules: [], problems: [problem(['keep'], message)] };
  }
  const all = firingsOf(schedule);
  const counts = safeCounts(
    wanted.map(({ name, count }) => ({ firings: name === 'base' ? all : lastFirings(all, name), count })),
  );
  // Raised counts stay below 1000: only one that keeps no longer than a finer one at 1000 is ever raised.
  const schedules = wanted.map(({ name, create }, index) => ({
    ...{ name, create },
    retain: { count: counts[index] ?? 1 },
  }));
  return { schedules, problems: [] };
}
