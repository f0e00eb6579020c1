import type { PolicyDraft } from './dlm-draft.ts';
import { VARIABLES } from './dlm-policy.ts';
import { problem, type DlmProblem } from './dlm-problem.ts';
import type { TagPatterns } from './policy.ts';
import { show } from './schema-words.ts';
import type { Path } from './yaml-source.ts';

const MOST_TAGS = 45;
const MOST_TARGETS = 50;
/** One of DLM's fifty is ours: `Backup:Exclude=true`. */
const MOST_EXCLUDED = 49;
const RESERVED = ['aws:', 'dlm:', 'ec2-backup'];

/** DLM's target tags are exact pairs of which any one will do. */
export function selectProblems({ select }: PolicyDraft, optInTag: string): readonly DlmProblem[] {
  if (!select) return optInTag.includes('=') ? [optInProblem(optInTag)] : [];
  const entries = Object.entries(select.tags);
  const problems: DlmProblem[] = [];
  if (entries.length > 1) {
    const message = `${entries.length} tag keys, expected one: DLM's target tags are ORed, it has no AND; select by one tag, or engine: lambda`;
    problems.push(problem(['select', 'tags'], message));
  }
  for (const [key, values] of entries) {
    if (/[\\=]/.test(key)) {
      const message = `${show(key)} is not a key that DLM takes, expected one without \\ and =; use another tag, or engine: lambda`;
      problems.push(problem(['select', 'tags', key], message));
    }
    if (values.length > MOST_TARGETS) {
      const message = `${values.length} values, expected at most ${MOST_TARGETS}, which is all that DLM takes; use fewer, or engine: lambda`;
      problems.push(problem(['select', 'tags', key], message));
    }
    problems.push(...inexact(['select', 'tags', key], values));
  }
  if (Object.keys(select.exclude).length > 0) {
    const message =
      'exclude is not for engine: dlm, expected tags alone: DLM has no exceptions; leave it out, or engine: lambda';
    problems.push(problem(['select', 'exclude'], message));
  }
  return problems;
}

function optInProblem(optInTag: string): DlmProblem {
  const message = `the opt-in tag is ${show(optInTag)}, expected one without = for engine: dlm; use another optInTag, select, or engine: lambda`;
  return problem(['engine'], message);
}

/** Data volumes are left out by exact tags too. */
export function volumeTagProblems({ exclude }: PolicyDraft): readonly DlmProblem[] {
  return exclude ? exactTagProblems(['exclude', 'volumes'], exclude.volumes, MOST_EXCLUDED) : [];
}

/** What is wrong with a map of exact tags, in all at most so many. */
export function exactTagProblems(path: Path, tags: TagPatterns, most: number): readonly DlmProblem[] {
  const count = Object.values(tags).flat().length;
  return [
    ...(count > most
      ? [problem(path, `${count} tags, expected at most ${most}, which is all that DLM takes`)]
      : []),
    ...Object.entries(tags).flatMap(([key, values]) => [
      ...keyLengthProblem([...path, key], key),
      ...inexact([...path, key], values),
    ]),
  ];
}

function inexact(path: Path, values: readonly string[]): readonly DlmProblem[] {
  return values
    .filter((value) => /[*?\\]/.test(value))
    .map((value) =>
      problem(
        path,
        `${show(value)} is a pattern, expected an exact value: DLM knows no * and ?, and no \\; list the values, or engine: lambda`,
      ),
    );
}

/** Tags that DLM puts on what it makes. */
export function tagProblems({ tags = {}, backup }: PolicyDraft, optInTag: string): readonly DlmProblem[] {
  const entries = Object.entries(tags);
  const problems = entries.flatMap(([key, value]) => [
    ...keyLengthProblem(['tags', key], key),
    ...reservedProblem(key, optInTag),
    ...variableProblem(key, value, backup),
  ]);
  if (entries.length <= MOST_TAGS) return problems;
  const message = `${entries.length} tags, expected at most ${MOST_TAGS}, which is all that DLM takes; leave some out`;
  return [problem(['tags'], message), ...problems];
}

function keyLengthProblem(path: Path, key: string): readonly DlmProblem[] {
  if (key.length >= 1 && key.length <= 128) return [];
  return [problem(path, `a tag key of ${key.length} characters, expected 1 to 128`)];
}

function reservedProblem(key: string, optInTag: string): readonly DlmProblem[] {
  const [lower, optIn] = [key.toLowerCase(), optInTag.toLowerCase()];
  const prefix = RESERVED.find((one) => lower.startsWith(one));
  if (prefix !== undefined) {
    const message = `${show(key)} starts with ${prefix}, expected another key: such tags say who manages a backup`;
    return [problem(['tags', key], message)];
  }
  if (lower !== optIn && !lower.startsWith(`${optIn}:`)) return [];
  const message = `${show(key)} belongs to the opt-in tag, expected another key: what DLM makes must not opt in or be held by it`;
  return [problem(['tags', key], message)];
}

function variableProblem(key: string, value: string, backup: PolicyDraft['backup']): readonly DlmProblem[] {
  if (!value.includes('$(')) return [];
  if (!VARIABLES.includes(value)) {
    const message = `${show(value)} is not a variable of DLM's, expected ${VARIABLES.join(' or ')} as the whole value, or text without $(`;
    return [problem(['tags', key], message)];
  }
  if (backup !== 'volume') return [];
  const message = `${value} is not for backup: volume, expected text: DLM fills it in for backup: image or snapshots only`;
  return [problem(['tags', key], message)];
}
