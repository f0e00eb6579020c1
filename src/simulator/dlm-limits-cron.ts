import { firingTimes } from './dlm-run-times.ts';

/** The firings that are looked at, over which a cron expression shows how often it fires. */
const FIRINGS = 24;

/** How far apart firings are, in ms. All are undefined when it fires once at most. */
export interface Frequency {
  readonly shortest: number | undefined;
  readonly mean: number | undefined;
  readonly longest: number | undefined;
}

const SIX_FIELDS = 'cron(minute hour day-of-month month day-of-week year), either of the days being ?';

/** Why DLM does not take a cron expression for one; undefined when it does. */
export function cronProblem(expression: string): string | undefined {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  const [, , day, , weekday] = fields;
  if (fields.length !== 6 || (day === '?') === (weekday === '?')) return `expected ${SIX_FIELDS}`;
  try {
    firingTimes({ CronExpression: expression });
    return undefined;
  } catch (error) {
    return `expected ${SIX_FIELDS} (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Of an expression without a problem, judged by its next firings after a time. */
export function frequencyOf(expression: string, after: number): Frequency {
  const times = firingTimes({ CronExpression: expression });
  const gaps: number[] = [];
  let last = times.next(after);
  while (last !== undefined && gaps.length < FIRINGS) {
    const following = times.next(last);
    if (following !== undefined) gaps.push(following - last);
    last = following;
  }
  if (gaps.length === 0) return { shortest: undefined, mean: undefined, longest: undefined };
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return { shortest: Math.min(...gaps), mean, longest: Math.max(...gaps) };
}
