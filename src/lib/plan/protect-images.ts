/** Deregistration protection, deprecation, and the two phases of a removal. */

import type { Policy } from '../policy/policy.ts';
import type { DeprecateAction, ProtectImageAction, SetAsideAction } from './protect-actions.ts';
import type { ImageFacts } from './protect-facts.ts';
import type { PointVerdict } from './point-verdicts.ts';
import { TO_BE_DISABLED } from './removal.ts';

const MINUTE = 60_000;
/** EC2 takes no date that is over when it gets there. */
const SOON = 5 * MINUTE;

interface Aged {
  readonly policy: Pick<Policy, 'protect' | 'deprecateAfter'>;
  readonly now: number;
}

export function imageActions(
  { point }: PointVerdict,
  image: ImageFacts,
  { policy, now }: Aged,
): (ProtectImageAction | DeprecateAction)[] {
  const { imageId: id, id: pointId, policy: name, source, slot } = point;
  if (id === undefined) return [];
  const common = { id, point: pointId, policy: name, source, slot };
  const actions: (ProtectImageAction | DeprecateAction)[] = [];
  if (policy.protect === true && image.protection === 'disabled')
    actions.push({ ...common, action: 'protect-image', reason: 'its policy protects AMIs' });
  const at =
    policy.deprecateAfter === undefined ? undefined : dateOf(slot + policy.deprecateAfter, image, now);
  if (at !== undefined) {
    const reason = 'its policy deprecates AMIs of that age';
    actions.push({ ...common, action: 'deprecate-image', at, reason });
  }
  return actions;
}

/** Undefined where it is so already. EC2 knows minutes. */
function dateOf(wanted: number, { deprecatesAt: is }: ImageFacts, now: number): number | undefined {
  const exact = Math.ceil(wanted / MINUTE) * MINUTE;
  const earliest = Math.ceil((now + SOON) / MINUTE) * MINUTE;
  if (exact >= earliest) return is !== undefined && Math.abs(is - exact) < MINUTE ? undefined : exact;
  return is !== undefined && is <= earliest ? undefined : earliest;
}

/**
 * What is on its way out is disabled. `isWanted`: retention, be it because of an edit or a loss, keeps it after all; what is only
 * kept because something could not be checked stays as it is.
 */
export function setAsideAction(
  { point, verdict }: PointVerdict,
  image: ImageFacts,
  { isWanted }: { readonly isWanted: boolean },
): SetAsideAction | undefined {
  const { imageId: id, id: pointId, policy, source, slot, setAside, state } = point;
  if (id === undefined) return undefined;
  const common = { id, point: pointId, policy, source, slot };
  if (verdict.decision === 'keep' && verdict.reasons.includes(TO_BE_DISABLED))
    return {
      ...common,
      action: 'disable-image',
      reason: 'no rule keeps it',
      ...(image.state === 'disabled' && { isDone: true }),
    };
  const isToBeCopied = verdict.reasons.some((reason) => reason.startsWith('to be copied to'));
  if (!setAside || !(isWanted || isToBeCopied)) return undefined;
  const reason = `wanted again: ${verdict.reasons.join('; ')}`;
  const enable = { ...common, action: 'enable-image', reason } as const;
  if (state === 'disabled') return enable;
  // Whoever was enabling it, or about to disable it, did not come to the end.
  return setAside.since === undefined && image.state === 'available'
    ? { ...enable, isDone: true }
    : undefined;
}
