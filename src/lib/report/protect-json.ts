/** What protecting plans and did, as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import type { ProtectPlan } from '../plan/plan-protect.ts';
import type { ProtectAction } from '../plan/protect-actions.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { countOutcomes } from '../run/outcome.ts';
import type { ProtectReport } from '../run/protect.ts';

interface Whose {
  readonly place: Place;
  readonly deployment: string;
}

export interface ProtectPlanJson extends Whose {
  readonly version: 1;
  readonly actions: readonly object[];
  readonly refused: ProtectPlan['refused'];
  readonly warnings: ProtectPlan['warnings'];
}

export function protectPlanJson({ actions, refused, warnings }: ProtectPlan, whose: Whose): ProtectPlanJson {
  return { version: 1, ...whose, actions: actions.map(actionJson), refused, warnings };
}

/** Times as text. */
export function actionJson(action: ProtectAction): object {
  return {
    ...action,
    slot: formatInstant(action.slot),
    ...('until' in action && { until: formatInstant(action.until) }),
    ...('at' in action && { at: formatInstant(action.at) }),
  };
}

export function protectJson({ plan: { refused, warnings }, outcomes }: ProtectReport, whose: Whose): object {
  return {
    version: 1,
    ...whose,
    outcomes: outcomes.map((outcome) => ({ ...outcome, slot: formatInstant(outcome.slot) })),
    counts: countOutcomes(outcomes),
    refused,
    warnings,
  };
}
