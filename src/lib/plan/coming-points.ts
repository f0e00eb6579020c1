/** Points that do not exist yet: what a group will have when backups go on in their slots. */

import { formatInstant } from '../policy/instant.ts';
import { newestOf } from './copy-rules.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/** Makes the points of coming slots, but none where there is one already. */
export function maker(
  group: readonly RecoveryPoint[],
): (slots: readonly number[], left: readonly RecoveryPoint[]) => RecoveryPoint[] {
  const like = newestOf(group);
  return (slots, left) => {
    if (!like || slots.length === 0) return [];
    const taken = new Set(left.filter(({ state }) => state !== 'failed').map(({ slot }) => slot));
    return slots
      .filter((slot) => !taken.has(slot))
      .map((slot) => comingPoint(like, { slot, id: futureId(slot) }));
  };
}

/** The good point of a slot that is to come, as a known one is or will be. */
export function comingPoint(
  {
    policy,
    source,
    kind,
    keep,
    copiedFrom,
  }: Pick<RecoveryPoint, 'policy' | 'source' | 'kind' | 'keep' | 'copiedFrom'>,
  { slot, id }: Pick<RecoveryPoint, 'slot' | 'id'>,
): RecoveryPoint {
  return {
    ...{ policy, source, kind, slot, id, madeAt: slot, state: 'good', snapshotIds: [] },
    ...{ deregistrationProtected: false, foreignSnapshots: [], mappedBy: [] },
    ...(keep !== undefined && { keep }),
    ...(copiedFrom && { copiedFrom }),
  };
}

function futureId(slot: number): string {
  return `to be made in ${formatInstant(slot)}`;
}
