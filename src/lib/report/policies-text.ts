/** Lifecycle policies as text for people. */

import { cureOf } from '../plan/lifecycle-cure.ts';
import type { LifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { MARK } from '../plan/marks.ts';
import { driftText, isOurs, type LifecycleAction } from '../plan/plan-lifecycle.ts';
import { featureWords } from '../policy/dlm-feature-words.ts';
import { scheduleWords } from '../policy/dlm-words.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { PoliciesPlan } from '../run/policies.ts';
import { skippedText } from './plan-text.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const MAX_LINES = 100;

/** What would be created, updated and deleted in DLM, field by field, and what is wrong. */
export function policiesPlanText(plan: PoliciesPlan, file: PolicyFile, paint: Paint): string[] {
  const { actions, unchanged, refused, errors } = plan;
  const title = `Lifecycle policies in DLM: ${actions.length} to change, ${unchanged.length} as they should be`;
  return [
    paint.bold(title),
    ...capped(
      actions.flatMap((action) => actionText(action, plan, file, paint)),
      MAX_LINES,
    ),
    ...table(unchanged.map(({ policy, id }) => ['=', policy, id, targetsText(plan, policy)])),
    ...refused.map(({ policy, id, reason }) =>
      paint.bad(`  Not done for ${policy}${id === undefined ? '' : ` (${id})`}: ${printable(reason)}`),
    ),
    ...errors.map(({ policy, id, statusMessage, cure }) =>
      paint.bad(`  ${id} (${policy}) is in ERROR: ${printable(statusMessage) || 'no message'}. ${cure}`),
    ),
    ...skippedText(plan.skipped, [...plan.warnings, ...plan.tagProblems], paint),
  ];
}

function actionText(action: LifecycleAction, plan: PoliciesPlan, file: PolicyFile, paint: Paint): string[] {
  const { policy } = action;
  switch (action.action) {
    case 'create-lifecycle-policy': {
      const notes = [action.reason, targetsText(plan, policy)].filter(Boolean).join('; ');
      return [`  ${paint.good('+')} create ${policy}: ${notes}`, ...schedulesText(policy, file)];
    }
    case 'update-lifecycle-policy':
      return [
        `  ${paint.warn('~')} update ${policy} (${action.id}): ${plural(action.drift.length, 'field')} differ${action.drift.length === 1 ? 's' : ''}`,
        ...action.drift.map((drift) => `      ${printable(driftText(drift))}`),
        ...schedulesText(policy, file),
      ];
    case 'delete-lifecycle-policy':
      return [`  ${paint.bad('-')} delete ${policy} (${action.id}): ${printable(action.reason)}`];
  }
}

function targetsText({ targets }: PoliciesPlan, policy: string): string {
  const count = targets.get(policy);
  return count === undefined ? '' : `finds ${plural(count, 'source')} here`;
}

function schedulesText(name: string, { dlmPolicies }: PolicyFile): string[] {
  const policy = dlmPolicies.find((one) => one.name === name);
  if (!policy) return [];
  return [...scheduleWords(policy), ...featureWords(policy)].map((line) => `      ${line}`);
}

/** Every lifecycle policy of the place, ours first; those in ERROR with the message and its cure. */
export function policyListText(
  policies: readonly LifecyclePolicy[],
  file: PolicyFile,
  paint: Paint,
): string[] {
  const own = policies.filter((policy) => isOurs(policy, file));
  const sorted = [...own, ...policies.filter((policy) => !isOurs(policy, file))];
  const rows = sorted.map((policy) => {
    const { id, state, tags, description } = policy;
    const owner = tags.get(MARK.deployment);
    const whose = isOurs(policy, file) ? 'ours' : owner === undefined ? 'not ours' : `deployment ${owner}`;
    const colour = state === 'ERROR' ? paint.bad : state === 'ENABLED' ? paint.good : paint.dim;
    return [id, colour(state), whose, tags.get(MARK.policy) ?? '', kindText(policy), printable(description)];
  });
  const errors = sorted.filter(({ state }) => state === 'ERROR');
  return [
    ...table(rows),
    ...errors.map(({ id, statusMessage = '' }) =>
      paint.bad(`  ${id} is in ERROR: ${printable(statusMessage) || 'no message'}. ${cureOf(statusMessage)}`),
    ),
  ];
}

/** Such as `AMIs of instances`, `snapshots of volumes, default policy`. */
export function kindText({ details, isDefault }: LifecyclePolicy): string {
  const { PolicyType: type, ResourceTypes: types, ResourceType: only } = details;
  if (type === 'EVENT_BASED_POLICY') return 'copies of shared snapshots';
  const made = type === 'IMAGE_MANAGEMENT' ? 'AMIs' : 'snapshots';
  const kind: unknown = Array.isArray(types) ? types[0] : only;
  const of = kind === 'INSTANCE' ? 'instances' : 'volumes';
  return `${made} of ${of}${isDefault ? ', default policy' : ''}`;
}
