/** What the schema cannot say of a policy with `engine: dlm`: what concerns several words, and what DLM cannot do. */

import { copyProblems } from './dlm-copy-checks.ts';
import type { PolicyDraft } from './dlm-draft.ts';
import { VSS } from './dlm-policy.ts';
import { listed, problem, type DlmProblem } from './dlm-problem.ts';
import { dlmSchedules, keepProblems } from './dlm-schedules.ts';
import { selectProblems, tagProblems, volumeTagProblems } from './dlm-tag-checks.ts';
import { archiveRule, deprecateRule, type Kept } from './dlm-tiers.ts';
import type { BackupKind } from './policy.ts';

/** What a policy takes from the rest of the file. */
export interface DlmSurroundings {
  /** Undefined when it is no zone, which the schema reports. */
  readonly timezone: string | undefined;
  readonly optInTag: string;
}

/** Every problem of a policy, as far as its words can be read. */
export function dlmProblems(
  draft: PolicyDraft,
  { timezone, optInTag }: DlmSurroundings,
): readonly DlmProblem[] {
  const { schedule, keep } = draft;
  const translated = schedule && keep && timezone ? dlmSchedules({ schedule, timezone }, keep) : undefined;
  const schedules = translated?.schedules ?? [];
  const kept = schedule && schedules.length > 0 ? { schedule, schedules } : undefined;
  return [
    ...kindProblems(draft),
    ...(translated?.problems ?? (keep ? keepProblems(keep) : [])),
    ...(kept ? tierProblems(draft, kept) : []),
    ...fastRestoreProblems(draft, kept),
    ...selectProblems(draft, optInTag),
    ...tagProblems(draft, optInTag),
    ...volumeTagProblems(draft),
    ...copyProblems(draft),
    ...hookProblems(draft),
  ];
}

/** The words that DLM takes for some kinds of backup only. */
const KINDS: readonly (readonly [keyof PolicyDraft, readonly BackupKind[]])[] = [
  ['share', ['snapshots', 'volume']],
  ['fastRestore', ['snapshots', 'volume']],
  ['archiveAfter', ['volume']],
  ['deprecateAfter', ['image']],
  ['exclude', ['snapshots']],
  ['hooks', ['snapshots']],
];

function kindProblems(draft: PolicyDraft): readonly DlmProblem[] {
  const { backup } = draft;
  if (backup === undefined) return [];
  return KINDS.filter(([word, kinds]) => draft[word] !== undefined && !kinds.includes(backup)).map(
    ([word, kinds]) =>
      problem(
        [word],
        `${word} is not for backup: ${backup}, expected only with backup: ${kinds.join(' or ')}; leave it out`,
      ),
  );
}

function tierProblems(draft: PolicyDraft, kept: Kept): readonly DlmProblem[] {
  const { backup, archiveAfter, deprecateAfter } = draft;
  const problems: DlmProblem[] = [];
  if (archiveAfter !== undefined && backup === 'volume') {
    const archive = archiveRule(archiveAfter, kept);
    if (!archive.ok) problems.push(problem(['archiveAfter'], archive.problem));
    const beside = (['copies', 'share', 'fastRestore'] as const).filter((word) => draft[word] !== undefined);
    if (archiveAfter === 0 && beside.length > 0) {
      const message = `archiveAfter is 0 beside ${listed(beside)}, expected at least 1: what is archived at once cannot be copied, shared or restored fast`;
      problems.push(problem(['archiveAfter'], message));
    }
  }
  if (deprecateAfter !== undefined && backup === 'image') {
    const deprecate = deprecateRule(deprecateAfter, kept);
    if (!deprecate.ok) problems.push(problem(['deprecateAfter'], deprecate.problem));
  }
  return problems;
}

function fastRestoreProblems({ fastRestore, archiveAfter }: PolicyDraft, kept?: Kept): readonly DlmProblem[] {
  if (!fastRestore) return [];
  const { last, within, zones } = fastRestore;
  const problems: DlmProblem[] = [];
  if ((last === undefined) === (within === undefined)) {
    const given = last === undefined ? 'neither last nor within' : 'both last and within';
    problems.push(
      problem(['fastRestore'], `${given}, expected one of the two: how many snapshots, or how long`),
    );
  }
  if (new Set(zones.map((zone) => zone.includes('-az'))).size > 1) {
    const message = `zones by name and by id (${zones.join(', ')}), expected all by name or all by id`;
    problems.push(problem(['fastRestore', 'zones'], message));
  }
  const retain = kept?.schedules[0]?.retain;
  const count = retain && 'count' in retain ? retain.count : Infinity;
  const most = typeof archiveAfter === 'number' && archiveAfter > 0 ? Math.min(count, archiveAfter) : count;
  if (last !== undefined && last > most) {
    const message = `last is ${last}, expected at most ${most}, the number of snapshots that are kept ready; lower it or keep more`;
    problems.push(problem(['fastRestore', 'last'], message));
  }
  return problems;
}

function hookProblems({ hooks, copyTags, exclude }: PolicyDraft): readonly DlmProblem[] {
  if (!hooks) return [];
  const { document, stages, timeout, onFailure } = hooks;
  const problems: DlmProblem[] = [];
  if (onFailure !== undefined && stages && !stages.includes('pre')) {
    const message = `onFailure is ${onFailure} with stages: [post], expected only with pre, which is what fails; leave it out`;
    problems.push(problem(['hooks', 'onFailure'], message));
  }
  if (document !== VSS) return problems;
  const not = (path: readonly string[]): DlmProblem => {
    const message = `${path.join('.')} is not for ${VSS}, expected it left out; or use a document of your own`;
    return problem(path, message);
  };
  return [
    ...problems,
    ...(stages ? [not(['hooks', 'stages'])] : []),
    ...(timeout === undefined ? [] : [not(['hooks', 'timeout'])]),
    ...(copyTags ? [not(['copyTags'])] : []),
    ...(Object.keys(exclude?.volumes ?? {}).length > 0 ? [not(['exclude', 'volumes'])] : []),
  ];
}
