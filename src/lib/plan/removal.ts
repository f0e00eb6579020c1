/** Two-phase removal: what is to go is disabled first, and deregistered when nobody missed it. */

import { formatInstant } from '../policy/instant.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { PointVerdict } from './point-verdicts.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { Verdict } from './retention.ts';

/** Why a point that no rule keeps is still there. The first is what `protect` acts upon. */
export const TO_BE_DISABLED = 'to be disabled first';
const SET_ASIDE = 'disabled, deregistered after';
export const ENABLED_AGAIN = 'enabled again after it was disabled';

/** A verdict that lets an AMI go, put off until it was disabled for as long as its policy says. */
export function inTwoPhases(
  entry: PointVerdict,
  { file, now }: { readonly file: PolicyFile; readonly now: number },
): PointVerdict {
  const { point, verdict } = entry;
  // What failed cannot be disabled, and nobody can miss it.
  if (verdict.decision === 'keep' || point.imageId === undefined || point.state === 'failed') return entry;
  const { since } = point.setAside ?? {};
  // Whatever has become of the policy since.
  if (since !== undefined && point.state !== 'disabled') return kept(entry, ENABLED_AGAIN);
  const removal = file.policies.find(({ name }) => name === point.policy)?.removal;
  if (!removal) return entry;
  if (since === undefined) return kept(entry, TO_BE_DISABLED);
  const until = since + removal.disableFor;
  return now >= until ? entry : kept(entry, `${SET_ASIDE} ${formatInstant(until)}`);
}

/** Nothing keeps it but that it is not deregistered at once. */
export function isOnItsWay({ decision, reasons }: Verdict): boolean {
  return (
    decision === 'keep' &&
    reasons.every((reason) => reason === TO_BE_DISABLED || reason.startsWith(SET_ASIDE))
  );
}

/** How much longer (ms) than its rules say an AMI is there. */
export function disabledFor(
  { policy, kind, state }: Pick<RecoveryPoint, 'policy' | 'kind' | 'state'>,
  { policies }: Pick<PolicyFile, 'policies'>,
): number {
  if (kind !== 'image' || state === 'failed') return 0;
  return policies.find(({ name }) => name === policy)?.removal?.disableFor ?? 0;
}

function kept({ point }: PointVerdict, reason: string): PointVerdict {
  return { point, verdict: { decision: 'keep', reasons: [reason] } };
}
