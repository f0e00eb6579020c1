/** Why a recovery point cannot be copied as it is, in words that somebody can act on. */

import type { Place } from '../policy/policy.ts';
import type { RecoveryPoint } from './recovery-points.ts';

/** What of a snapshot stands against copying it. */
export interface CopyFacts {
  readonly encrypted: boolean;
  /** ARN of its key. */
  readonly key?: string;
  /** It would have to be brought back first. */
  readonly isArchived: boolean;
}

/** Whose keys are, by ARN; one that is no key of the map could not be read. */
export type KeyManagers = ReadonlyMap<string, 'AWS' | 'CUSTOMER'>;

export interface CopyCircumstances {
  /** Where it is. */
  readonly place: Place;
  readonly to: Place;
  readonly snapshots: ReadonlyMap<string, CopyFacts>;
  readonly keys: KeyManagers;
}

/** Undefined when nothing is known that stands against it. */
export function refusalOfCopy(
  { snapshotIds, foreignSnapshots }: RecoveryPoint,
  { place, to, snapshots, keys }: CopyCircumstances,
): string | undefined {
  const [foreign] = foreignSnapshots;
  if (foreign !== undefined)
    return `it maps ${foreign}, which is not of this deployment: give that snapshot its tags back, or let the next backup take its place`;
  for (const id of snapshotIds) {
    const facts = snapshots.get(id);
    if (facts?.isArchived)
      return `${id} is in the archive, from where EC2 copies nothing: bring it back with aws ec2 restore-snapshot-tier --snapshot-id ${id}`;
    if (place.account !== to.account && facts?.encrypted && keys.get(facts.key ?? '') === 'AWS')
      return `${id} is encrypted with the AWS-managed key of account ${place.account}, which no other account can use: encrypt the volume with a customer-managed key that account ${to.account} may use`;
  }
  return undefined;
}

/** Keys of other accounts' points whose manager decides: of those that are encrypted and go to another account. */
export function keysToAsk(
  snapshots: ReadonlyMap<string, CopyFacts>,
  { place, to }: Pick<CopyCircumstances, 'place' | 'to'>,
): readonly string[] {
  if (place.account === to.account) return [];
  return [...new Set([...snapshots.values()].flatMap(({ key }) => key ?? []))].sort();
}
