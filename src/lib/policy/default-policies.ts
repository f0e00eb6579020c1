/** DLM's default policies, checked and complete. */

import { DEFAULT_SECTIONS } from './default-policies-schema.ts';
import { exactTagProblems } from './dlm-tag-checks.ts';
import { problem, type DlmProblem } from './dlm-problem.ts';
import type { DefaultPolicy } from './policy.ts';
import type { ParsedFile } from './schema.ts';
import { wordOf } from './written.ts';

const KINDS = ['volume', 'instance'] as const;
const MOST_TAGS = 50;

/** What concerns several words of `defaultPolicies`; the paths begin there. */
export function defaultPolicyProblems(written: unknown): readonly DlmProblem[] {
  return KINDS.flatMap((kind) => {
    const policy = wordOf(written, kind);
    const { every, keep } = DEFAULT_SECTIONS[kind].shape;
    const exclude = DEFAULT_SECTIONS[kind].shape.exclude.safeParse(wordOf(policy, 'exclude'));
    if (policy === undefined) return [];
    return [
      ...tooShort(
        every.safeParse(wordOf(policy, 'every')).data,
        keep.safeParse(wordOf(policy, 'keep')).data?.within,
      ),
      ...(exclude.success ? exactTagProblems(['exclude', 'tags'], exclude.data.tags, MOST_TAGS) : []),
    ].map(({ path, message }) => problem([kind, ...path], message));
  });
}

function tooShort(every: number | undefined, within: number | undefined): readonly DlmProblem[] {
  if (every === undefined || within === undefined || within > every) return [];
  const message = `kept for ${within}d and made every ${every}d, expected to be kept longer than that; raise within or lower every`;
  return [problem(['keep'], message)];
}

/** Those that the file has, the one for volumes first. */
export function assembleDefaults(written: ParsedFile['defaultPolicies']): readonly DefaultPolicy[] {
  return KINDS.flatMap((kind) => {
    const policy = written[kind];
    if (!policy) return [];
    const { every, keep, exclude, ...others } = policy;
    const none = { bootVolumes: false, volumeTypes: [] };
    return [{ kind, ...others, createEvery: every, retain: keep.within, exclude: { ...none, ...exclude } }];
  });
}
