/** A DLM policy's schedules in words, for plans. */

import { ageText } from './dlm-age.ts';
import { PERIOD_RULES } from './dlm-firings.ts';
import { listed } from './dlm-problem.ts';
import type { DlmCreate, DlmPolicy, DlmRetention, DlmSchedule } from './policy.ts';

type Worded = Pick<DlmPolicy, 'schedules' | 'keep'>;

/** A line a schedule, and one more where several fire together. */
export function scheduleWords(policy: Worded): string[] {
  const lines = policy.schedules.map((schedule) => scheduleLine(schedule, policy));
  const [base, ...others] = policy.schedules.map(({ name }) => name);
  if (base === undefined || others.length === 0) return lines;
  const fire = others.length === 1 ? 'fires' : 'fire';
  return [...lines, `${listed(others)} ${fire} with ${base}: DLM then makes one backup, kept by the longest`];
}

function scheduleLine(schedule: DlmSchedule, policy: Worded): string {
  const { name, create, retain } = schedule;
  return `${name}: ${createWords(create)}, ${retainWords(retain)}${raisedWords(schedule, policy)}`;
}

function createWords(create: DlmCreate): string {
  if ('cron' in create) return `${create.cron} UTC`;
  return `every ${create.everyHours} ${create.everyHours === 1 ? 'hour' : 'hours'} from ${create.at} UTC`;
}

function retainWords(retain: DlmRetention): string {
  return 'count' in retain ? `keeps ${retain.count}` : `keeps each for ${ageText(retain)}`;
}

/** Why a count is larger than what was asked for; see dlm-spans.ts. */
function raisedWords({ name, retain }: DlmSchedule, { schedules, keep }: Worded): string {
  const rule = PERIOD_RULES.findIndex((one) => one === name);
  if (!('count' in retain) || rule < 0) return '';
  // A coarser rule without a schedule of its own fires with this one, and the larger count was taken.
  const rules = PERIOD_RULES.slice(rule).filter(
    (one) => one === name || schedules.every((schedule) => schedule.name !== one),
  );
  const asked = Math.max(...rules.map((one) => Number(keep[one] ?? 0)));
  if (asked >= retain.count) return '';
  return ` (${asked} asked: more are kept so that nothing is lost where it fires with a finer schedule)`;
}
