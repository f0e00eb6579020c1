/** How policies protect, age and share what they make: in words, and as the policy file writes it. */

import { fixedText } from '../policy/fixed-duration.ts';
import type { Policy } from '../policy/policy.ts';

/** A line a policy that says anything of it. */
export function protectText({ policies }: { readonly policies: readonly Policy[] }): string[] {
  return policies.flatMap((policy) => {
    const words = protectWords(policy);
    return words.length === 0 ? [] : [`  ${policy.name}: ${words.join('; ')}`];
  });
}

function protectWords(policy: Policy): readonly string[] {
  const { protect, archiveAfter, deprecateAfter, share, removal } = policy;
  return [
    ...lockWords(policy),
    ...(protect === undefined ? [] : [protectedWords(protect)]),
    ...(archiveAfter === undefined ? [] : [`archived after ${fixedText(archiveAfter)}`]),
    ...(deprecateAfter === undefined ? [] : [`deprecated after ${fixedText(deprecateAfter)}`]),
    ...(share === undefined
      ? []
      : [share.length === 0 ? 'shared with no account' : `shared with ${share.join(', ')}`]),
    ...(removal === undefined
      ? []
      : [`disabled for ${fixedText(removal.disableFor)} before it is deregistered`]),
  ];
}

function lockWords({ lock }: Policy): readonly string[] {
  if (!lock) return [];
  const coolOff = lock.coolOff === undefined ? '' : `, to be undone for ${lock.coolOff}h`;
  return [`locked for ${fixedText(lock.for)} (${lock.mode}${coolOff})`];
}

function protectedWords(protect: boolean): string {
  return protect ? 'protected from deregistration until it is pruned' : 'not protected from deregistration';
}

/** The same words that the file has, with durations as text. */
export function protectJson({
  lock,
  protect,
  archiveAfter,
  deprecateAfter,
  share,
  removal,
}: Policy): Readonly<Record<string, unknown>> {
  return {
    ...(lock && {
      lock: {
        mode: lock.mode,
        for: fixedText(lock.for),
        ...(lock.coolOff !== undefined && { coolOff: `${lock.coolOff}h` }),
      },
    }),
    ...(protect !== undefined && { protect }),
    ...(archiveAfter !== undefined && { archiveAfter: fixedText(archiveAfter) }),
    ...(deprecateAfter !== undefined && { deprecateAfter: fixedText(deprecateAfter) }),
    ...(share !== undefined && { share }),
    ...(removal && { removal: { disableFor: fixedText(removal.disableFor) } }),
  };
}
