/**
 * The SDK's own schemas, as its commands carry them (their types are in @smithy/types, static-schemas.d.ts):
 * an operation is [9, namespace, name, traits, input, output], a simple kind with traits [0, namespace, name, traits,
 * kind], a list [1, namespace, name, traits, member], a map [2, namespace, name, traits, key, value], a
 * structure [3, namespace, name, traits, names, schemas, how many are required]. A reference to one may be a
 * function; a member may be [reference, traits]; a number below 64 is a simple kind, one from 64 a list of it,
 * one from 128 a map of it.
 */
const OPERATION = 9;
const SIMPLE = 0;
const LIST = 1;
const MAP = 2;
const STRUCTURE = 3;
const LIST_OF = 64;
const MAP_OF = 128;

/** The values of the SDK's enum objects by `namespace#Structure.Member`: the schemas call these just strings. */
export type Enums = ReadonlyMap<string, readonly string[]>;

/** What the walk of one answer found. */
export interface Inspection {
  /** One sentence for each value that does not conform. */
  readonly problems: string[];
  /** The enum values met, by `namespace#Structure.Member`. */
  readonly met: Map<string, Set<string>>;
}

interface Walk extends Inspection {
  readonly enums: Enums;
}

/** The operation's output shape: a schema, or `unit` for an answer that is empty. */
export function outputSchemaOf(command: { readonly schema?: unknown }): unknown {
  const { schema } = command;
  if (!isTuple(schema) || schema[0] !== OPERATION) {
    throw new Error(`The command carries ${JSON.stringify(schema)}, expected an operation's schema`);
  }
  return schema[5];
}

/** Walks an answer, `$metadata` aside, against its schema. A member that is undefined is absent. */
export function inspect(answer: object, schema: unknown, enums: Enums): Inspection {
  const walk: Walk = { problems: [], met: new Map(), enums };
  const members = Object.fromEntries(Object.entries(answer).filter(([name]) => name !== '$metadata'));
  walkValue(walk, members, { schema, path: 'answer' });
  return { problems: walk.problems, met: walk.met };
}

interface Place {
  readonly schema: unknown;
  readonly path: string;
}

function walkValue(walk: Walk, value: unknown, { schema: reference, path }: Place): void {
  const schema = resolve(reference);
  if (schema === 'unit') {
    walkStructure(walk, value, { path, structure: { name: 'unit', names: [], schemas: [], required: 0 } });
  } else if (typeof schema === 'number') {
    walkNumbered(walk, value, { schema, path });
  } else if (isTuple(schema) && schema[0] === SIMPLE) {
    walkValue(walk, value, { schema: schema[4], path });
  } else if (isTuple(schema) && schema[0] === MAP) {
    walkMap(walk, value, { schema: schema[5], path });
  } else if (isTuple(schema) && schema[0] === LIST) {
    walkList(walk, value, { schema: schema[4], path });
  } else if (isTuple(schema) && schema[0] === STRUCTURE) {
    walkStructure(walk, value, { path, structure: readStructure(schema) });
  } else {
    throw new Error(`${path}: the checker does not know the schema ${JSON.stringify(schema)}`);
  }
}

function resolve(reference: unknown): unknown {
  if (isFunction(reference)) return resolve(reference());
  return isTuple(reference) && reference.length === 2 ? resolve(reference[0]) : reference;
}

function walkNumbered(walk: Walk, value: unknown, { schema, path }: { schema: number; path: string }): void {
  if (schema >= MAP_OF) {
    walkMap(walk, value, { schema: schema - MAP_OF, path });
    return;
  }
  if (schema >= LIST_OF) {
    walkList(walk, value, { schema: schema - LIST_OF, path });
    return;
  }
  const kind = kindOf(schema);
  if (kind === undefined) throw new Error(`${path}: the checker does not know the schema ${schema}`);
  if (!kind.holds(value)) walk.problems.push(`${path} is ${shown(value)}, expected ${kind.name}`);
}

interface Kind {
  readonly name: string;
  readonly holds: (value: unknown) => boolean;
}

function kindOf(schema: number): Kind | undefined {
  if (schema === 0) return { name: 'a string', holds: (value) => typeof value === 'string' };
  if (schema === 1) return { name: 'a finite number', holds: (value) => Number.isFinite(value) };
  if (schema === 2) return { name: 'a boolean', holds: (value) => typeof value === 'boolean' };
  // 4 to 7 are the formats of a timestamp on the wire; each is a Date in an answer.
  if (schema < 4 || schema > 7) return undefined;
  return {
    name: 'a valid Date',
    holds: (value) => value instanceof Date && Number.isFinite(value.getTime()),
  };
}

function walkList(walk: Walk, value: unknown, { schema, path }: Place): void {
  if (!Array.isArray(value)) {
    walk.problems.push(`${path} is ${shown(value)}, expected a list`);
    return;
  }
  const items: readonly unknown[] = value;
  for (const [index, item] of items.entries()) walkValue(walk, item, { schema, path: `${path}[${index}]` });
}

/** Its keys are strings. */
function walkMap(walk: Walk, value: unknown, { schema, path }: Place): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
    walk.problems.push(`${path} is ${shown(value)}, expected a map`);
    return;
  }
  for (const [key, entry] of Object.entries(value))
    walkValue(walk, entry, { schema, path: `${path}.${key}` });
}

interface Structure {
  /** `namespace#Structure`. */
  readonly name: string;
  readonly names: readonly unknown[];
  readonly schemas: readonly unknown[];
  /** How many members are required; they come first. */
  readonly required: number;
}

function readStructure(schema: readonly unknown[]): Structure {
  const [, namespace, name, , names, schemas, required = 0] = schema;
  if (!isTuple(names) || !isTuple(schemas) || typeof required !== 'number') {
    throw new Error(`The schema of ${String(name)} is not a structure's: ${JSON.stringify(schema)}`);
  }
  return { name: `${String(namespace)}#${String(name)}`, names, schemas, required };
}

function walkStructure(walk: Walk, value: unknown, place: { path: string; structure: Structure }): void {
  const { path, structure } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) {
    walk.problems.push(`${path} is ${shown(value)}, expected a structure, ${structure.name}`);
    return;
  }
  const members = new Map<unknown, unknown>(Object.entries(value));
  for (const name of structure.names.slice(0, structure.required)) {
    if (members.get(name) === undefined)
      walk.problems.push(`${path}.${String(name)} is absent, but ${structure.name} requires it`);
  }
  for (const [name, member] of members) {
    const index = structure.names.indexOf(name);
    const memberPath = `${path}.${String(name)}`;
    if (index < 0) walk.problems.push(`${memberPath} is not a member of ${structure.name}`);
    else if (member !== undefined) {
      walkValue(walk, member, { schema: structure.schemas[index], path: memberPath });
      checkEnum(walk, member, { key: `${structure.name}.${String(name)}`, path: memberPath });
    }
  }
}

function checkEnum(walk: Walk, value: unknown, { key, path }: { key: string; path: string }): void {
  const values = walk.enums.get(key);
  if (values === undefined || typeof value !== 'string') return;
  walk.met.set(key, (walk.met.get(key) ?? new Set()).add(value));
  if (!values.includes(value))
    walk.problems.push(`${path} is ${shown(value)}, expected one of ${values.join(', ')}`);
}

function isTuple(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === 'function';
}

/** JSON has no undefined, and no NaN. */
function shown(value: unknown): string {
  return value === undefined || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
