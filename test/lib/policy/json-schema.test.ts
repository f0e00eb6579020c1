import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { policiesJsonSchema } from '../../../src/lib/policy/json-schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minProperties?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly description?: string;
}

function textOf(name: string): string {
  return readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
}

const schema = policiesJsonSchema() as JsonSchema;
const example = (): Record<string, unknown> => parse(textOf('policies.yml')) as Record<string, unknown>;

const KEYWORDS: readonly ((value: unknown, at: JsonSchema) => boolean)[] = [
  (value, { type }) => type === undefined || typeOf(value).includes(type),
  (value, at) => at.const === undefined || at.const === value,
  (value, at) => at.enum === undefined || at.enum.includes(value),
  (value, { pattern }) => pattern === undefined || new RegExp(pattern).test(String(value)),
  (value, { minimum }) => minimum === undefined || Number(value) >= minimum,
  (value, { maximum }) => maximum === undefined || Number(value) <= maximum,
];

/** A check of the keywords that the schema uses, no more; answers the paths that do not fit. */
function misfits(value: unknown, at: JsonSchema, path = ''): readonly string[] {
  if (at.anyOf) return at.anyOf.some((one) => misfits(value, one, path).length === 0) ? [] : [path];
  if (!KEYWORDS.every((fits) => fits(value, at))) return [path];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => misfits(item, at.items ?? {}, `${path}[${index}]`));
  }
  return typeof value === 'object' && value !== null ? misfitsOfMap(Object.entries(value), at, path) : [];
}

function misfitsOfMap(
  entries: readonly [string, unknown][],
  at: JsonSchema,
  path: string,
): readonly string[] {
  const missing = (at.required ?? []).filter((word) => !entries.some(([name]) => name === word));
  if (entries.length < (at.minProperties ?? 0)) return [path];
  return [
    ...missing.map((word) => `${path}.${word}`),
    ...entries.flatMap(([name, value]) => {
      const inside = at.properties?.[name] ?? at.additionalProperties;
      if (inside === false || misfits(name, at.propertyNames ?? {}).length > 0) return [`${path}.${name}`];
      return typeof inside === 'object' ? misfits(value, inside, `${path}.${name}`) : [];
    }),
  ];
}

function typeOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  return Number.isInteger(value) ? ['integer', 'number'] : [typeof value];
}

test('policies.schema.json is what the schema in code says (else run scripts/write-schema.ts)', () => {
  expect(JSON.parse(textOf('policies.schema.json'))).toEqual(schema);
});

test('the example names the schema and fits it', () => {
  expect(textOf('policies.yml')).toMatch(/^# yaml-language-server: \$schema=\.\/policies\.schema\.json\n/);
  expect(misfits(example(), schema)).toEqual([]);
});

describe('editors are told of', () => {
  const policy = { backup: 'image', schedule: 'every 6 hours' };

  test.each([
    ['an unknown word', { optintag: 'x' }, '.optintag'],
    ['a missing word', { policies: { a: { backup: 'image' } } }, '.policies.a.schedule'],
    [
      'a kind of backup that is none',
      { policies: { a: { ...policy, backup: 'imge' } } },
      '.policies.a.backup',
    ],
    [
      'a schedule that is none',
      { policies: { a: { ...policy, schedule: 'daily' } } },
      '.policies.a.schedule',
    ],
    ['a reserved name', { policies: { hold: policy } }, '.policies.hold'],
    ['zero', { policies: { a: { ...policy, keep: { daily: 0 } } } }, '.policies.a.keep'],
    ['a rule that is none', { policies: { a: { ...policy, keep: { dayly: 1 } } } }, '.policies.a.keep'],
    [
      'a selection of nothing',
      { policies: { a: { ...policy, select: { tags: {} } } } },
      '.policies.a.select.tags',
    ],
    [
      'an account without quotes',
      { targets: [{ account: 111122223333, region: 'us-east-1' }] },
      '.targets[0].account',
    ],
    ['a share that is none', { prune: { maxShare: '0%' } }, '.prune.maxShare'],
    ['an engine that is none', { policies: { a: { ...policy, engine: 'dml' } } }, '.policies.a.engine'],
    [
      'a copy without a Region',
      { policies: { a: { ...policy, engine: 'dlm', copies: [{ keep: { within: '30d' } }] } } },
      '.policies.a.copies',
    ],
    [
      'a hook of ten retries',
      { policies: { a: { ...policy, engine: 'dlm', hooks: { document: 'freeze', retries: 10 } } } },
      '.policies.a.hooks',
    ],
    [
      'an age that is none',
      { policies: { a: { ...policy, engine: 'dlm', archiveAfter: 'later' } } },
      '.policies.a.archiveAfter',
    ],
    [
      'a lock of no mode',
      { policies: { a: { ...policy, lock: { mode: 'strict', for: '30d' } } } },
      '.policies.a.lock.mode',
    ],
    [
      'a lock by the hour',
      { policies: { a: { ...policy, lock: { mode: 'governance', for: '24h' } } } },
      '.policies.a.lock.for',
    ],
    ['a share that is neither', { policies: { a: { ...policy, share: ['me'] } } }, '.policies.a.share'],
    [
      'a removal of another word',
      { policies: { a: { ...policy, removal: { disableFor: '7d', now: true } } } },
      '.policies.a.removal.now',
    ],
    [
      'a volume type that is none',
      { defaultPolicies: { volume: { exclude: { volumeTypes: ['gp4'] } } } },
      '.defaultPolicies.volume.exclude.volumeTypes[0]',
    ],
  ])('%s', (_, wrong, path) => {
    expect(misfits({ ...example(), ...wrong }, schema)).toEqual([path]);
  });

  test('nothing of the words that each engine has in its own shape', () => {
    const account = '444455556666';
    const policies = {
      a: { ...policy, share: [account], deprecateAfter: '30d' },
      b: { ...policy, engine: 'dlm', share: { accounts: [account] }, archiveAfter: 3 },
    };
    expect(misfits({ ...example(), policies }, schema)).toEqual([]);
  });

  test('every word, by a sentence', () => {
    const undescribed = (at: JsonSchema, path: string): readonly string[] => [
      ...Object.entries(at.properties ?? {}).flatMap(([name, inside]) => [
        ...(inside.description === undefined ? [`${path}.${name}`] : []),
        ...undescribed(inside, `${path}.${name}`),
      ]),
      ...[at.items, at.additionalProperties, ...(at.anyOf ?? [])].flatMap((inside) =>
        typeof inside === 'object' ? undescribed(inside, `${path}.*`) : [],
      ),
    ];
    expect(undescribed(schema, '')).toEqual([]);
  });
});
