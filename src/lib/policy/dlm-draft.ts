import type { z } from 'zod';
import { policySchema } from './policy-schema.ts';

/** A policy as the schema reads it, before what concerns several of its words is looked at. */
export type PolicyWords = z.output<typeof policySchema>;

/** Those of its words that are good by themselves. */
export type PolicyDraft = { readonly [Word in keyof PolicyWords]?: PolicyWords[Word] | undefined };

/** Reads each word of a policy for itself, so that one bad word does not hide what is wrong with the others. */
export function draftOf(policy: Readonly<Record<string, unknown>>): PolicyDraft {
  const words: Record<string, unknown> = {};
  for (const [word, schema] of Object.entries(policySchema.shape)) {
    const parsed = schema.safeParse(Object.hasOwn(policy, word) ? policy[word] : undefined);
    if (parsed.success) words[word] = parsed.data;
  }
  return words; // each word has been read by the schema of its name
}
