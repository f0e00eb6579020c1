/** What a watch run measured, as metrics. Pure. */

import type { PlaceWatch, RunningWatch } from '../plan/watch-place.ts';
import type { PolicyPoints } from '../plan/watch-points.ts';
import type { Standing } from '../plan/watch-policy.ts';
import { isFailure } from '../run/outcome.ts';
import { oldestAge } from '../run/watch-report.ts';
import type { WatchReport } from '../run/watch.ts';
import { dimensionsOf, failedRuns, metric, type MetricRecord, type MetricScope } from './metrics.ts';

export function watchMetrics(
  { deployment, place }: MetricScope,
  { plan, outcomes }: WatchReport,
): MetricRecord[] {
  const { watch, backsUp, lifecycleErrors, refused, measuredAt } = plan;
  const whole = { deployment };
  const { running } = watch;
  return [
    metric('Watched', 1, { deployment, ...dimensionsOf(place) }),
    failedRuns(deployment, outcomes.some(isFailure)),
    metric(
      'StaleSources',
      sum(running, (one) => standing(one, 'stale')),
      whole,
    ),
    metric(
      'NeverBackedUp',
      sum(running, (one) => standing(one, 'never')),
      whole,
    ),
    metric('MissedSlots', sum(running, missed), whole),
    metric('FailedPoints', sumPoints(watch, 'failed'), whole),
    metric('LongPendingPoints', sumPoints(watch, 'longPending'), whole),
    metric('RefusedPrunes', refused.length, whole),
    metric('LifecycleErrors', lifecycleErrors.length, whole),
    ...(backsUp ? selections(watch, { deployment, place }) : []),
    ...running.flatMap((one) => policyMetrics(one, measuredAt, { deployment, place })),
  ];
}

function policyMetrics(one: RunningWatch, now: number, { deployment, place }: MetricScope): MetricRecord[] {
  const { policy, sources, points } = one;
  const both = { deployment, policy, ...dimensionsOf(place) };
  const age = oldestAge(sources, now);
  const troubles = [
    metric('NeverBackedUp', standing(one, 'never'), both),
    metric('StaleSources', standing(one, 'stale'), both),
    metric('FailedPoints', points.failed.length, both),
    metric('LongPendingPoints', points.longPending.length, both),
    metric('MissedSlots', missed(one), both),
    metric('Leftovers', points.leftovers.length, both),
  ];
  return [
    ...(age === undefined ? [] : [metric('OldestAge', age, both)]),
    // A metric is paid for by the hour in which it is sent, and no alarm looks at these.
    ...troubles.filter(({ value }) => value > 0),
  ];
}

/** Of policies that DLM runs too. Where only copies are made there is nothing to select. */
function selections({ running, byDlm }: PlaceWatch, scope: MetricScope): MetricRecord[] {
  return [
    ...byDlm.map(({ policy, sources }) => ({ policy, count: sources })),
    ...running.map(({ policy, sources }) => ({ policy, count: sources.length })),
  ].flatMap(({ policy, count }) => selected(policy, count, scope));
}

/** By policy alone too: a policy that finds nothing anywhere rings. */
function selected(policy: string, sources: number, { deployment, place }: MetricScope): MetricRecord[] {
  return [
    metric('SelectedSources', sources, { deployment, policy }),
    metric('SelectedSources', sources, { deployment, policy, ...dimensionsOf(place) }),
  ];
}

function standing({ sources }: RunningWatch, wanted: Standing): number {
  return sources.filter((source) => source.standing === wanted).length;
}

function missed({ sources }: RunningWatch): number {
  return sources.filter(({ isMissed }) => isMissed).length;
}

/** Of policies that no longer run too. */
function sumPoints(
  { running, resting }: PlaceWatch,
  list: keyof PolicyPoints & ('failed' | 'longPending'),
): number {
  return sum([...running, ...resting], ({ points }) => points[list].length);
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
