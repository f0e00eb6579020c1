/** What `doctor` found, as lines for people and as JSON for scripts. */

import type { Check, CheckLevel } from '../plan/doctor-check.ts';
import type { DoctorReport } from '../run/doctor.ts';
import { plural, printable, table, type Paint } from './text.ts';

/** Whether nothing fails; warnings are allowed. */
export function passes({ checks }: DoctorReport): boolean {
  return checks.every(({ level }) => level !== 'fail');
}

export function doctorText(report: DoctorReport, paint: Paint): string[] {
  const { checks } = report;
  const words: Record<CheckLevel, string> = {
    ok: paint.good('ok'),
    warn: paint.warn('warn'),
    fail: paint.bad('FAIL'),
    skip: paint.dim('skip'),
  };
  // The lines that follow the first of a message stand alone below it.
  const rows = checks.map(({ level, name, message }) => [words[level], name, printableLines(message)]);
  return [...table(rows, ''), '', summary(checks, paint)];
}

function printableLines(message: string): string {
  return message.split('\n').map(printable).join('\n        ');
}

function summary(checks: readonly Check[], paint: Paint): string {
  const count = (level: CheckLevel): number => checks.filter((check) => check.level === level).length;
  const [failed, warned, skipped] = [count('fail'), count('warn'), count('skip')];
  const rest = [
    ...(warned === 0 ? [] : [plural(warned, 'warning')]),
    ...(skipped === 0 ? [] : [`${skipped} not checked`]),
  ].join(', ');
  const verdict = failed === 0 ? paint.good('Nothing fails') : paint.bad(`${plural(failed, 'check')} failed`);
  return `${verdict}${rest === '' ? '' : `, ${rest}`}.`;
}

/** Scripts rely on this shape: fields may be added, none renamed or removed. */
export interface DoctorJson {
  readonly version: 1;
  readonly ok: boolean;
  readonly deployment: string | null;
  readonly place: { readonly account: string; readonly region: string } | null;
  readonly checks: readonly Check[];
}

export function doctorJson(report: DoctorReport): DoctorJson {
  const { deployment = null, place = null, checks } = report;
  return { version: 1, ok: passes(report), deployment, place, checks };
}
