import type { PolicyFile } from '../src/lib/policy/policy.ts';

export const FUNCTIONS: readonly string[];
export function buildLambdas(policiesPath: string): Promise<PolicyFile>;
