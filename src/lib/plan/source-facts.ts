import type { PolicyFile, SourceKind } from '../policy/policy.ts';
import type { SourceFacts } from './point-verdicts.ts';
import { readOptIn, type TaggedSource } from './select-sources.ts';

/**
 * What the tags of an existing source say of retention. A bad `Backup:Keep` is in `keep` as it is written; any other
 * tag that leaves open what is wanted is in `problem`.
 */
export function factsOf(source: TaggedSource, kind: SourceKind, file: PolicyFile): SourceFacts {
  const keep = source.tags.get(`${file.optInTag}:Keep`);
  const { unclear } = readOptIn(source, kind, file);
  return {
    ...(keep !== undefined && { keep }),
    ...(unclear.length > 0 && { problem: unclear.join('; ') }),
  };
}
