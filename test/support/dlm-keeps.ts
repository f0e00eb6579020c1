/** What DLM would keep of a history: one object a firing, under the longest of the schedules that fire together. */

import type { DlmPolicy, DlmSchedule } from '../../src/lib/policy/policy.ts';
import { parseSchedule, slotsBetween } from '../../src/lib/policy/schedule.ts';

const DAY = 86_400_000;
const HOUR = DAY / 24;

/** The firings of one schedule from an instant (inclusive) to another (exclusive), in ms, ascending. */
export function firingsBetween({ create }: DlmSchedule, from: number, to: number): readonly number[] {
  if ('cron' in create) {
    const parsed = parseSchedule(create.cron);
    if (!parsed.ok) throw new Error(parsed.problem);
    return [...slotsBetween(parsed.value, 'UTC', from, to)];
  }
  const at = Date.parse(`1970-01-01T${create.at}:00Z`);
  const step = create.everyHours * HOUR;
  const first = at + Math.ceil((from - at) / step) * step;
  return Array.from(
    { length: Math.max(0, Math.ceil((to - first) / step)) },
    (_, index) => first + index * step,
  );
}

/** How DLM compares counts, which it does not say: each times the average or the shortest time between firings. */
export type Measure = 'average' | 'shortest';

/** What is left at `to` of the backups made since `from`, by count alone. */
export function dlmKeeps(
  { schedules }: Pick<DlmPolicy, 'schedules'>,
  [from, to]: readonly [number, number],
  measure: Measure,
): ReadonlySet<number> {
  const rows = schedules.map((schedule) => {
    const slots = firingsBetween(schedule, from, to);
    return {
      fires: new Set(slots),
      length: lengthOf(schedule, measure),
      count: countOf(schedule),
      owned: [] as number[],
    };
  });
  // The longest first: it is given what several make together.
  const byLength = rows.toSorted((a, b) => b.length - a.length);
  for (const slot of new Set(rows.flatMap(({ fires }) => [...fires]).sort((a, b) => a - b))) {
    const owner = byLength.find(({ fires }) => fires.has(slot));
    owner?.owned.push(slot);
  }
  return new Set(rows.flatMap(({ owned, count }) => owned.slice(-count)));
}

function countOf({ retain }: DlmSchedule): number {
  if ('count' in retain) return retain.count;
  throw new Error('the schedule keeps by age, expected a count');
}

/** In ms, by the firings of some years. */
function lengthOf(schedule: DlmSchedule, measure: Measure): number {
  const slots = firingsBetween(schedule, Date.UTC(2026, 0, 1), Date.UTC(2030, 0, 1));
  const gaps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
  const shortest = gaps.reduce((least, gap) => Math.min(least, gap), Infinity);
  const average = gaps.reduce((all, gap) => all + gap, 0) / gaps.length;
  return countOf(schedule) * (measure === 'shortest' ? shortest : average);
}
