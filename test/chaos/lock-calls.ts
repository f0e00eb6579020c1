/** What a lock may be, whatever there was before: as the policy says, never shorter, never softer. */

import type { Lock } from '../../src/lib/policy/policy.ts';
import type { SnapshotLock } from '../../src/simulator/protection-records.ts';
import { HOUR } from '../support/scenario.ts';

/** Of LockSnapshot. */
export interface LockInput {
  readonly SnapshotId?: string;
  readonly LockMode?: string;
  readonly ExpirationDate?: Date;
  readonly LockDuration?: number;
  readonly CoolOffPeriod?: number;
}

interface Before {
  /** As the files said that the caller may go by. */
  readonly words: readonly Lock[];
  /** In force, and for so long that the caller saw it. */
  readonly is: SnapshotLock | undefined;
  readonly slot: number;
  readonly now: number;
}

export function wrongLock(input: LockInput, { words, is, slot, now }: Before): readonly string[] {
  const { LockMode: mode, ExpirationDate: date, LockDuration: days } = input;
  const ofMode = words.filter((lock) => lock.mode === mode);
  if (ofMode.length === 0) return [`no policy locks it in the mode ${String(mode)}`];
  if (date === undefined || days !== undefined) return ['it is not locked until a date'];
  const until = date.getTime();
  const longest = slot + Math.max(...ofMode.map((lock) => lock.for));
  return [
    ...(slot > now ? ['what is of the future is locked'] : []),
    ...(is ? weaker({ mode, until }, is) : []),
    ...(until > longestOf(longest, mode, is)
      ? [`it is locked in ${mode} mode for longer than its policy says`]
      : []),
    ...(isCoolOff(input, ofMode, is && isFinal(is, now)) ? [] : ['no policy says its cooling-off period']),
  ];
}

/** What somebody has locked softly for longer stays so; EC2 may round, so an hour more is as good as ours. */
function longestOf(longest: number, mode: string | undefined, is: SnapshotLock | undefined): number {
  return mode === 'compliance' ? longest + HOUR : Math.max(longest, is?.expiresOn ?? 0);
}

function weaker(lock: { mode: string | undefined; until: number }, is: SnapshotLock): string[] {
  return [
    ...(lock.until < is.expiresOn ? ['its lock is made shorter'] : []),
    ...(is.mode === 'compliance' && lock.mode !== 'compliance' ? ['its lock is made softer'] : []),
  ];
}

/** Of a lock that is final EC2 takes no other period. */
function isCoolOff({ CoolOffPeriod: hours }: LockInput, words: readonly Lock[], final = false): boolean {
  return final || words.some(({ coolOff }) => coolOff === hours);
}

function isFinal({ mode, coolOff }: SnapshotLock, now: number): boolean {
  return mode === 'compliance' && (coolOff?.endsOn ?? 0) <= now;
}
