/** What other accounts may copy of ours and need not any more. */

import { destinationsOf } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { ShareAction } from './actions.ts';
import type { BackupIdentity } from './identity.ts';
import { compareText } from './order.ts';
import type { CopyVerdict } from './plan-copies.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/** An AMI or snapshot of ours that another account may copy. */
export interface Shared extends BackupIdentity {
  readonly id: string;
}

export interface ShareDestination {
  readonly verdicts: readonly CopyVerdict[];
  readonly made: readonly RecoveryPoint[];
}

export interface SharesInput {
  readonly file: PolicyFile;
  /** Where they are. */
  readonly from: Place;
  readonly account: string;
  readonly shared: readonly Shared[];
  /** The points there. */
  readonly points: readonly RecoveryPoint[];
  /**
   * By place of the account: all verdicts on copies to it from here, and what there is of ours. Undefined: not all of them
   * could be read, so that nobody knows what is needed.
   */
  readonly destinations: readonly ShareDestination[] | undefined;
}

/** Only of policies that are copied to that account: what somebody shares with others, or of others, is his affair. */
export function planUnshares(input: SharesInput): ShareAction[] {
  const { file, from, account, shared, points, destinations } = input;
  if (!destinations) return [];
  const pointOf = new Map(
    points.flatMap(({ id, imageId, snapshotIds }) =>
      [imageId ?? id, ...snapshotIds].map((part) => [part, id] as const),
    ),
  );
  const needed = neededPoints(destinations);
  const policies = new Set(
    file.policies
      .filter((policy) => destinationsOf(policy, from).some(({ place }) => place.account === account))
      .map(({ name }) => name),
  );
  return shared
    .filter(({ id, policy }) => policies.has(policy) && !needed.has(pointOf.get(id) ?? id))
    .filter(({ policy }) => !sharesWith(file, policy, account))
    .map(({ id, policy, source, slot }): ShareAction => {
      const action = id.startsWith('ami-') ? 'unshare-image' : 'unshare-snapshot';
      const reason = `account ${account} need not copy it any more`;
      return { action, id, point: pointOf.get(id) ?? id, from, account, reason, policy, source, slot };
    })
    .sort((a, b) => compareText(a.id, b.id));
}

/** Shared for good by the policy's own word, whatever is copied. */
function sharesWith({ policies }: PolicyFile, name: string, account: string): boolean {
  return policies.find((policy) => policy.name === name)?.share?.includes(account) === true;
}

/** A copy fails when what it is made of is no longer shared. */
function neededPoints(destinations: readonly ShareDestination[]): ReadonlySet<string> {
  return new Set(
    destinations.flatMap(({ verdicts, made }) => [
      ...verdicts
        .filter(({ status }) => status === 'copy' || status === 'waiting')
        .map(({ point }) => point.id),
      ...made.flatMap(({ state, copiedFrom }) => (state === 'pending' && copiedFrom ? copiedFrom.point : [])),
    ]),
  );
}
