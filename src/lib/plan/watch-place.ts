/** Everything that is measured in one place, in one pass over its sources and points. Pure. */

import { keepingPolicies, type PolicyFile } from '../policy/policy.ts';
import type { Instance, Volume } from './inventory.ts';
import { compareText } from './order.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import { countPoints, NO_POINTS, type PolicyPoints } from './watch-points.ts';
import { watchSources, type SourceWatch } from './watch-policy.ts';
import { slotTimes, type SlotTimes } from './watch-slots.ts';
import { selectAll, type Selection } from './watch-sources.ts';

export interface WatchInput {
  readonly file: PolicyFile;
  readonly now: number;
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
  readonly points: readonly RecoveryPoint[];
}

/** A policy that a Lambda runs. */
export interface RunningWatch {
  readonly policy: string;
  readonly slots: SlotTimes;
  readonly sources: readonly SourceWatch[];
  readonly points: PolicyPoints;
}

/** A policy that makes nothing here any more, but has made something: retired, run by DLM, or not in the file. */
export interface RestingWatch {
  readonly policy: string;
  readonly isInFile: boolean;
  readonly points: PolicyPoints;
}

/** A policy that DLM runs: of its backups nothing is measured here. */
export interface DlmWatch {
  readonly policy: string;
  readonly sources: number;
}

export interface PlaceWatch {
  /** In the file's order, each. */
  readonly running: readonly RunningWatch[];
  readonly byDlm: readonly DlmWatch[];
  readonly resting: readonly RestingWatch[];
  readonly selection: Selection;
}

export function watchPlace(input: WatchInput): PlaceWatch {
  const { file, now } = input;
  const volumes = new Map(input.volumes.map((volume) => [volume.id, volume]));
  const slots = new Map(file.policies.map((policy) => [policy.name, slotTimes(policy, now)]));
  const current = new Map(
    Array.from(slots, ([name, times]) => [name, times.current] as const).flatMap(([name, slot]) =>
      slot === undefined ? [] : [[name, slot] as const],
    ),
  );
  const counts = countPoints(input.points, now, current);
  const selection = selectAll(file, input);
  const running = file.policies.map((policy): RunningWatch => {
    const times = slots.get(policy.name) ?? {};
    const points = counts.get(policy.name) ?? NO_POINTS;
    const chosen = selection.byPolicy.get(policy.name) ?? [];
    const sources = watchSources({ file, policy, now, slots: times, sources: chosen, volumes, points });
    return { policy: policy.name, slots: times, sources, points };
  });
  const byDlm = file.dlmPolicies.map(({ name }) => ({
    policy: name,
    sources: selection.byPolicy.get(name)?.length ?? 0,
  }));
  return { running, byDlm, resting: restingPolicies(counts, file), selection };
}

function restingPolicies(counts: ReadonlyMap<string, PolicyPoints>, file: PolicyFile): RestingWatch[] {
  const running = new Set(file.policies.map(({ name }) => name));
  const known = new Set(keepingPolicies(file).map(({ name }) => name));
  return [...counts]
    .filter(([policy]) => !running.has(policy))
    .map(([policy, points]) => ({ policy, isInFile: known.has(policy), points }))
    .sort((a, b) => compareText(a.policy, b.policy));
}
