/** What a watch run found, as lines of one shape, the worst kinds first. */

import type { PointNote } from '../plan/watch-points.ts';
import type { RunningWatch } from '../plan/watch-place.ts';
import type { SourceWatch } from '../plan/watch-policy.ts';
import { formatMinute } from '../policy/instant.ts';
import { isFailure, type WatchOutcome } from './outcome.ts';
import type { WatchPlan } from './watch.ts';

/** In the order in which people should look at them. */
export const FINDING_KINDS = [
  'never',
  'stale',
  'refused',
  'lifecycle-error',
  'failed',
  'long-pending',
  'bad-tags',
  'obstacle',
  'not-in-file',
  'odd',
  'leftover',
  'left-alone',
  'watch-failure',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly id: string;
  readonly policy?: string;
  readonly text?: string;
}

export type Findings = Readonly<Record<FindingKind, readonly Finding[]>>;

export function findingsOf(plan: WatchPlan, outcomes: readonly WatchOutcome[]): Findings {
  const { watch, lifecycleErrors, refused, leftAlone } = plan;
  const points = [...watch.running, ...watch.resting];
  const notes = (kind: 'failed' | 'longPending' | 'leftovers' | 'odd'): Finding[] =>
    points.flatMap(({ policy, points: counted }) => counted[kind].map((note) => pointFinding(policy, note)));
  return {
    never: sourceFindings(watch.running, ({ standing }) => standing === 'never'),
    stale: sourceFindings(watch.running, ({ standing }) => standing === 'stale'),
    refused: refused.map(({ policy, reason }) => ({ id: policy, policy, text: reason })),
    'lifecycle-error': lifecycleErrors.map(({ id, policy, statusMessage, cure }) => ({
      id,
      policy,
      text: `${statusMessage || 'DLM gives no reason'}. To do: ${cure}`,
    })),
    failed: notes('failed'),
    'long-pending': notes('longPending'),
    'bad-tags': [
      ...watch.selection.tagProblems.map(({ id, reason }) => ({ id, text: reason })),
      ...(plan.status?.noRoom ?? []).map((id) => ({
        id,
        text: `it has as many tags as EC2 allows: ${plan.status?.key ?? 'the status tag'} finds no room`,
      })),
    ],
    obstacle: sourceFindings(
      watch.running,
      ({ standing, obstacle }) => obstacle !== undefined && standing !== 'never' && standing !== 'stale',
    ),
    'not-in-file': watch.resting
      .filter(({ isInFile }) => !isInFile)
      .map(({ policy, points: { total } }) => ({ id: policy, policy, text: `made ${total} backups` })),
    odd: notes('odd'),
    leftover: notes('leftovers'),
    'left-alone': leftAlone.map(({ id, reason }) => ({ id, text: reason })),
    'watch-failure': outcomes
      .filter(isFailure)
      .map(({ action, id, error }) => ({ id, text: `${action}: ${error ?? 'failed'}` })),
  };
}

function sourceFindings(running: readonly RunningWatch[], is: (source: SourceWatch) => boolean): Finding[] {
  return running.flatMap((policy) =>
    policy.sources.filter(is).map((source) => sourceFinding(policy, source)),
  );
}

function sourceFinding(
  { policy, slots: { due } }: RunningWatch,
  { id, standing, good, obstacle }: SourceWatch,
): Finding {
  const texts = [
    ...(standing === 'stale' && good !== undefined && due !== undefined
      ? [`newest good backup ${formatMinute(good)}, expected ${formatMinute(due)}`]
      : []),
    ...(obstacle === undefined ? [] : [obstacle]),
  ];
  return { id, policy, ...(texts.length > 0 && { text: texts.join('; ') }) };
}

function pointFinding(policy: string, { id, source, slot, detail }: PointNote): Finding {
  const why = detail === undefined ? '' : `: ${detail}`;
  return { id, policy, text: `backup of ${source}, slot ${formatMinute(slot)}${why}` };
}
