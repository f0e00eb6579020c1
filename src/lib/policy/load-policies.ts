import { readFile } from 'node:fs/promises';
import { formatProblems, parsePolicies, type Problem } from './parse-policies.ts';
import type { PolicyFile } from './policy.ts';

/** A policy file that cannot be used. The message is ready to print. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
  /** Empty when the file could not be read at all; `cause` then says why. */
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** Reads a policy file; throws PolicyFileError with every problem of it. */
export async function loadPolicies(path: string): Promise<PolicyFile> {
  const parsed = parsePolicies(await readText(path), path);
  if (parsed.ok) return parsed.file;
  throw new PolicyFileError(formatProblems(parsed.problems, path), parsed.problems);
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PolicyFileError(`cannot read the policy file ${path}: ${reasonOf(cause)}`, [], { cause });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') {
    return 'there is no such file. Copy the example policies.yml of ec2-backup to start with, or name yours with --policies FILE';
  }
  if (code === 'EISDIR') return 'it is a directory, expected a file. Name one with --policies FILE';
  if (code === 'EACCES') return 'no permission to read it. Name another with --policies FILE';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return cause instanceof Error ? cause.message : String(cause);
}
