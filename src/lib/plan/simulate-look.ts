/** What a simulated policy comes to on some days: the figures that every form of the answer shows. */

import { existingAt, type ExistingPoint, type PolicySimulation } from './simulate-file.ts';

const DAY = 86_400_000;
const LOOKS = [1, 7, 30, 90, 365, 730];

export interface DayLook {
  readonly day: number;
  /** Its end. */
  readonly at: number;
  /** Oldest first. */
  readonly points: readonly ExistingPoint[];
  /** In ms. Absent: nothing exists. */
  readonly oldestAge?: number;
  /** The longest time between two neighbours, in ms. Absent: there are not two. */
  readonly widestGap?: number;
}

/** The days that are looked at, of so many: the usual ones, and the last. */
export function looksOf(days: number): readonly number[] {
  return [...new Set([...LOOKS.filter((day) => day < days), days])];
}

export function lookAt(policy: PolicySimulation, day: number): DayLook {
  const at = policy.simulation.from + day * DAY;
  const points = existingAt(policy, at);
  const [oldest] = points;
  const gaps = points.slice(1).map(({ slot }, index) => slot - (points[index]?.slot ?? slot));
  return {
    ...{ day, at, points },
    ...(oldest && { oldestAge: at - oldest.slot }),
    ...(gaps.length > 0 && { widestGap: Math.max(...gaps) }),
  };
}

/** `daily-ami`, or `daily-ami to us-east-1`: what is simulated, the same in every file. */
export function simulatedName({ policy, copy }: Pick<PolicySimulation, 'policy' | 'copy'>): string {
  if (!copy) return policy.name;
  const account = copy.account === undefined ? '' : ` of ${copy.account}`;
  return `${policy.name} to ${copy.region}${account}`;
}
