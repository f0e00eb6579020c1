/** As much of CloudFormation as the templates of infra/ use: intrinsic functions, parameters and conditions. */

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Parameter {
  readonly Type: 'String' | 'CommaDelimitedList';
  readonly Default?: string;
}

export const ACCOUNT = '111122223333';
export const REGION = 'ap-northeast-2';

type Values = Readonly<Record<string, string | readonly string[]>>;

interface Surroundings {
  readonly values: Values;
  readonly conditions: Readonly<Record<string, unknown>>;
}

const HERE: Surroundings = {
  values: { 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws', 'AWS::Region': REGION },
  conditions: {},
};

const NO_VALUE = Symbol('AWS::NoValue');

/** With all functions filled in; a resource of the template reads `BackupFailed.Arn`, or `BackupFailed`. */
export function resolve(value: unknown, surroundings = HERE): unknown {
  const inner = (one: unknown): unknown => resolve(one, surroundings);
  if (Array.isArray(value)) return value.map(inner).filter((one) => one !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [word = '', argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (word === 'Fn::If') return chosen(argument, surroundings);
  const apply = FUNCTIONS.get(word);
  if (apply) return apply(inner(argument), surroundings.values);
  const kept = entries.map(([key, one]) => [key, inner(one)] as const).filter(([, one]) => one !== NO_VALUE);
  return Object.fromEntries(kept);
}

/** The stack of a template in an account: the resources whose condition holds, with all functions filled in. */
export function stackOf(
  template: Template,
  given: Readonly<Record<string, string>>,
  account = ACCOUNT,
): Template {
  const parameters = Object.entries(template.Parameters ?? {}).map(([name, { Type, Default }]) => {
    const text = given[name] ?? Default;
    if (text === undefined) throw new Error(`the parameter ${name} has no value and no default`);
    return [name, Type === 'CommaDelimitedList' ? text.split(',').map((one) => one.trim()) : text] as const;
  });
  const values = { ...HERE.values, ...Object.fromEntries(parameters), 'AWS::AccountId': account };
  const surroundings = { values, conditions: template.Conditions ?? {} };
  const resources = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || holds(Condition, surroundings),
  );
  return {
    Resources: Object.fromEntries(
      resources.map(([id, { Type, Properties }]) => [
        id,
        { Type, Properties: resolve(Properties, surroundings) as Resource['Properties'] },
      ]),
    ),
  };
}

function holds(condition: string, surroundings: Surroundings): boolean {
  if (!(condition in surroundings.conditions)) throw new Error(`no condition ${condition}`);
  return resolve(surroundings.conditions[condition], surroundings) === true;
}

/** Of both, only what holds is looked at. */
function chosen(argument: unknown, surroundings: Surroundings): unknown {
  const [condition, yes, no] = argument as [string, unknown, unknown];
  return resolve(holds(condition, surroundings) ? yes : no, surroundings);
}

const FUNCTIONS: ReadonlyMap<string, (argument: unknown, values: Values) => unknown> = new Map<
  string,
  (argument: unknown, values: Values) => unknown
>([
  ['Ref', (name, values) => (name === 'AWS::NoValue' ? NO_VALUE : (values[String(name)] ?? name))],
  ['Fn::GetAtt', (path) => (Array.isArray(path) ? path.join('.') : path)],
  ['Fn::Sub', (text, values) => filledIn(String(text), values)],
  ['Fn::Join', (argument) => joined(argument as [string, readonly unknown[]])],
  [
    'Fn::Split',
    (argument) => {
      const [by, text] = argument as [string, string];
      return text.split(by);
    },
  ],
  [
    'Fn::Equals',
    (argument) => {
      const [one, other] = argument as [unknown, unknown];
      return one === other;
    },
  ],
  ['Fn::Not', (argument) => (argument as [unknown])[0] !== true],
]);

function joined([by, parts]: readonly [string, readonly unknown[]]): string {
  return parts.flat().join(by);
}

function filledIn(text: string, values: Values): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (typeof value !== 'string') throw new Error(`\${${name}} is not known to the tests`);
    return value;
  });
}
