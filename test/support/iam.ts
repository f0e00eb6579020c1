/**
 * IAM's evaluation of one role's statements: an explicit Deny wins, then an Allow, else no. What it does not know it
 * refuses to judge, so that no statement is taken for harmless because this evaluator is small.
 */

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** By operator, then by condition key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One authorisation that a call asks for. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys with what they are in this request; an absent key is not in it. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export function isAllowed(statements: readonly Statement[], request: IamRequest): boolean {
  const matching = statements.filter((statement) => applies(statement, request));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

function applies({ Action, Resource, Condition }: Statement, request: IamRequest): boolean {
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, expected]) => ({ operator, key, expected: list(expected) })),
  );
  return (
    list(Action).some((pattern) => isLike(pattern.toLowerCase(), request.action.toLowerCase())) &&
    list(Resource).some((pattern) => isLike(pattern, request.resource)) &&
    conditions.every(({ operator, key, expected }) => holds(operator, valuesOf(request, key), expected))
  );
}

/** The values of a condition key, whose case IAM ignores; undefined when the request does not have it. */
function valuesOf({ context }: IamRequest, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found && list(found[1]);
}

type Compare = (expected: string, actual: string) => boolean;

const equals: Compare = (expected, actual) => expected === actual;

const COMPARE: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', equals],
  ['StringNotEquals', equals],
  ['StringLike', isLike],
  ['NumericLessThanEquals', (expected, actual) => Number(actual) <= Number(expected)],
  ['Bool', (expected, actual) => expected.toLowerCase() === actual.toLowerCase()],
]);

function holds(
  operator: string,
  actual: readonly string[] | undefined,
  expected: readonly string[],
): boolean {
  // A key without values is as good as none.
  if (operator === 'Null') return expected.includes(String(actual === undefined || actual.length === 0));
  const [, set, plain = operator] = /^(ForAllValues|ForAnyValue):(.*)$/.exec(operator) ?? [];
  const compare = COMPARE.get(plain);
  if (!compare) throw new Error(`the IAM evaluator of the tests does not know the operator ${operator}`);
  const isNegated = plain.includes('Not');
  const matches = (value: string): boolean =>
    isNegated !== expected.some((pattern) => compare(pattern, value));
  if (set === 'ForAllValues') return (actual ?? []).every(matches);
  // Not equal to anything is also what is not there.
  if (set === undefined && actual === undefined) return isNegated;
  if (set === undefined && actual !== undefined && actual.length > 1)
    throw new Error(
      `the condition key has ${actual.length} values, which ${operator} without a set cannot judge`,
    );
  return (actual ?? []).some(matches);
}

/** `*` is any text, `?` any one character. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
