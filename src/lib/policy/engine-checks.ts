/** What a policy says, against what its engine can do. */

import { dlmProblems, type DlmSurroundings } from './dlm-checks.ts';
import { draftOf } from './dlm-draft.ts';
import { dlmWords } from './dlm-schema.ts';
import { isLambdaWord } from './engine-words.ts';
import { isDlm, isMap, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

const DLM_WORDS = Object.keys(dlmWords).filter((word) => !isLambdaWord(word));
/** Words of the Lambda engine only, with what DLM does instead. */
const LAMBDA_ONLY: Readonly<Record<string, string>> = {
  lock: 'DLM locks nothing',
  protect: 'DLM protects no AMI from deregistration',
  removal: 'DLM deregisters at once, what it has is deprecateAfter',
};

/** The problems of one policy with regard to its engine. */
export function checkEngine(path: Path, policy: unknown, surroundings: DlmSurroundings): readonly Finding[] {
  if (!isMap(policy)) return [];
  const byDlm = isDlm(policy);
  if (byDlm === undefined) return [];
  if (byDlm) {
    return [
      ...checkReserved(path),
      ...Object.entries(LAMBDA_ONLY)
        .filter(([word]) => Object.hasOwn(policy, word))
        .map(([word, instead]): Finding => ({
          path: [...path, word],
          message: `${word} is only for engine: lambda, expected it left out with engine: dlm: ${instead}`,
          at: 'key',
        })),
      ...dlmProblems(draftOf(policy), surroundings).map(({ path: inner, message }): Finding => ({
        path: [...path, ...inner],
        message,
        at: 'value',
      })),
    ];
  }
  return DLM_WORDS.filter((word) => Object.hasOwn(policy, word)).map((word) => ({
    path: [...path, word],
    message: `${word} is only for engine: dlm, expected it left out with engine: lambda`,
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
  const byDlm = isDlm(wordOf(wordOf(file, 'policies'), name));
  return byDlm === true ? Object.hasOwn(LAMBDA_ONLY, word) : byDlm === false && DLM_WORDS.includes(word);
}
