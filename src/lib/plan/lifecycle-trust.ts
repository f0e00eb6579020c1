/** Whether a role lets DLM assume it. */

import type { Place } from '../policy/policy.ts';

type TrustedPlace = Place & { readonly partition: string };

const SERVICE = 'dlm.amazonaws.com';

export interface TrustVerdict {
  /** What the role does, as in `its role …`. */
  readonly problem?: string;
  /** A condition that cannot be judged from here. */
  readonly remark?: string;
}

/**
 * Whether a role's trust policy (AssumeRolePolicyDocument as JSON) lets DLM assume the role for the lifecycle policies
 * of a place. Judges `aws:SourceAccount` and `aws:SourceArn`; no problem and no remark: it does.
 */
export function judgeTrust(document: unknown, place: TrustedPlace): TrustVerdict {
  if (!isMap(document)) return { problem: 'has no trust policy that can be read' };
  const statements = list(document['Statement']).filter(isMap).filter(speaksOfDlm);
  const judged = statements.map((statement) => ({
    effect: statement['Effect'],
    ...judgeConditions(statement['Condition'], place),
  }));
  const denies = judged.filter(({ effect, fails }) => effect === 'Deny' && fails.length === 0);
  if (denies.some(({ unknown }) => unknown.length === 0)) {
    return { problem: `denies ${SERVICE} to assume it` };
  }
  const allows = judged.filter(({ effect }) => effect === 'Allow');
  const [first] = allows;
  if (!first) return { problem: `does not let ${SERVICE} assume it` };
  const open = allows.filter(({ fails }) => fails.length === 0);
  if (open.length === 0) {
    return { problem: `lets ${SERVICE} assume it only where ${first.fails.join(' and ')}` };
  }
  const sure = open.some(({ unknown }) => unknown.length === 0);
  const unknown = [...(sure ? [] : open), ...denies].flatMap((statement) => statement.unknown);
  if (unknown.length === 0) return {};
  return {
    remark: `whether ${SERVICE} may assume it depends on what cannot be judged here: ${unknown.join(', ')}`,
  };
}

function speaksOfDlm(statement: Json): boolean {
  const { Principal: principal, Action: actions } = statement;
  const services = isMap(principal) ? list(principal['Service']) : [];
  const names = statement['Effect'] === 'Deny' ? [...services, ...everyone(principal)] : services;
  return (
    names.some((name) => name === SERVICE || name === '*') &&
    list(actions).some(
      (action) => typeof action === 'string' && isLike(action.toLowerCase(), 'sts:assumerole'),
    )
  );
}

function everyone(principal: unknown): unknown[] {
  return isMap(principal) ? list(principal['AWS']) : [principal];
}

interface Judged {
  /** In words, the conditions that do not hold for lifecycle policies of the place. */
  readonly fails: readonly string[];
  readonly unknown: readonly string[];
}

function judgeConditions(conditions: unknown, place: TrustedPlace): Judged {
  const all = Object.entries(isMap(conditions) ? conditions : {}).flatMap(([operator, keys]) =>
    Object.entries(isMap(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key,
      patterns: list(values).map(String),
    })),
  );
  const fails: string[] = [];
  const unknown: string[] = [];
  for (const { operator, key, patterns } of all) {
    const context = contextOf(place).get(key.toLowerCase());
    const compare = COMPARE.get(operator.replace(/IfExists$/, ''));
    if (!context || !compare) unknown.push(`${operator} ${key}`);
    else if (!patterns.some((pattern) => compare(pattern, context.actual))) {
      fails.push(`${key} is ${patterns.join(' or ')} (${operator}), expected ${context.expected}`);
    }
  }
  return { fails, unknown };
}

interface Context {
  /** What DLM says of itself when it assumes a role. */
  readonly actual: string;
  readonly expected: string;
}

/** No policy has this id: a pattern that matches it is one for all of them. */
function contextOf({ partition, region, account }: TrustedPlace): ReadonlyMap<string, Context> {
  const policies = `arn:${partition}:dlm:${region}:${account}:policy/`;
  return new Map([
    ['aws:sourceaccount', { actual: account, expected: account }],
    [
      'aws:sourcearn',
      { actual: `${policies}policy-00000000000000000`, expected: `ArnLike with ${policies}*` },
    ],
  ]);
}

type Compare = (pattern: string, actual: string) => boolean;

const COMPARE: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', (pattern, actual) => pattern === actual],
  ['StringLike', isLike],
  ['ArnEquals', isLikeArn],
  ['ArnLike', isLikeArn],
]);

/** `*` is any text, `?` any one character. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** Each of the six parts by itself: a `*` does not reach over a colon, but in the last. */
function isLikeArn(pattern: string, arn: string): boolean {
  const [patterns, parts] = [partsOf(pattern), partsOf(arn)];
  return patterns.length === 6 && patterns.every((part, index) => isLike(part, parts[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

type Json = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
