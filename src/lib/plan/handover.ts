/** What of a deployment remains in a place when the product goes, what it costs, and the commands that remove it. */

import { binGroup, imagesGroup, madeByDlmGroup, snapshotsGroup, staysGroup } from './handover-stored.ts';
import { withFreed } from './handover-freed.ts';
import {
  lifecycleGroup,
  restoredGroup,
  restoredOfNobody,
  stackGroup,
  statusGroup,
  temporaryGroup,
} from './handover-groups.ts';
import type { Handover, HandoverFacts } from './handover-shapes.ts';
import { NOTHING_STORED, plusStored, type StoredBytes } from './snapshot-prices.ts';

/** Each resource is in one group, once: by itself or as a part. */
export function planHandover(facts: HandoverFacts): Handover {
  const { place, owner, elsewhere, warnings } = facts;
  const groups = [
    stackGroup(facts),
    lifecycleGroup(facts),
    temporaryGroup(facts),
    statusGroup(facts),
    restoredGroup(facts),
    imagesGroup(facts),
    snapshotsGroup(facts),
    madeByDlmGroup(facts),
    staysGroup(facts),
    binGroup(facts),
  ];
  return {
    place,
    deployment: owner.deployment,
    groups: withFreed(
      groups.filter(({ items }) => items.length > 0),
      facts.sizes,
    ),
    elsewhere,
    warnings: [...warnings, ...unknownOrigin(facts)],
  };
}

function unknownOrigin(facts: HandoverFacts): string[] {
  const ids = restoredOfNobody(facts);
  if (ids.length === 0) return [];
  return [
    `restored from backups that are gone, maybe of another deployment, and so in no group: ${ids.join(', ')}`,
  ];
}

/** The sum of the groups: what `cost` says of all policies, and what DLM made besides. Each snapshot is in one group. */
export function storedInAll({ groups }: Handover): StoredBytes {
  return groups.reduce((sum, { stored = NOTHING_STORED }) => plusStored(sum, stored), NOTHING_STORED);
}
