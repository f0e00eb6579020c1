/** What the bill falls by when the groups of a handover are removed. */

import type { SizedSnapshot } from './cost-estimate.ts';
import { freeingOfEach } from './cost-freed.ts';
import type { HandoverGroup } from './handover-shapes.ts';

/** Groups in the order in which they are removed: the amounts in that order add up to all that is stored. */
export function withFreed(
  groups: readonly HandoverGroup[],
  sizes: readonly (readonly SizedSnapshot[])[],
): HandoverGroup[] {
  const alone = freeingOfEach(sizes);
  const gone = new Set<string>();
  return groups.map((group) => {
    if (!group.stored) return group;
    const ids = group.items.flatMap(({ id, parts }) => [id, ...parts]);
    const left = sizes.map((snapshots) => snapshots.filter(({ id }) => !gone.has(id)));
    const frees = { inOrder: freeingOfEach(left)(ids), alone: alone(ids) };
    for (const id of ids) gone.add(id);
    return { ...group, frees };
  });
}
