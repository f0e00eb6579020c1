/** The calls that carry out verdicts on copies. */

import { destinationsOf, samePlace } from '../policy/places.ts';
import type { Copy, Place, PolicyFile } from '../policy/policy.ts';
import type { CopyAction, ShareAction, Warning } from './actions.ts';
import { copyTags } from './copy-tags.ts';
import { backupName } from './identity.ts';
import type { Image, Snapshot } from './inventory.ts';
import type { CopyVerdict } from './plan-copies.ts';
import { takenAt } from './restore-point.ts';

/** The AMIs and snapshots of the points that are to be copied from one place, by id. */
export interface CopyParts {
  readonly images: ReadonlyMap<string, Image>;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
}

export interface CopyOrder {
  readonly file: PolicyFile;
  readonly to: Place;
  readonly parts: CopyParts;
}

export interface CopyOrders {
  readonly actions: readonly CopyAction[];
  readonly warnings: readonly Warning[];
}

/** The calls for one verdict `copy`. None for what is gone since it was listed: the next run judges anew. */
export function copyActions(verdict: CopyVerdict, order: CopyOrder): CopyOrders {
  const copy = copyOf(verdict, order);
  if (!copy) return { actions: [], warnings: [] };
  return verdict.point.imageId === undefined
    ? snapshotCopies(verdict, copy, order)
    : imageCopy(verdict, copy, order);
}

function copyOf({ point, from }: CopyVerdict, { file, to }: CopyOrder): Copy | undefined {
  const policy = file.policies.find(({ name }) => name === point.policy);
  return policy && destinationsOf(policy, from).find(({ place }) => samePlace(place, to))?.copy;
}

function imageCopy(verdict: CopyVerdict, copy: Copy, { file, parts }: CopyOrder): CopyOrders {
  const image = parts.images.get(verdict.point.imageId ?? '');
  if (!image) return { actions: [], warnings: [] };
  const { tags, dropped } = copyTags({ ...tagFacts(verdict), owner: file, tags: image.tags });
  const base = { ...basics(verdict, copy), id: image.id, tags };
  return {
    actions: [{ ...base, action: 'copy-image', name: image.name }],
    warnings: droppedWarning(verdict, dropped),
  };
}

/** Those that are not there yet, as many as may be made now. */
function snapshotCopies(verdict: CopyVerdict, copy: Copy, { file, parts }: CopyOrder): CopyOrders {
  const { point, copy: begun, parts: most = 0 } = verdict;
  const there = new Set(begun?.copiedVolumes);
  const missing = point.snapshotIds
    .flatMap((id) => parts.snapshots.get(id) ?? [])
    .filter(({ volumeId }) => !there.has(volumeId))
    .slice(0, most);
  const orders = missing.map(({ id, volumeId, tags }) => {
    const made = copyTags({ ...tagFacts(verdict), owner: file, tags, volume: volumeId });
    const base = { ...basics(verdict, copy), id, tags: made.tags };
    const action = {
      ...base,
      action: 'copy-snapshot',
      description: backupName(file.deployment, point),
    } as const;
    return { action, dropped: made.dropped };
  });
  const dropped = [...new Set(orders.flatMap((one) => one.dropped))];
  return { actions: orders.map(({ action }) => action), warnings: droppedWarning(verdict, dropped) };
}

function tagFacts({ point, from }: CopyVerdict) {
  return { from, point: point.id, takenAt: takenAt(point) };
}

function basics({ point, from, reason }: CopyVerdict, { encrypted, key }: Copy) {
  const { policy, source, slot, id } = point;
  return { policy, source, slot, point: id, from, reason, encrypted, ...(key !== undefined && { key }) };
}

function droppedWarning({ point }: CopyVerdict, dropped: readonly string[]): Warning[] {
  if (dropped.length === 0) return [];
  const reason = `no room for ${dropped.length} of its tags on the copy: ${dropped.join(', ')}`;
  return [{ id: point.id, policy: point.policy, reason }];
}

/** What another account must be let copy first, of an AMI its snapshots too. */
export function shareActions(
  action: CopyAction,
  account: string,
  snapshots: readonly string[],
): ShareAction[] {
  const { policy, source, slot, point, from, id } = action;
  const base = { policy, source, slot, point, from, account, reason: `to be copied by account ${account}` };
  if (action.action === 'copy-snapshot') return [{ ...base, action: 'share-snapshot', id }];
  // The snapshots first: an AMI that is shared without them cannot be copied.
  return [
    ...snapshots.map((snapshot) => ({ ...base, action: 'share-snapshot', id: snapshot }) as const),
    { ...base, action: 'share-image', id },
  ];
}
