/** How a lifecycle policy differs from what the file wants, field by field. */

import { defaultOf, fieldsOf, type Fields } from './lifecycle-fields.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from './lifecycle-policy.ts';

export interface Drift {
  /** In DLM's own words, such as `Schedules[base].RetainRule.Count`. */
  readonly field: string;
  /** Absent: DLM has none. */
  readonly is?: string;
  /** Absent: it is to have none. */
  readonly wanted?: string;
}

/** Every field that differs, ascending by name; empty when DLM holds what the file wants. */
export function driftOf(existing: LifecyclePolicy, wanted: WantedLifecyclePolicy): readonly Drift[] {
  return [
    ...differences(
      new Map([
        ['Description', existing.description],
        ['ExecutionRoleArn', existing.roleArn],
        ['State', existing.state],
      ]),
      new Map([
        ['Description', wanted.description],
        ['ExecutionRoleArn', wanted.roleArn],
        ['State', wanted.state],
      ]),
    ),
    ...differences(fieldsOf(existing.details), fieldsOf(wanted.details)),
  ];
}

function differences(existing: Fields, wanted: Fields): Drift[] {
  return [...new Set([...existing.keys(), ...wanted.keys()])].sort().flatMap((field) => {
    const [is, will] = [existing.get(field) ?? defaultOf(field), wanted.get(field) ?? defaultOf(field)];
    if (is === will) return [];
    return [{ field, ...(is !== undefined && { is }), ...(will !== undefined && { wanted: will }) }];
  });
}

/** What DLM cannot change in a lifecycle policy that exists (UpdateLifecyclePolicy), and why. */
export function unchangeable(drift: readonly Drift[]): readonly Drift[] {
  const names = new Map(drift.map((one) => [one.field, one]));
  return drift.filter(({ field, is, wanted }) => {
    if (FIXED.has(field)) return true;
    const rule = /^Schedules\[[^\]]*\]\.RetainRule\.(?:Count|Interval)$/.test(field);
    if (!rule || (is !== undefined && wanted !== undefined)) return false;
    // One of the two goes and the other comes; a whole schedule that comes or goes is no such change.
    const other = field.endsWith('Count')
      ? field.replace(/Count$/, 'Interval')
      : field.replace(/Interval$/, 'Count');
    const partner = names.get(other);
    return partner !== undefined && (partner.is === undefined) !== (is === undefined);
  });
}

const FIXED = new Set(['PolicyType', 'PolicyLanguage', 'ResourceType', 'ResourceTypes']);

/** Schedules that DLM has and the file no longer wants, by name: what they made is nobody's any more. */
export function droppedSchedules(drift: readonly Drift[]): readonly string[] {
  const dropped = drift.flatMap(({ field, is, wanted }) => {
    const name = /^Schedules\[([^\]]*)\]\.CreateRule\.(?:CronExpression|Interval)$/.exec(field)?.[1];
    return name !== undefined && is !== undefined && wanted === undefined ? [name] : [];
  });
  // A schedule that goes over from an interval to a cron has both.
  const kept = new Set(
    drift.flatMap(({ field, wanted }) => {
      const name = /^Schedules\[([^\]]*)\]\.CreateRule\./.exec(field)?.[1];
      return name !== undefined && wanted !== undefined ? [name] : [];
    }),
  );
  return [...new Set(dropped)].filter((name) => !kept.has(name));
}
