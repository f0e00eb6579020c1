/** What a policy says, against what its engine can do. */

import { dlmProblems, type DlmSurroundings } from './dlm-checks.ts';
import { draftOf } from './dlm-draft.ts';
import { dlmWords } from './dlm-schema.ts';
import { isMap, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

/** Words that the Lambda engine will know one day. */
const LATER = new Set(['share', 'archiveAfter', 'deprecateAfter']);
/** Both engines have these, with words of their own. */
const OF_BOTH = ['copies', 'hooks'];
const DLM_WORDS = Object.keys(dlmWords).filter((word) => !OF_BOTH.includes(word));

/** Whether DLM runs the policy; undefined when its engine is none that we know. */
export function isDlm(policy: unknown): boolean | undefined {
  const engine = wordOf(policy, 'engine') ?? 'lambda';
  return engine === 'dlm' || (engine === 'lambda' ? false : undefined);
}

/** The problems of one policy with regard to its engine. */
export function checkEngine(path: Path, policy: unknown, surroundings: DlmSurroundings): readonly Finding[] {
  if (!isMap(policy)) return [];
  const byDlm = isDlm(policy);
  if (byDlm === undefined) return [];
  if (byDlm) {
    return [
      ...checkReserved(path),
      ...dlmProblems(draftOf(policy), surroundings).map(({ path: inner, message }): Finding => ({
        path: [...path, ...inner],
        message,
        at: 'value',
      })),
    ];
  }
  return DLM_WORDS.filter((word) => Object.hasOwn(policy, word)).map((word) => ({
    path: [...path, word],
    message: LATER.has(word)
      ? `${word} is not yet supported with engine: lambda; DLM has it (engine: dlm)`
      : `${word} is only for engine: dlm, expected it left out with engine: lambda`,
    at: 'key',
  }));
}

/** What default policies are called in DLM. */
function checkReserved(path: Path): readonly Finding[] {
  const name = path.at(-1);
  if (name !== 'default-volume' && name !== 'default-instance') return [];
  const message = `${name} is what a default policy is called in DLM, expected another name with engine: dlm`;
  return [{ path, message, at: 'key' }];
}

/** Whether a finding is inside of a word that the policy's engine does not have, which is all that need be said. */
export function isBesideThePoint(path: Path, file: unknown): boolean {
  const [top, name, word] = path;
  if (top !== 'policies' || typeof name !== 'string' || typeof word !== 'string') return false;
  return DLM_WORDS.includes(word) && isDlm(wordOf(wordOf(file, 'policies'), name)) === false;
}
