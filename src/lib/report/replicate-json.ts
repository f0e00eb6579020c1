/** Copying runs as JSON. Scripts rely on these shapes: fields may be added, none renamed or removed. */

import type { CopyStatus, CopyVerdict } from '../plan/plan-copies.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { countOutcomes } from '../run/outcome.ts';
import type { ReplicatePlan, ReplicateReport } from '../run/replicate.ts';
import { actionJson } from './plan-json.ts';

export function copyVerdictJson({ from, point, status, reason, copy }: CopyVerdict) {
  const { id, source, policy, slot } = point;
  return {
    id,
    source,
    policy,
    slot: formatInstant(slot),
    from,
    status,
    reason,
    ...(copy && { copy: { id: copy.id, state: copy.state } }),
  };
}

export type CopyCounts = Readonly<Record<CopyStatus, number>>;

export function countCopies({ verdicts }: Pick<ReplicatePlan, 'verdicts'>): CopyCounts {
  const counts = { copied: 0, 'not kept': 0, copy: 0, waiting: 0, refused: 0, failed: 0 };
  for (const { status } of verdicts) counts[status] += 1;
  return counts;
}

/** What would be done. */
export function replicatePlanJson(plan: ReplicatePlan, deployment: string) {
  const { place, slot, verdicts, actions, shares, unshares, behind, warnings, errors } = plan;
  return {
    version: 1 as const,
    deployment,
    place,
    slot: formatInstant(slot),
    actions: [...shares, ...actions, ...unshares].map(actionJson),
    copies: verdicts.map(copyVerdictJson),
    counts: countCopies(plan),
    behind,
    warnings,
    errors,
  };
}

/** What was done in one place. */
export function replicateRunJson({ plan, outcomes, limited }: ReplicateReport) {
  const { place, slot, verdicts, behind, warnings, errors } = plan;
  return {
    place,
    slot: formatInstant(slot),
    outcomes: outcomes.map((outcome) => ({ ...outcome, slot: formatInstant(outcome.slot) })),
    counts: countOutcomes(outcomes),
    copies: verdicts.map(copyVerdictJson),
    behind,
    limited: limited.map(({ id }) => id),
    warnings,
    errors,
  };
}

/** A place that the run did not come into, or could not read. */
export interface Unreached {
  readonly place: Place;
  readonly reason: string;
}

/** What `replicate` would do, place by place. */
export function replicatePlansJson({
  deployment,
  plans,
  unreached,
}: {
  readonly deployment: string;
  readonly plans: readonly ReplicatePlan[];
  readonly unreached: readonly Unreached[];
}) {
  const places = plans.map((plan) => replicatePlanJson(plan, deployment));
  return { version: 1 as const, deployment, places, unreached };
}

export interface ReplicateJsonParts {
  readonly deployment: string;
  readonly reports: readonly ReplicateReport[];
  readonly unreached: readonly Unreached[];
}

/** What `replicate` did, place by place. */
export function replicateJson({ deployment, reports, unreached }: ReplicateJsonParts) {
  const outcomes = reports.flatMap((report) => report.outcomes);
  return {
    version: 1 as const,
    deployment,
    places: reports.map(replicateRunJson),
    counts: countOutcomes(outcomes),
    unreached,
  };
}
