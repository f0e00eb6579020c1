/** The tags of what a restore makes. */

import {
  isDlmPolicy,
  runningPolicies,
  sourceKindOf,
  type PolicyFile,
  type SourceKind,
} from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import { isCopyable, nameOfSource } from './backup-tags.ts';
import { ENCODING } from './escaped-text.ts';
import type { Tags } from './inventory.ts';
import { RESTORED } from './marks.ts';
import type { RecoveryPoint } from './recovery-points.ts';
import type { RestoreRequest } from './restorable.ts';
import type { Tag } from './restore-sheet.ts';
import { VSS_TAGS } from './vss-mark.ts';

export interface RestoredTags {
  readonly tags: readonly Tag[];
  /** Keys that the source has and the restored one does not get, because DLM would back it up for them. */
  readonly leftOut: readonly string[];
}

interface Circumstances {
  readonly request: RestoreRequest;
  readonly file: PolicyFile;
  /** What is tagged: what a point of an instance knows of its volumes' tags is nothing. */
  readonly of: SourceKind;
}

/**
 * Where it comes from, the source's name and its own tags, then those of the request, which win. Opt-in tags only for
 * what is adopted: then the policy that made the point backs it up.
 */
export function restoredTags(
  point: RecoveryPoint,
  pointTags: Tags,
  { request, file, of }: Circumstances,
): RestoredTags {
  const isOfSource = of === sourceKindOf(point.kind);
  const selectors = new Set(
    runningPolicies(file).flatMap((policy) =>
      isDlmPolicy(policy) && policy.select ? policy.select.key : [],
    ),
  );
  const own = isOfSource
    ? [...pointTags].filter(([key]) => isCopyable(key, file) && !isOfVss(key, pointTags))
    : [];
  const leftOut = request.adopt ? [] : own.map(([key]) => key).filter((key) => selectors.has(key));
  const name = nameOfSource(pointTags.get('Name') ?? '', point);
  const tags = new Map<string, string>([
    [RESTORED.from, point.id],
    [RESTORED.at, formatInstant(point.slot)],
    ...(name === '' ? [] : [['Name', name] as const]),
    ...own.filter(([key]) => !leftOut.includes(key)),
    ...(request.adopt ? [[RESTORED.adopted, 'true'] as const] : []),
    ...(request.adopt && isOfSource ? optIn(point, file) : []),
    ...request.tags.map(({ key, value }) => [key, value] as const),
  ]);
  return { tags: [...tags].map(([key, value]) => ({ key, value })), leftOut };
}

/** What Windows said of the snapshots is not the machine's. */
function isOfVss(key: string, pointTags: Tags): boolean {
  return pointTags.has(ENCODING) && VSS_TAGS.includes(key);
}

/** A policy that selects by tags of its own finds the copied ones. */
function optIn({ policy, keep }: RecoveryPoint, file: PolicyFile): (readonly [string, string])[] {
  const running = runningPolicies(file).find(({ name }) => name === policy);
  return [
    ...(running && !running.select ? [[file.optInTag, policy] as const] : []),
    ...(keep === undefined ? [] : [[`${file.optInTag}:Keep`, keep] as const]),
  ];
}
