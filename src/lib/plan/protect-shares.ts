/** Who may use what a policy makes. A tag remembers whom it was shared with, so that only that is taken back. */

import { compareText } from './order.ts';
import type { SharingAction } from './protect-actions.ts';
import type { ProtectFacts } from './protect-facts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

export interface Sharing {
  /** Snapshots in the archive, or on their way there: EC2 shares them with nobody. */
  readonly archived: ReadonlySet<string>;
  /** What is on its way out is shared with nobody new. */
  readonly mayAdd: boolean;
  /** Those that are to have it; absent: the policy says nothing of sharing. */
  readonly accounts: readonly string[] | undefined;
  /** Those that it is copied to: `replicate` shares with them and takes it back. */
  readonly copiedTo: ReadonlySet<string>;
}

export interface SharePlan {
  readonly actions: readonly SharingAction[];
  /** Why a part cannot be shared. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/** The accounts that a tag tells of. */
export function toldAccounts(told: string | undefined): readonly string[] {
  return (told ?? '').split(' ').filter((account) => /^[0-9]{12}$/.test(account));
}

export function planShares(point: RecoveryPoint, sharing: Sharing, facts: ProtectFacts): SharePlan {
  const ours = point.snapshotIds.filter((id) => !point.foreignSnapshots.includes(id));
  const parts = [...(point.imageId === undefined ? [] : [point.imageId]), ...ours];
  const obstacle = sharing.mayAdd && sharing.accounts?.length ? obstacleOf(point, facts) : undefined;
  const actions = parts.flatMap(
    (id) => actionOf(id, { point, sharing, facts, mayAdd: sharing.mayAdd && obstacle === undefined }) ?? [],
  );
  return { actions, refused: obstacle === undefined ? [] : [{ id: point.id, reason: obstacle }] };
}

/** Nobody else can decrypt with the key that EBS makes for an account. What is archived or disabled is shared with nobody. */
function obstacleOf({ snapshotIds }: RecoveryPoint, { snapshots, keys }: ProtectFacts): string | undefined {
  for (const id of snapshotIds) {
    const key = snapshots.get(id)?.key;
    if (key !== undefined && keys.get(key) === 'AWS')
      return `cannot be shared: ${id} is encrypted with the AWS-managed key of its account. Encrypt the volume with a customer-managed key`;
  }
  return undefined;
}

interface Question {
  readonly point: RecoveryPoint;
  readonly sharing: Sharing;
  readonly facts: ProtectFacts;
  readonly mayAdd: boolean;
}

function actionOf(id: string, { point, sharing, facts, mayAdd }: Question): SharingAction | undefined {
  const { images, snapshots, sharedWith } = facts;
  const part = images.get(id) ?? snapshots.get(id);
  if (!part) return undefined;
  const told = toldAccounts(part.told);
  const isAway =
    'isArchived' in part ? part.isArchived || sharing.archived.has(id) : part.state !== 'available';
  const wanted = sharing.accounts ?? [];
  const has = (account: string): boolean => sharedWith.get(account)?.has(id) === true;
  const add = mayAdd && !isAway ? wanted.filter((account) => !has(account)) : [];
  const remove = told.filter(
    (account) => !wanted.includes(account) && !sharing.copiedTo.has(account) && has(account),
  );
  // What could not be shared is not told as shared.
  const kept = isAway ? [] : wanted.filter((account) => has(account) || add.includes(account));
  const tell = [...kept].sort(compareText).join(' ');
  if (add.length === 0 && remove.length === 0 && tell === (part.told ?? '')) return undefined;
  const { id: pointId, policy, source, slot } = point;
  const reason = sharing.accounts ? 'shared as its policy says' : 'its policy shares no more';
  const common = { action: 'share-with', id, point: pointId, policy, source, slot, reason } as const;
  return { ...common, add, remove, tell, ...(part.told !== undefined && { told: part.told }) };
}
