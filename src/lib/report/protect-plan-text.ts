/** What would be protected, aged, shared and set aside, as text for people. */

import { groupBy } from '../plan/group-by.ts';
import type { ProtectPlan } from '../plan/plan-protect.ts';
import type { ProtectAction } from '../plan/protect-actions.ts';
import { formatInstant } from '../policy/instant.ts';
import { skippedText } from './plan-text.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const MAX_LINES = 20;

export function protectPlanText({ actions, refused, warnings }: ProtectPlan, paint: Paint): string[] {
  const policies = groupBy(actions, ({ policy }) => policy);
  return [
    ...(actions.length === 0 ? ['Everything is as the policies say.'] : []),
    ...Array.from(policies, ([policy, ofPolicy]) => [
      paint.bold(`Policy ${policy}: ${plural(ofPolicy.length, 'action')}`),
      ...capped(table(ofPolicy.map((action) => rowOf(action, paint))), MAX_LINES),
    ]).flat(),
    ...refused.map(({ policy, reason, deletions }) =>
      paint.bad(
        `Policy ${policy}: no AMI is disabled: ${reason}. To disable them: --policy ${policy} --accept ${deletions}`,
      ),
    ),
    ...skippedText([], warnings, paint),
  ];
}

function rowOf(action: ProtectAction, paint: Paint): string[] {
  const sign = action.action === 'disable-image' ? paint.warn('-') : paint.good('+');
  const { id, source, slot } = action;
  return [sign, id, wordsOf(action), source, formatInstant(slot), printable(action.reason)];
}

function wordsOf(action: ProtectAction): string {
  switch (action.action) {
    case 'lock-snapshot':
      return `lock (${action.mode}) until ${formatInstant(action.until)}`;
    case 'protect-image':
      return 'protect from deregistration';
    case 'deprecate-image':
      return `deprecate at ${formatInstant(action.at)}`;
    case 'archive-snapshot':
      return 'archive';
    case 'disable-image':
      return 'disable';
    case 'enable-image':
      return 'enable again';
    case 'share-with': {
      const { add, remove } = action;
      const parts = [
        ...(add.length > 0 ? [`share with ${add.join(', ')}`] : []),
        ...(remove.length > 0 ? [`no longer with ${remove.join(', ')}`] : []),
      ];
      return parts.length > 0 ? parts.join('; ') : 'note whom it is shared with';
    }
  }
}
