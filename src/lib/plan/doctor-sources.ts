/** What the policies of the file find in the place, and which tags are wrong. */

import {
  isDlmPolicy,
  runningPolicies,
  sourceKindOf,
  type DlmPolicy,
  type Policy,
  type PolicyFile,
} from '../policy/policy.ts';
import { listed, ok, warn, type Check } from './doctor-check.ts';
import type { Instance, Volume } from './inventory.ts';
import { tagProblems } from './plan-backup.ts';
import { readOptIn } from './select-sources.ts';

interface Sources {
  readonly instances: readonly Instance[];
  readonly volumes: readonly Volume[];
}

/** Terminated instances stay in EC2's lists for an hour. */
export function isAlive({ state }: Instance): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

export function sourceChecks(file: PolicyFile, sources: Sources): Check[] {
  const counted = runningPolicies(file).map((policy) => ({ policy, count: countOf(policy, file, sources) }));
  const found = counted.filter(({ count }) => count > 0);
  const counts = found.map(({ policy, count }) => `${policy.name} ${count}`).join(', ');
  return [
    ...(found.length === 0 ? [] : [ok('sources', `found by policy: ${counts}`)]),
    ...counted
      .filter(({ count }) => count === 0)
      .map(({ policy }) =>
        warn('sources', `${policy.name} finds nothing here yet: ${howToOptIn(policy, file)}`),
      ),
    tagCheck(file, sources),
  ];
}

function countOf(policy: Policy | DlmPolicy, file: PolicyFile, { instances, volumes }: Sources): number {
  const kind = sourceKindOf(policy.backup);
  const candidates = kind === 'instance' ? instances.filter(isAlive) : volumes;
  return candidates.filter((source) => readOptIn(source, kind, file).policies.includes(policy.name)).length;
}

function howToOptIn(policy: Policy | DlmPolicy, { optInTag }: PolicyFile): string {
  const { name, backup } = policy;
  const what = `each ${sourceKindOf(backup)} to back up`;
  if (isDlmPolicy(policy) && policy.select) {
    return `put the tag ${policy.select.key}=${policy.select.values.join(' or ')}, which it selects by, on ${what}`;
  }
  if (policy.select && 'tags' in policy.select) {
    const tags = Object.entries(policy.select.tags).map(([key, values]) => `${key}=${values.join(' or ')}`);
    return `put ${tags.length === 1 ? 'the tag' : 'the tags'} ${listed(tags)}, which it selects by, on ${what}`;
  }
  return `put the tag ${optInTag}=${name} (or ${optInTag}:${name}=true beside others) on ${what}`;
}

function tagCheck(file: PolicyFile, sources: Sources): Check {
  const problems = tagProblems(file, sources);
  const [first] = problems;
  if (!first) return ok('tags', 'no tag is wrong');
  const count = problems.length === 1 ? '1 tag is' : `${problems.length} tags are`;
  return warn('tags', `${count} wrong, ec2-backup plan names all: ${first.id}: ${first.reason}`);
}
