/** Which sources DLM finds by a policy's target tags: exact, any of them. */

import { sourceKindOf, type DlmPolicy, type PolicyFile } from '../policy/policy.ts';
import type { Instance, Tags, Volume } from './inventory.ts';

/** A tag as a key with the values of which any will do. */
interface TargetTag {
  readonly key: string;
  readonly values: readonly string[];
}

/** The tags that make a source a target; both forms of opting in work under DLM too. */
export function targetTags({ name, select }: DlmPolicy, optInTag: string): readonly TargetTag[] {
  if (select) return [select];
  return [
    { key: optInTag, values: [name] },
    { key: `${optInTag}:${name}`, values: ['true'] },
  ];
}

export function isTarget(tags: Tags, policy: DlmPolicy, optInTag: string): boolean {
  return targetTags(policy, optInTag).some(({ key, values }) => {
    const value = tags.get(key);
    return value !== undefined && values.includes(value);
  });
}

/** How many sources each policy finds, by name. */
export function dlmTargets(
  { dlmPolicies, optInTag }: PolicyFile,
  { instances, volumes }: { readonly instances: readonly Instance[]; readonly volumes: readonly Volume[] },
): ReadonlyMap<string, number> {
  const alive = instances.filter(({ state }) => state === 'running' || state === 'stopped');
  return new Map(
    dlmPolicies.map((policy) => {
      const candidates = sourceKindOf(policy.backup) === 'instance' ? alive : volumes;
      return [policy.name, candidates.filter(({ tags }) => isTarget(tags, policy, optInTag)).length];
    }),
  );
}
