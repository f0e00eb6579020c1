/**
 * A validator over AWS's own model of DLM's API (2018-01-12, Apache-2.0), independent of the simulated account: what
 * is in dlm-model.json are the shapes that CreateLifecyclePolicyRequest and UpdateLifecyclePolicyRequest reach.
 */
import model from './dlm-model.json' with { type: 'json' };

interface ModelShape {
  readonly type: string;
  readonly required?: readonly string[];
  /** Member name to shape name. */
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  /** Of a number; or of characters, items or entries. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

const SHAPES: Readonly<Record<string, ModelShape>> = model.shapes;

/**
 * One sentence for each value that the model's shape does not allow: wrong type, absent required member, out of range,
 * not of the pattern or enum, unknown member. Empty when all is well. A member that is undefined is absent.
 */
export function modelProblems(shapeName: string, value: unknown): string[] {
  return problemsOf({ shapeName, path: shapeName }, value);
}

interface Place {
  readonly shapeName: string;
  readonly path: string;
}

function problemsOf({ shapeName, path }: Place, value: unknown): string[] {
  const shape = shapeOf(shapeName);
  switch (shape.type) {
    case 'structure':
      return structureProblems(shape, path, value);
    case 'list':
      return listProblems(shape, path, value);
    case 'map':
      return mapProblems(shape, path, value);
    case 'string':
      return stringProblems(shape, path, value);
    case 'integer':
      if (!Number.isInteger(value)) return [`${path} is ${shown(value)}, expected a whole number`];
      return rangeProblems(shape, path, Number(value));
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} is ${shown(value)}, expected a boolean`];
    default:
      throw new Error(`The model's validator does not know the type ${shape.type} of ${shapeName}`);
  }
}

function shapeOf(name: string | undefined): ModelShape {
  const shape = name !== undefined && Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  if (shape === undefined) throw new Error(`DLM's model has no shape ${String(name)}`);
  return shape;
}

function structureProblems(shape: ModelShape, path: string, value: unknown): string[] {
  if (!isObject(value)) return [`${path} is ${shown(value)}, expected a structure`];
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const names = new Set(given.map(([name]) => name));
  const absent = (shape.required ?? []).filter((name) => !names.has(name));
  return [
    ...absent.map((name) => `${path}.${name} is absent, but required`),
    ...given.flatMap(([name, member]) => {
      const shapeName = shape.members?.[name];
      if (shapeName === undefined) return [`${path}.${name} is not a member`];
      return problemsOf({ shapeName, path: `${path}.${name}` }, member);
    }),
  ];
}

function listProblems(shape: ModelShape, path: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [`${path} is ${shown(value)}, expected a list`];
  const items: readonly unknown[] = value;
  const shapeName = shape.member ?? '';
  return [
    ...rangeProblems(shape, `${path}, counted,`, items.length),
    ...items.flatMap((item, index) => problemsOf({ shapeName, path: `${path}[${index}]` }, item)),
  ];
}

function mapProblems(shape: ModelShape, path: string, value: unknown): string[] {
  if (!isObject(value)) return [`${path} is ${shown(value)}, expected a map`];
  const entries = Object.entries(value);
  return [
    ...rangeProblems(shape, `${path}, counted,`, entries.length),
    ...entries.flatMap(([key, entry]) => [
      ...problemsOf({ shapeName: shape.key ?? '', path: `${path} key` }, key),
      ...problemsOf({ shapeName: shape.value ?? '', path: `${path}.${key}` }, entry),
    ]),
  ];
}

function stringProblems(shape: ModelShape, path: string, value: unknown): string[] {
  if (typeof value !== 'string') return [`${path} is ${shown(value)}, expected a string`];
  const problems = rangeProblems(shape, `${path}, in characters,`, Array.from(value).length);
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    problems.push(`${path} is ${shown(value)}, expected one of ${shape.enum.join(', ')}`);
  }
  if (shape.pattern !== undefined && !wholly(shape.pattern).test(value)) {
    problems.push(`${path} is ${shown(value)}, expected ${shape.pattern}`);
  }
  return problems;
}

const COMPILED = new Map<string, RegExp>();

/** AWS's services match a pattern against the whole value. Java's `\p{all}` is JavaScript's `\p{Any}`. */
function wholly(pattern: string): RegExp {
  const known = COMPILED.get(pattern);
  if (known !== undefined) return known;
  const source = pattern.replaceAll(String.raw`\p{all}`, String.raw`\p{Any}`);
  const compiled = new RegExp(`^(?:${source})$`, 'u');
  COMPILED.set(pattern, compiled);
  return compiled;
}

function rangeProblems({ min, max }: ModelShape, path: string, size: number): string[] {
  if (min !== undefined && size < min) return [`${path} is ${size}, expected at least ${min}`];
  if (max !== undefined && size > max) return [`${path} is ${size}, expected at most ${max}`];
  return [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function shown(value: unknown): string {
  return value === undefined || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
