/**
 * Words that both engines have, each in a shape of its own. The schema of the file has DLM's; those of a policy that the
 * Lambdas run are taken out of what that schema reads, and read here.
 */

import * as z from 'zod';
import { copiesSchema, copyOf } from './copies-schema.ts';
import type { dlmWords } from './dlm-schema.ts';
import { hooksOf, hooksSchema } from './hooks-schema.ts';
import type { Policy } from './policy.ts';
import { archiveSchema, deprecateSchema, shareSchema } from './protect-schema.ts';
import { entriesOf, isDlm, isMap } from './written.ts';

/** The Lambdas' shape of each such word. */
export const lambdaWords = {
  copies: copiesSchema,
  share: shareSchema,
  archiveAfter: archiveSchema,
  deprecateAfter: deprecateSchema,
  hooks: hooksSchema,
} satisfies Partial<Record<keyof typeof dlmWords, z.ZodType>>;

const schema = z.object(lambdaWords).partial();

/** What those words of one policy say; the schema's own answer where they are not well written. */
export interface LambdaWords {
  readonly policy: string;
  readonly result: z.ZodSafeParseResult<z.output<typeof schema>>;
}

/** Those of every policy that the Lambdas run. */
export function readLambdaWords(file: unknown): readonly LambdaWords[] {
  return entriesOf(file, 'policies')
    .filter(([, policy]) => isDlm(policy) === false)
    .map(([name, policy]) => {
      const own = wordsOf(policy).filter(([word, value]) => isLambdaWord(word) && value !== undefined);
      return { policy: name, result: schema.safeParse(Object.fromEntries(own)) };
    });
}

/** The file without them, as the rest of the schema reads it. */
export function withoutLambdaWords(file: unknown): unknown {
  const all = entriesOf(file, 'policies');
  const hasOwn = (policy: unknown): boolean =>
    isDlm(policy) === false && wordsOf(policy).some(([word]) => isLambdaWord(word));
  if (!all.some(([, policy]) => hasOwn(policy))) return file;
  const policies = all.map(([name, policy]) => [name, hasOwn(policy) ? stripped(policy) : policy] as const);
  return { ...(file as object), policies: Object.fromEntries(policies) };
}

/** What they say of a policy. */
export function assembleLambdaWords({
  copies = [],
  share,
  archiveAfter,
  deprecateAfter,
  hooks,
}: z.output<typeof schema>): Pick<Policy, 'copies' | 'share' | 'archiveAfter' | 'deprecateAfter' | 'hooks'> {
  return {
    copies: copies.map(copyOf),
    ...(share !== undefined && { share }),
    ...(archiveAfter !== undefined && { archiveAfter }),
    ...(deprecateAfter !== undefined && { deprecateAfter }),
    ...(hooks && { hooks: hooksOf(hooks) }),
  };
}

export function isLambdaWord(word: string): boolean {
  return Object.hasOwn(lambdaWords, word);
}

function stripped(policy: unknown): object {
  return Object.fromEntries(wordsOf(policy).filter(([word]) => !isLambdaWord(word)));
}

function wordsOf(policy: unknown): readonly [word: string, value: unknown][] {
  return isMap(policy) ? Object.entries(policy) : [];
}
