/** Until when each of an account's points is kept: group by group, and groups that are alike once. */

import { groupBy } from './group-by.ts';
import { keptUntilOf, type Gone, type UntilInput } from './kept-until.ts';
import { groupKey } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';

export interface AllUntilInput extends Omit<UntilInput, 'goesOn'> {
  /** Whether the policy of a group goes on making points of it. */
  readonly goesOn: (group: readonly RecoveryPoint[]) => boolean;
}

/** `KeptUntil` without its reasons, which may name the source. */
export interface Until {
  readonly keptToday: boolean;
  /** Absent: it is still kept at the horizon. */
  readonly gone?: Gone;
}

/** By point id. */
export function untilOfAll(
  points: readonly RecoveryPoint[],
  input: AllUntilInput,
): ReadonlyMap<string, Until> {
  const answers = new Map<string, Until>();
  const known = new Map<string, readonly (Until | undefined)[]>();
  for (const ofPolicy of groupBy(points, ({ policy }) => policy).values()) {
    for (const group of groupBy(ofPolicy, groupKey).values()) {
      const goesOn = input.goesOn(group);
      const key = likenessOf(group, goesOn, input);
      const found = known.get(key) ?? judge(group, { ...input, goesOn });
      known.set(key, found);
      group.forEach(({ id }, index) => {
        const answer = found[index];
        if (answer) answers.set(id, answer);
      });
    }
  }
  return answers;
}

function judge(group: readonly RecoveryPoint[], input: UntilInput): readonly (Until | undefined)[] {
  const answers = keptUntilOf(group, input);
  return group.map(({ id }) => {
    const answer = answers.get(id);
    return answer && { keptToday: answer.reasons.length > 0, ...(answer.gone && { gone: answer.gone }) };
  });
}

/** Everything of a group that a verdict hangs on. Groups that have it in common fare alike, point by point. */
export function likenessOf(
  group: readonly RecoveryPoint[],
  goesOn: boolean,
  { sources }: Pick<AllUntilInput, 'sources'>,
): string {
  const [first] = group;
  const source = first && sources.get(first.source);
  const isTwice = new Set(group.map(({ slot }) => slot)).size < group.length;
  return JSON.stringify([
    [first?.policy, first?.copiedFrom?.place, goesOn, source ?? null],
    group.map((point) => [
      [point.slot, point.state, point.hold, point.keep, point.deregistrationProtected],
      [point.mappedBy, point.foreignSnapshots],
      // When it was made only matters for which of two counts, and for how long it has been pending.
      isTwice || point.state === 'pending' ? [point.madeAt, point.id] : 0,
    ]),
  ]);
}
