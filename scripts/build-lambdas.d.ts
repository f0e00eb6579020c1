import type { CompiledPolicies } from './compile-policies.ts';

export const FUNCTIONS: readonly string[];
export function buildLambdas(policiesPath: string): Promise<CompiledPolicies>;
export function compiledPolicies(policiesPath: string): Promise<CompiledPolicies>;
