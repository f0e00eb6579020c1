/** How the sources of one policy stand: what each has against what the schedule promises. */

import type { Policy, PolicyFile } from '../policy/policy.ts';
import type { Volume } from './inventory.ts';
import { obstacleOf } from './create-action.ts';
import type { PolicyPoints, SourceHistory } from './watch-points.ts';
import type { SlotTimes } from './watch-slots.ts';
import { isInstance, type Source } from './watch-sources.ts';

/** So long a new source may be without a backup: what made it may still be setting it up. */
const SETTLING = 3 * 3_600_000;

/**
 * `fresh`: as good as promised. `stale`: it was backed up, but not in the slot that is due. `never`: it has no backup at
 * all, and should. `pending`: its first one is being made. `new`: nothing is expected of it yet.
 */
export type Standing = 'fresh' | 'stale' | 'never' | 'pending' | 'new';

export interface SourceWatch {
  readonly id: string;
  readonly standing: Standing;
  /** Slot of its newest good point. */
  readonly good?: number;
  /** Why nothing can be backed up of it. */
  readonly obstacle?: string;
  /** The slot that is due has no point in any state. */
  readonly isMissed: boolean;
  /** The current slot can and should be asked for again. Never of a policy that reboots: that has its hour. */
  readonly lacksCurrent: boolean;
}

export interface PolicyInput {
  readonly file: PolicyFile;
  readonly policy: Policy;
  readonly now: number;
  readonly slots: SlotTimes;
  readonly sources: readonly Source[];
  /** All there are, by id. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly points: PolicyPoints;
}

/** One entry a source, in the order given. */
export function watchSources(input: PolicyInput): SourceWatch[] {
  const { file, policy, volumes, slots } = input;
  const { due, current } = slots;
  return input.sources.map((source) => {
    const history = input.points.sources.get(source.id) ?? {};
    const obstacle = obstacleOf(source, { owner: file, policy, volumes });
    return {
      id: source.id,
      standing: standingOf(source, history, input),
      ...(history.good !== undefined && { good: history.good }),
      ...(obstacle !== undefined && { obstacle }),
      isMissed: due !== undefined && history.newest !== undefined && history.newest < due,
      lacksCurrent: obstacle === undefined && !policy.reboot && isLacking(history, current),
    };
  });
}

function standingOf(source: Source, { good, open }: SourceHistory, { now, slots }: PolicyInput): Standing {
  const { due, current } = slots;
  if (good !== undefined) return due !== undefined && good < due ? 'stale' : 'fresh';
  if (open !== undefined) return 'pending';
  const isSettled = now - (createdAt(source) ?? -Infinity) > SETTLING;
  return isSettled && (due ?? current) !== undefined ? 'never' : 'new';
}

/** Absent where EC2 does not say; such a source is not taken for new. */
function createdAt(source: Source): number | undefined {
  return isInstance(source) ? source.launchedAt : source.createdAt;
}

function isLacking({ open, isTaken }: SourceHistory, current: number | undefined): boolean {
  if (current === undefined) return false;
  return isTaken !== true && (open === undefined || open < current);
}
