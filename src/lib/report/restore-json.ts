/** A restore as JSON. Scripts rely on these shapes: fields may be added, none renamed or removed. */

import type { RestorePlan } from '../plan/restore-plan.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { countOutcomes, type OutcomeCounts } from '../run/outcome.ts';
import type { RestoreOutcome, RestoreReport, RestoreRun } from '../run/restore-outcome.ts';
import { reachOf } from './restore-text.ts';

export interface RestorePlanJson extends Omit<RestorePlan, 'point'> {
  readonly version: 1;
  readonly place: Place;
  readonly deployment: string;
  readonly point: Omit<RestorePlan['point'], 'slot' | 'takenAt'> & {
    readonly slot: string;
    readonly takenAt: string;
  };
  /** What the same command has made before. */
  readonly alreadyMade?: string;
}

export interface RestoreJson extends RestorePlanJson {
  readonly outcomes: readonly RestoreOutcome[];
  readonly counts: OutcomeCounts;
  readonly instance?: { readonly id: string; readonly state: string; readonly privateAddress?: string };
  readonly volumes: readonly { readonly id: string; readonly device: string }[];
  /** How to reach the instance. */
  readonly reach?: string;
}

interface Whose {
  readonly place: Place;
  readonly deployment: string;
}

export function restorePlanJson(
  { plan, alreadyMade }: RestoreRun,
  { place, deployment }: Whose,
): RestorePlanJson {
  const { point, ...rest } = plan;
  return {
    version: 1,
    place,
    deployment,
    point: { ...point, slot: formatInstant(point.slot), takenAt: formatInstant(point.takenAt) },
    ...rest,
    ...(alreadyMade !== undefined && { alreadyMade }),
  };
}

export function restoreJson(run: RestoreRun, report: RestoreReport, whose: Whose): RestoreJson {
  const { outcomes, instance, volumes } = report;
  const reach = reachOf(report, whose.place.region);
  return {
    ...restorePlanJson(run, whose),
    outcomes,
    counts: countOutcomes(outcomes),
    ...(instance && {
      instance: {
        id: instance.id,
        state: instance.state,
        ...(instance.privateAddress !== undefined && { privateAddress: instance.privateAddress }),
      },
    }),
    volumes,
    ...(reach !== undefined && { reach }),
  };
}
