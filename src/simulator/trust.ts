import { isLike } from './iam.ts';

/** Who wants to take a role, or to do something else, and the condition keys of the request, in lower case. */
export interface Trusted {
  /** A service such as `dlm.amazonaws.com`, or a principal of an account by its ARN. */
  readonly principal: { readonly service: string } | { readonly arn: string };
  readonly keys: Readonly<Record<string, string>>;
  /** In lower case; `sts:assumerole` unless given. */
  readonly action?: string;
}

/** Whether a trust policy, or that of a queue, allows it. What is not understood does not. */
export function trusts(trust: object, request: Trusted): boolean {
  const statements = listOf(fieldOf(trust, 'Statement')).filter((statement) => concerns(statement, request));
  const effects = statements.map((statement) => fieldOf(statement, 'Effect'));
  return effects.includes('Allow') && !effects.includes('Deny');
}

function concerns(statement: unknown, { principal, keys, action = 'sts:assumerole' }: Trusted): boolean {
  const named = fieldOf(statement, 'Principal');
  const isMeant =
    'service' in principal
      ? listOf(fieldOf(named, 'Service')).includes(principal.service)
      : listOf(fieldOf(named, 'AWS')).some((value) => isPrincipal(value, principal.arn));
  const takes = listOf(fieldOf(statement, 'Action')).some((pattern) => isMatch(pattern, action));
  return isMeant && takes && entriesOf(fieldOf(statement, 'Condition')).every((entry) => holds(entry, keys));
}

/** An account (its id, or its root's ARN) stands for all in it. */
function isPrincipal(value: unknown, arn: string): boolean {
  const account = arn.split(':')[4] ?? '';
  return value === arn || value === account || value === `arn:aws:iam::${account}:root`;
}

function isMatch(pattern: unknown, action: string): boolean {
  return typeof pattern === 'string' && isLike(pattern.toLowerCase(), action);
}

/** One operator of a condition with its keys: all keys must hold, any value of one does. */
function holds([operator, wanted]: readonly [string, unknown], keys: Trusted['keys']): boolean {
  const isExact = operator === 'StringEquals';
  if (!isExact && !['StringLike', 'ArnLike', 'ArnEquals'].includes(operator)) return false;
  return entriesOf(wanted).every(([key, values]) => {
    const actual = keys[key.toLowerCase()];
    if (actual === undefined) return false;
    return listOf(values).some(
      (value) => typeof value === 'string' && (isExact ? value === actual : isLike(value, actual)),
    );
  });
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return entriesOf(value).find(([key]) => key === name)?.[1];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
