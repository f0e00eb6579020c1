/** Plans and runs of lifecycle policies as JSON. Scripts rely on these shapes: fields may be added, none renamed or removed. */

import { cureOf } from '../plan/lifecycle-cure.ts';
import type { LifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { MARK } from '../plan/marks.ts';
import { isOurs, type LifecycleAction, type LifecyclePlan } from '../plan/plan-lifecycle.ts';
import type { Skipped } from '../plan/actions.ts';
import type { Place } from '../policy/policy.ts';
import type { RunContext } from '../run/context.ts';
import { countOutcomes, type LifecycleOutcome, type OutcomeCounts } from '../run/outcome.ts';
import type { PoliciesPlan, PoliciesReport } from '../run/policies.ts';

interface Common {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
}

export interface PoliciesPlanJson extends Common {
  readonly actions: readonly LifecycleAction[];
  readonly unchanged: LifecyclePlan['unchanged'];
  readonly refused: LifecyclePlan['refused'];
  readonly errors: LifecyclePlan['errors'];
  readonly skipped: readonly Skipped[];
  readonly warnings: readonly Skipped[];
  /** How many sources each policy finds, by name. */
  readonly targets: Readonly<Record<string, number>>;
}

export interface PoliciesRunJson extends Omit<PoliciesPlanJson, 'actions'> {
  readonly outcomes: readonly LifecycleOutcome[];
  readonly counts: OutcomeCounts;
}

type Where = Pick<RunContext, 'place' | 'file'>;

export function policiesPlanJson(plan: PoliciesPlan, where: Where): PoliciesPlanJson {
  return { ...common(where), actions: plan.actions, ...rest(plan) };
}

export function policiesRunJson({ plan, outcomes }: PoliciesReport, where: Where): PoliciesRunJson {
  return { ...common(where), ...rest(plan), outcomes, counts: countOutcomes(outcomes) };
}

export function policyListJson(policies: readonly LifecyclePolicy[], where: Where): object {
  return {
    ...common(where),
    lifecyclePolicies: policies.map((policy) => {
      const { id, state, statusMessage = '', description, tags, isDefault, details } = policy;
      return {
        id,
        state,
        ...(state === 'ERROR' && { statusMessage, cure: cureOf(statusMessage) }),
        isOurs: isOurs(policy, where.file),
        policy: tags.get(MARK.policy) ?? null,
        description,
        isDefault,
        details,
      };
    }),
  };
}

function rest(plan: PoliciesPlan): Omit<PoliciesPlanJson, 'actions' | keyof Common> {
  const { unchanged, refused, errors, skipped, warnings, targets, tagProblems } = plan;
  return {
    unchanged,
    refused,
    errors,
    skipped,
    warnings: [...warnings, ...tagProblems],
    targets: Object.fromEntries(targets),
  };
}

function common({ place, file }: Where): Common {
  return { version: 1, deployment: file.deployment, place };
}
