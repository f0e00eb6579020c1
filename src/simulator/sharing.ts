import { failCopies } from './copies-in-flight.ts';
import { History } from './history.ts';
import type { ImageRecord, SnapshotRecord } from './records.ts';

/** With which accounts it is shared, now or as a lagging read shows it. */
export function accountsOf(
  { sharing }: Pick<ImageRecord | SnapshotRecord, 'sharing'>,
  time = Infinity,
): readonly string[] {
  return sharing?.at(time) ?? [];
}

/** Copies that an account is making of a snapshot fail when it is no longer shared with it. */
export function setSharing(
  resource: ImageRecord | SnapshotRecord,
  accounts: readonly string[],
  now: number,
): void {
  resource.sharing ??= new History<readonly string[]>(resource.createdAt, []);
  resource.sharing.change(now, accounts);
  failCopies(resource, {
    now,
    reason: 'The source snapshot is no longer shared',
    where: (account) => !accounts.includes(account),
  });
}

/** What ExecutableUsers and RestorableByUserIds ask. Which of others' things the caller may use is not simulated. */
export function isSharedWithAny(
  resource: ImageRecord | SnapshotRecord,
  accounts: readonly string[] | undefined,
  time: number,
): boolean {
  if (accounts === undefined || accounts.length === 0) return true;
  const strange = accounts.find((account) => !/^\d{12}$/.test(account));
  if (strange !== undefined)
    throw new Error(
      `The simulated account does not know things shared with '${strange}', expected 12 digits`,
    );
  const sharedWith = accountsOf(resource, time);
  return accounts.some((account) => sharedWith.includes(account));
}
