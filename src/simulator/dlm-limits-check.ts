import type { Shape } from './parameters.ts';

/** What one value of a request may be. `min` and `max` are of a number, or of characters, items or entries. */
export type Limit =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      /** Of the whole value. */
      readonly pattern?: RegExp;
      readonly values?: readonly string[];
    }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'list'; readonly of: Limit; readonly min?: number; readonly max?: number }
  | {
      readonly kind: 'map';
      readonly key: Limit;
      readonly of: Limit;
      readonly min?: number;
      readonly max?: number;
    }
  | StructureLimit;

export interface StructureLimit {
  readonly kind: 'structure';
  readonly members: Readonly<Record<string, Limit>>;
  readonly required: readonly string[];
}

/** What is wrong with one value: where it is, and what it is instead of what. */
export interface LimitProblem {
  readonly path: string;
  readonly problem: string;
  /** The value is not there, and must be. */
  readonly missing: boolean;
}

export function structure(
  members: Readonly<Record<string, Limit>>,
  required: readonly string[] = [],
): StructureLimit {
  return { kind: 'structure', members, required };
}

/** The keys of a structure as the check of parameters takes them; the keys of a map are the caller's own. */
export function parametersOf(limit: StructureLimit): Shape {
  return Object.fromEntries(Object.entries(limit.members).map(([name, member]) => [name, shapeOf(member)]));
}

function shapeOf(limit: Limit): true | Shape {
  if (limit.kind === 'list') return shapeOf(limit.of);
  return limit.kind === 'structure' ? parametersOf(limit) : true;
}

/** Every value that is not what its limit allows. Members that are not in the limit were refused before. */
export function limitProblems(limit: Limit, value: unknown, path = ''): readonly LimitProblem[] {
  switch (limit.kind) {
    case 'structure':
      return structureProblems(limit, value, path);
    case 'list':
      if (!Array.isArray(value)) return wrong(path, value, 'a list');
      return [
        ...sizeProblems(limit, value.length, { path, unit: ' items' }),
        ...value.flatMap((item: unknown, index) => limitProblems(limit.of, item, `${path}[${index}]`)),
      ];
    case 'map':
      if (!isRecord(value)) return wrong(path, value, 'a map');
      return [
        ...sizeProblems(limit, Object.keys(value).length, { path, unit: ' entries' }),
        ...Object.entries(value).flatMap(([key, entry]) => [
          ...limitProblems(limit.key, key, `${path}, the key`),
          ...limitProblems(limit.of, entry, `${path}.${key}`),
        ]),
      ];
    case 'string':
      return stringProblems(limit, value, path);
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return wrong(path, value, 'a whole number');
      return sizeProblems(limit, value, { path, unit: '' });
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong(path, value, 'true or false');
  }
}

function structureProblems(limit: StructureLimit, value: unknown, path: string): readonly LimitProblem[] {
  if (!isRecord(value)) return wrong(path, value, 'a structure');
  const given = new Map(Object.entries(value).filter(([, member]) => member !== undefined));
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const absent = limit.required.filter((name) => !given.has(name));
  return [
    ...absent.map((name) => ({ path: at(name), problem: 'is missing, and is required', missing: true })),
    ...Object.entries(limit.members).flatMap(([name, member]) =>
      given.has(name) ? limitProblems(member, given.get(name), at(name)) : [],
    ),
  ];
}

function stringProblems(
  limit: Extract<Limit, { kind: 'string' }>,
  value: unknown,
  path: string,
): readonly LimitProblem[] {
  if (typeof value !== 'string') return wrong(path, value, 'a string');
  const { pattern, values } = limit;
  return [
    ...sizeProblems(limit, Array.from(value).length, { path, unit: ' characters' }),
    ...(pattern === undefined || pattern.test(value) ? [] : wrong(path, value, `the form ${pattern.source}`)),
    ...(values === undefined || values.includes(value)
      ? []
      : wrong(path, value, `one of ${values.join(', ')}`)),
  ];
}

function sizeProblems(
  { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number },
  size: number,
  { path, unit }: { readonly path: string; readonly unit: string },
): readonly LimitProblem[] {
  if (size >= min && size <= max) return [];
  const range = max === Infinity ? `${min} or more` : min === -Infinity ? `up to ${max}` : `${min} to ${max}`;
  return [{ path, problem: `is ${size}${unit}, expected ${range}`, missing: false }];
}

function wrong(path: string, value: unknown, expected: string): readonly LimitProblem[] {
  const shown = value === undefined || typeof value === 'number' ? String(value) : JSON.stringify(value);
  return [{ path, problem: `is ${shown}, expected ${expected}`, missing: false }];
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
