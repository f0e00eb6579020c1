/** By what a deployment tells which policy file it runs. */

import { createHash } from 'node:crypto';
import type { PolicyFile } from '../policy/policy.ts';

/**
 * SHA-256, in hex, of everything that the file says with its defaults filled in, but for the deployment's name: comments, the
 * order of words and what is written out though it is the default are no difference.
 */
export function policiesFingerprint({ deployment: _, ...file }: PolicyFile): string {
  return createHash('sha256').update(JSON.stringify(file, inOrder)).digest('hex');
}

/** A replacer: maps by their keys, whatever order they were written in. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
