/** What happens to a backup between its making and its end: archived, deprecated, ready for a fast restore. */

import { ageText, daysOfAge, isCalendar, isOverTenYears, subtractAge } from './dlm-age.ts';
import { firingsOf, gapsBetween } from './dlm-firings.ts';
import { listed } from './dlm-problem.ts';
import type { Parsed } from './keep.ts';
import type { DlmAge, DlmPolicy, DlmRetention, DlmSchedule, Schedule } from './policy.ts';

const DAY = 86_400_000;
const SHORTEST_GAP = 28;
const SHORTEST_ARCHIVE = 90;

/** How a policy keeps: what archiving and deprecating are measured by. */
export interface Kept {
  readonly schedule: Schedule;
  readonly schedules: readonly DlmSchedule[];
}

type Archive = NonNullable<DlmPolicy['archive']>;

/** The two tiers' times or counts, from when to archive and how long all is kept. */
export function archiveRule(after: DlmAge | number, { schedule, schedules }: Kept): Parsed<Archive> {
  const [base] = schedules;
  const { shortest } = gapsBetween(firingsOf(schedule));
  if (!base || schedules.length > 1) return no(oneSchedule('archiveAfter', schedules));
  if (shortest < SHORTEST_GAP * DAY) {
    return no(
      `${schedule.text} fires more often than every ${SHORTEST_GAP} days, expected at most that with archiveAfter; fire monthly, such as cron(0 3 1 * ? *)`,
    );
  }
  const { retain } = base;
  if (typeof after === 'number') {
    return 'count' in retain
      ? archiveByCount(after, retain.count, shortest)
      : no(byAge('archiveAfter', after));
  }
  return 'count' in retain ? no(byCount('archiveAfter', after)) : archiveByAge(after, retain);
}

function archiveByAge(after: DlmAge, within: DlmAge): Parsed<Archive> {
  const archived = subtractAge(within, after);
  const given = `archiveAfter is ${ageText(after)} and keep.within ${ageText(within)}`;
  if (!archived) {
    const isMixed = isCalendar(after) !== isCalendar(within);
    return no(
      isMixed
        ? `${given}, expected both in days and weeks or both in months and years, such as archiveAfter: 1m with within: 1y`
        : `${given}, expected an earlier age`,
    );
  }
  if (daysOfAge(archived) < SHORTEST_ARCHIVE) {
    return no(
      `${given}, which is ${ageText(archived)} in the archive, expected at least ${SHORTEST_ARCHIVE}d; keep longer or archive sooner`,
    );
  }
  return { ok: true, value: { standard: after, archived } };
}

function archiveByCount(after: number, count: number, shortest: number): Parsed<Archive> {
  const archived = count - after;
  if (archived < 1) {
    return no(`archiveAfter is ${after}, expected 0 to ${count - 1}: fewer than the ${count} that are kept`);
  }
  const days = Math.floor((archived * shortest) / DAY);
  if (days < SHORTEST_ARCHIVE) {
    return no(
      `archiveAfter is ${after} of ${count}, which is ${days} days in the archive, expected at least ${SHORTEST_ARCHIVE}; keep more or archive sooner`,
    );
  }
  return { ok: true, value: { standard: { count: after }, archived: { count: archived } } };
}

/** DLM's deprecate rule: an age, or how many of the oldest. */
export function deprecateRule(after: DlmAge | number, { schedules }: Kept): Parsed<DlmRetention> {
  const [base] = schedules;
  if (!base || schedules.length > 1) return no(oneSchedule('deprecateAfter', schedules));
  const { retain } = base;
  if (typeof after !== 'number') {
    if ('count' in retain) return no(byCount('deprecateAfter', after));
    const problem = deprecateProblem(after, retain);
    return problem === undefined ? { ok: true, value: after } : no(problem);
  }
  if (!('count' in retain)) return no(byAge('deprecateAfter', after));
  if (after < retain.count) return { ok: true, value: { count: retain.count - after } };
  return no(
    `deprecateAfter is ${after}, expected 0 to ${retain.count - 1}: fewer than the ${retain.count} that are kept`,
  );
}

/** Why an AMI, or a copy of one, cannot be deprecated at this age. */
export function deprecateProblem(after: DlmAge, within: DlmAge): string | undefined {
  const given = `deprecateAfter is ${ageText(after)}`;
  if (isOverTenYears(after)) return `${given}, expected at most 10 years`;
  if (daysOfAge(after) <= daysOfAge(within)) return undefined;
  return `${given}, expected at most ${ageText(within)}, which is how long it is kept`;
}

function no(problem: string): Parsed<never> {
  return { ok: false, problem };
}

function oneSchedule(word: string, schedules: readonly DlmSchedule[]): string {
  const names = listed(schedules.map(({ name }) => name));
  return `keep makes ${schedules.length} schedules (${names}), expected one with ${word}; keep by last alone or by within alone`;
}

function byAge(word: string, after: number): string {
  return `${word} is ${after}, expected an age such as 60d, because keep goes by age`;
}

function byCount(word: string, after: DlmAge): string {
  return `${word} is ${ageText(after)}, expected a number of newer backups, because keep goes by count; or keep: { within }`;
}
