/** Locks: set and made longer, never shorter and never taken away. */

import type { Lock } from '../policy/policy.ts';
import type { LockAction } from './protect-actions.ts';
import type { LockFacts, ProtectFacts } from './protect-facts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** EC2 may round what it was told; so much shorter is no difference. */
const TOLERANCE = HOUR;
/** The shortest lock that EC2 knows. */
const SHORTEST = DAY;

/** For each snapshot of a good point that is to be locked longer, or harder, than it is. */
export function lockActions(
  { id: point, policy, source, slot, snapshotIds, foreignSnapshots }: RecoveryPoint,
  lock: Lock,
  { locks, snapshots, now }: Pick<ProtectFacts, 'locks' | 'snapshots'> & { readonly now: number },
): LockAction[] {
  const until = slot + lock.for;
  if (until - now < SHORTEST) return [];
  const ours = snapshotIds.filter((id) => snapshots.has(id) && !foreignSnapshots.includes(id));
  return ours.flatMap((id) => {
    const is = locks.get(id);
    if (is && !isWeaker(is, lock, until)) return [];
    const common = { action: 'lock-snapshot', id, point, policy, source, slot } as const;
    // What is locked longer already stays so, also when it is locked harder now.
    const longest = Math.max(until, is?.until ?? 0);
    return [{ ...common, mode: lock.mode, until: longest, reason: reasonOf(lock), ...coolOffOf(lock, is) }];
  });
}

/** A lock without an end is of a snapshot that was pending: EC2 counts from its completion. */
function isWeaker({ state, until = Infinity }: LockFacts, { mode }: Lock, wanted: number): boolean {
  // Not what somebody has locked for longer: nobody could undo that, and the file does not say it.
  const isSofter = mode === 'compliance' && state === 'governance' && until <= wanted + TOLERANCE;
  // A compliance lock cannot be made longer in governance mode.
  const isHarder = mode === 'governance' && state !== 'governance';
  return isSofter || (!isHarder && until < wanted - TOLERANCE);
}

/** EC2 refuses a new cooling-off period after the first is over. */
function coolOffOf({ coolOff }: Lock, is: LockFacts | undefined): { coolOff?: number } {
  return coolOff === undefined || is?.state === 'compliance' ? {} : { coolOff };
}

function reasonOf({ mode, for: length }: Lock): string {
  return `locked in ${mode} mode for ${length / DAY} days from its slot`;
}
