/** The recovery points of sources, for `list`. */

import { groupBy } from '../plan/group-by.ts';
import { refusalOf } from '../plan/plan-prune.ts';
import type { PointVerdict } from '../plan/point-verdicts.ts';
import { formatInstant } from '../policy/instant.ts';
import { formatAge, plural, printable, table, type Paint } from './text.ts';

/** Newest first, a table a source; why the guard refuses a policy's prune stands once below, and not in each row. */
export function pointListText(verdicts: readonly PointVerdict[], now: number, paint: Paint): string[] {
  const bySource = groupBy(verdicts, ({ point }) => `${point.source}, policy ${point.policy}`);
  return [
    ...[...bySource].flatMap(([source, entries]) => [
      paint.bold(`${printable(source)}: ${plural(entries.length, 'recovery point')}`),
      ...table(
        [...entries].sort((a, b) => b.point.slot - a.point.slot).map((entry) => rowOf(entry, now, paint)),
      ),
    ]),
    ...refusalsText(verdicts, paint),
  ];
}

function refusalsText(verdicts: readonly PointVerdict[], paint: Paint): string[] {
  const refusals = new Map(
    verdicts.flatMap(({ point, verdict }) => {
      const why = verdict.reasons.map(refusalOf).find((reason) => reason !== undefined);
      return why === undefined ? [] : [[point.policy, why] as const];
    }),
  );
  return [...refusals].map(([policy, why]) =>
    paint.bad(`Refused by the guard for ${printable(policy)}, and so kept: ${printable(why)}`),
  );
}

function reasonText(reason: string): string {
  return refusalOf(reason) === undefined ? reason : 'refused by the guard';
}

/** Where a copy comes from; nothing for what was made here. */
function originOf({ copiedFrom }: PointVerdict['point']): string {
  if (!copiedFrom) return '';
  const { place, point } = copiedFrom;
  return ` (copied from ${place.account}/${place.region}, ${printable(point)})`;
}

function rehearsalOf({ rehearsed }: PointVerdict['point']): string {
  return rehearsed === undefined ? '' : ` (rehearsed: ${printable(rehearsed)})`;
}

/** Of what Windows made, what VSS says of it. */
function consistencyOf({ consistency }: PointVerdict['point']): string {
  return consistency === undefined ? '' : ` (VSS: ${consistency}-consistent)`;
}

function rowOf({ point, verdict }: PointVerdict, now: number, paint: Paint): string[] {
  const state = point.state === 'good' ? paint.good(point.state) : paint.warn(point.state);
  const detail = point.detail === undefined ? '' : ` (${printable(point.detail)})`;
  return [
    point.kind === 'snapshots' && point.snapshotIds.length > 1
      ? `${point.id} +${point.snapshotIds.length - 1}`
      : point.id,
    formatInstant(point.slot),
    formatAge(now - point.slot),
    state,
    verdict.decision === 'keep' ? verdict.decision : paint.bad(verdict.decision),
    `${printable(verdict.reasons.map(reasonText).join('; '))}${detail}${originOf(point)}${consistencyOf(point)}${rehearsalOf(point)}`,
  ];
}
