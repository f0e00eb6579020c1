import type { PolicyDraft } from './dlm-draft.ts';
import { problem, type DlmProblem } from './dlm-problem.ts';
import { deprecateProblem } from './dlm-tiers.ts';
import type { BackupKind } from './policy.ts';

type Copy = NonNullable<PolicyDraft['copies']>[number];

/** What is wrong with copies in other Regions. */
export function copyProblems({ copies = [], backup }: PolicyDraft): readonly DlmProblem[] {
  const regions = copies.map(({ region }) => region);
  return copies.flatMap((copy, index) => [
    ...twiceProblem(regions, index),
    ...keyProblem(copy, index),
    ...deprecationProblem(copy, index, backup),
  ]);
}

function twiceProblem(regions: readonly string[], index: number): readonly DlmProblem[] {
  const region = regions[index] ?? '';
  const first = regions.indexOf(region);
  if (first === index) return [];
  const message = `${region} is given twice, first in copies[${first}], expected each Region once`;
  return [problem(['copies', index, 'region'], message)];
}

function keyProblem({ region, key, encrypted }: Copy, index: number): readonly DlmProblem[] {
  if (key === undefined) return [];
  const problems: DlmProblem[] = [];
  if (encrypted === false) {
    const message = 'encrypted is false beside a key, expected true; or leave the key out';
    problems.push(problem(['copies', index, 'encrypted'], message));
  }
  const [, , , home = ''] = key.split(':');
  if (home !== region) {
    const message = `a key of ${home}, expected one of ${region}, where the copy is made`;
    problems.push(problem(['copies', index, 'key'], message));
  }
  return problems;
}

function deprecationProblem(
  copy: Copy,
  index: number,
  backup: BackupKind | undefined,
): readonly DlmProblem[] {
  if (!copy.deprecateAfter || backup === undefined) return [];
  const message =
    backup === 'image'
      ? deprecateProblem(copy.deprecateAfter, copy.keep.within)
      : `deprecateAfter is not for backup: ${backup}, expected only with backup: image; leave it out`;
  return message === undefined ? [] : [problem(['copies', index, 'deprecateAfter'], message)];
}
