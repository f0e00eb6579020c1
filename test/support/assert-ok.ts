import type { PoliciesResult } from '../../src/lib/policy/parse-policies.ts';

/** Fails the test with the problems when a policy file that should be good is not. */
export function assertOk(result: PoliciesResult): asserts result is Extract<PoliciesResult, { ok: true }> {
  if (!result.ok)
    throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
}
