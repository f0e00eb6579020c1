/** Which sources ask for what, each source's tags read once. */

import { runningPolicies, type PolicyFile, type SourceKind } from '../policy/policy.ts';
import type { Skipped } from './actions.ts';
import type { Instance, Volume } from './inventory.ts';
import { compareText } from './order.ts';
import { readOptIn, type OptIn } from './select-sources.ts';

export type Source = Instance | Volume;

export function isInstance(source: Source): source is Instance {
  return 'rootDeviceType' in source;
}

export interface Asking {
  readonly source: Source;
  readonly optIn: OptIn;
}

export interface Selection {
  /** Every source that exists, by id. */
  readonly asking: ReadonlyMap<string, Asking>;
  /** The sources of each policy, whoever runs it; a policy without any has an empty list. */
  readonly byPolicy: ReadonlyMap<string, readonly Source[]>;
  /** Wrong tags, one entry a source. */
  readonly tagProblems: readonly Skipped[];
}

/** A terminated instance is gone, and asks for nothing. */
export function selectAll(
  file: PolicyFile,
  { instances, volumes }: { readonly instances: readonly Instance[]; readonly volumes: readonly Volume[] },
): Selection {
  const asking = new Map<string, Asking>();
  const byPolicy = new Map<string, Source[]>(runningPolicies(file).map(({ name }) => [name, []]));
  const tagProblems: Skipped[] = [];
  const add = (source: Source, kind: SourceKind): void => {
    const optIn = readOptIn(source, kind, file);
    asking.set(source.id, { source, optIn });
    for (const name of optIn.policies) byPolicy.get(name)?.push(source);
    if (optIn.problems.length > 0) tagProblems.push({ id: source.id, reason: optIn.problems.join('; ') });
  };
  for (const instance of instances) {
    if (instance.state !== 'terminated' && instance.state !== 'shutting-down') add(instance, 'instance');
  }
  for (const volume of volumes) add(volume, 'volume');
  return { asking, byPolicy, tagProblems: tagProblems.sort((a, b) => compareText(a.id, b.id)) };
}
