import type { Path } from './yaml-source.ts';

/** Something that DLM cannot do, or that one word says against another. */
export interface DlmProblem {
  /** From the policy on. */
  readonly path: Path;
  /** What is there, what was expected and what to do instead. */
  readonly message: string;
}

export function problem(path: Path, message: string): DlmProblem {
  return { path, message };
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
