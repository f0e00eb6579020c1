import { count } from './dlm-run-activity.ts';
import { exists, isManaged, type ManagedItem } from './dlm-run-items.ts';
import { currentSchedule, type BackupOrder, type FastRestoreOrder } from './dlm-run-orders.ts';
import type { WorkQueue } from './work-queue.ts';
import type { Line } from './dlm-run-retention.ts';
import { later } from './dlm-run-times.ts';
import { deprecationOf, setDeprecation } from './protections.ts';
import { accountsOf, setSharing } from './sharing.ts';

/** What a schedule wants done with a new backup beside keeping it: sharing, fast restore, deprecation. */
export function applyRules(queue: WorkQueue, order: BackupOrder, { item, line }: NewInLine): void {
  share(queue, order, item);
  if (order.fastRestore !== undefined) restoreFast(queue, order.fastRestore, { item, line });
  deprecate(order, { item, line });
}

interface NewInLine {
  readonly item: ManagedItem;
  readonly line: Line;
}

function share(queue: WorkQueue, { shares }: BackupOrder, item: ManagedItem): void {
  if (shares.length === 0) return;
  const { home, policy } = item;
  const accounts = new Set(shares.flatMap((rule) => rule.accounts));
  for (const snapshot of item.snapshots) setSharing(snapshot, [...accounts], home.now());
  count(home, policy.id, 'SnapshotsShared', item.snapshots.length);
  for (const account of accounts) {
    const ends = shares
      .filter((rule) => rule.accounts.includes(account))
      .map(({ unshareAfter: age }) => (age === undefined ? Infinity : later(home.now(), age)));
    const end = Math.max(...ends);
    if (end < Infinity) queue.push(end, () => unshare(item, account));
  }
}

function unshare(item: ManagedItem, account: string): void {
  if (!isManaged(item) || !exists(item)) return;
  for (const snapshot of item.snapshots) {
    const others = accountsOf(snapshot).filter((other) => other !== account);
    setSharing(snapshot, others, item.home.now());
  }
  count(item.home, item.policy.id, 'SnapshotsUnshared', item.snapshots.length);
}

function restoreFast(queue: WorkQueue, rule: FastRestoreOrder, { item, line }: NewInLine): void {
  for (const snapshot of item.snapshots) snapshot.fastRestoreZones = rule.zones;
  if (rule.age !== undefined) {
    queue.push(later(item.home.now(), rule.age), () => {
      if (isManaged(item)) restoreSlowly(item);
    });
  }
  if (rule.count !== undefined) {
    for (const older of line.items.slice(0, -rule.count)) restoreSlowly(older);
  }
}

function restoreSlowly({ snapshots }: ManagedItem): void {
  for (const snapshot of snapshots) snapshot.fastRestoreZones = [];
}

/**
 * By age, EC2 is told the date at once. A count is of the oldest that are deprecated, of as many as the schedule
 * retains: so what has as many newer ones as the rest.
 */
function deprecate(order: BackupOrder, { item, line }: NewInLine): void {
  const { home, policy } = item;
  if (order.deprecateAfter !== undefined) {
    if (item.image === undefined) return;
    setDeprecation(item.image, later(home.now(), order.deprecateAfter), home.now());
    count(home, policy.id, 'EnableImageDeprecationCompleted');
    return;
  }
  const schedule = currentSchedule(policy.details, order.scheduleName);
  const oldest = schedule?.DeprecateRule?.Count;
  const retain = schedule?.RetainRule?.Count;
  if (oldest === undefined || retain === undefined) return;
  const deprecated = line.items.slice(0, Math.max(line.items.length - (retain - oldest), 0));
  for (const { image } of deprecated) {
    if (image === undefined || deprecationOf(image, home.now()) !== undefined) continue;
    setDeprecation(image, home.now(), home.now());
    count(home, policy.id, 'EnableImageDeprecationCompleted');
  }
}
