import type { CreateLifecyclePolicyRequest } from '@aws-sdk/client-dlm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CREATE_REQUEST, UPDATE_REQUEST } from '../../src/simulator/dlm-limits.ts';
import { limitProblems, parametersOf, type Limit } from '../../src/simulator/dlm-limits-check.ts';
import { checkParameters } from '../../src/simulator/parameters.ts';
import model from '../support/dlm-model.json' with { type: 'json' };
import { modelProblems } from '../support/dlm-model.ts';
import { defaultPolicy, eventBased, imagePolicy, setPolicy, volumePolicy } from './lifecycle-requests.ts';
import { present } from './support.ts';

const REQUESTS: readonly [name: string, request: CreateLifecyclePolicyRequest][] = [
  ['snapshots of volumes', volumePolicy()],
  ['snapshots of instances', setPolicy()],
  ['AMIs', imagePolicy()],
  ['event-based', eventBased()],
  ['default for volumes', defaultPolicy('VOLUME')],
  ['default for instances', defaultPolicy('INSTANCE')],
];

test.each(REQUESTS)('the model of the API takes the request of these tests: %s', (_name, request) => {
  expect(modelProblems('CreateLifecyclePolicyRequest', request)).toEqual([]);
  expect(limitProblems(CREATE_REQUEST, request)).toEqual([]);
});

/** A value with all its members spelt out, to be changed. */
type Json = string | number | boolean | null | Json[] | JsonObject;

interface JsonObject {
  [key: string]: Json;
}

const NUMBERS = [-1, 0, 0.5, 1, 2, 3, 4, 9, 10, 120, 121, 1000, 1001, 5000, NaN];
const LENGTHS = [0, 1, 5, 12, 16, 17, 106, 107, 120, 121, 128, 129, 200, 201, 256, 257, 500, 501, 1000, 1001];
const WORDS = [
  ...['ENABLED', 'ERROR', 'VOLUME', 'CLOUD', 'OUTPOST', 'HOURS', 'DAYS', 'PRE', 'STANDARD', 'enabled'],
  ...['a policy', 'a.policy', 'aws:a', 'Aws:a', 'a b', 'a@b', 'a<;b', '01:30', '24:00', '1:30', '01:30\n'],
  ...['cron(0 3 1 * ? *)', 'cron(0 3 1 * ?)', 'cron(0 3 \n1 * ? *)', 'Cron(0 3 1 * ? *)', 'rate(5 minutes) '],
  ...['eu-west-1', 'us-gov-west-1', 'eu-west-1a', 'us-iso-east-1', 'use1-az1', 'EU-WEST-1', '*', 'a*b', 'ä'],
  ...[
    '111122223333',
    '11112222333',
    '１１１１２２２２３３３３',
    'arn:aws:iam::1:role/',
    'arn:aws-us-gov:iam::1:role/a',
  ],
  ...[
    'arn:aws:iam::1:user/a',
    'xarn:aws:iam::1:role/a',
    'arn:aws:kms:eu-west-1:1:key/',
    'AWS_VSS_BACKUP',
    'ab',
  ],
  ...['policy-0a1', 'policy-', 'policy-G', '😀'.repeat(128), '😀'.repeat(251), '\n'],
];
const LISTS = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 45, 46, 50, 51];

type Mutation = (value: Json, rest: { number: number; index: number }) => Json | undefined;

const MUTATIONS: readonly Mutation[] = [
  () => undefined,
  (_value, { index }) => NUMBERS[index % NUMBERS.length] ?? 0,
  (_value, { index }) => WORDS[index % WORDS.length] ?? '',
  (_value, { index, number }) => 'a1 :'.charAt(number % 4).repeat(LENGTHS[index % LENGTHS.length] ?? 0),
  (_value, { index }) => index % 2 === 0,
  (_value, { index }) => (index % 3 === 0 ? {} : index % 3 === 1 ? [] : null),
  // A list of as many copies of what it holds, or of the value itself.
  (value, { index }) => {
    const [first = value] = Array.isArray(value) ? value : [value];
    return Array.from({ length: LISTS[index % LISTS.length] ?? 0 }, () => first);
  },
];

/** Every place below a value: its holder and its key. */
function places(value: Json): { holder: JsonObject; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  // A list is an object whose keys are its indexes.
  const holder = value as JsonObject;
  return Object.entries(holder).flatMap(([key, member]) => [{ holder, key }, ...places(member)]);
}

interface Change {
  readonly place: number;
  readonly mutation: number;
  readonly number: number;
  readonly index: number;
}

const CHANGES: fc.Arbitrary<Change[]> = fc.array(
  fc.record({ place: fc.nat(), mutation: fc.nat(), number: fc.nat(), index: fc.nat() }),
  { maxLength: 3 },
);

function mutated(request: object, changes: readonly Change[]): Json {
  // Requests are data; JSON is what they are sent as.
  const copy = JSON.parse(JSON.stringify(request)) as Json;
  for (const { place, mutation, ...rest } of changes) {
    const all = places(copy);
    const at = all[place % all.length];
    const mutate = MUTATIONS[mutation % MUTATIONS.length];
    if (at === undefined || mutate === undefined) continue;
    const made = mutate(at.holder[at.key] ?? null, rest);
    if (made !== undefined) at.holder[at.key] = made;
    else if (Array.isArray(at.holder)) at.holder.splice(Number(at.key), 1);
    else Reflect.deleteProperty(at.holder, at.key);
  }
  return copy;
}

/** Every mutation once with each of its values. */
function* everyChange(count: number): Generator<Change> {
  const sizes = [1, NUMBERS.length, WORDS.length, LENGTHS.length, 2, 3, LISTS.length];
  for (let place = 0; place < count; place += 1) {
    for (const [mutation, size] of sizes.entries()) {
      for (let index = 0; index < size; index += 1) yield { place, mutation, index, number: index + place };
    }
  }
}

describe('what a field may hold by itself', () => {
  test('is what the model of the API says, for valid and for mutated requests', () => {
    const requests = REQUESTS.map(([, request]) => request);
    fc.assert(
      fc.property(fc.constantFrom(...requests), CHANGES, (request, changes) => {
        const input = mutated(request, changes);
        const problems = limitProblems(CREATE_REQUEST, input).map(
          ({ path, problem }) => `${path} ${problem}`,
        );
        expect({ input, refused: problems.length > 0 && problems }).toEqual({
          input,
          refused: modelProblems('CreateLifecyclePolicyRequest', input).length > 0 && problems,
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('is what the model says for every value of the mutations at every place of every request', () => {
    const disagreements: string[] = [];
    let refused = 0;
    let taken = 0;
    for (const [name, request] of REQUESTS) {
      const count = places(mutated(request, [])).length;
      for (const change of everyChange(count)) {
        const input = mutated(request, [change]);
        const own = limitProblems(CREATE_REQUEST, input).length > 0;
        if (own) refused += 1;
        else taken += 1;
        if (own === modelProblems('CreateLifecyclePolicyRequest', input).length > 0) continue;
        disagreements.push(`${name}: ${JSON.stringify(change)}: ${JSON.stringify(input)}`);
      }
    }
    expect(disagreements.slice(0, 3)).toEqual([]);
    // Both are many, or this would have compared nothing.
    expect(Math.min(refused, taken)).toBeGreaterThan(1000);
  });

  test('is the same in an update', () => {
    const requests = REQUESTS.map(([, request]) => {
      const { ExecutionRoleArn, Description, State, PolicyDetails } = request;
      return { PolicyId: 'policy-0123456789abcdef0', ExecutionRoleArn, Description, State, PolicyDetails };
    });
    fc.assert(
      fc.property(fc.constantFrom(...requests), CHANGES, (request, changes) => {
        const input = mutated(request, changes);
        expect(limitProblems(UPDATE_REQUEST, input).length > 0).toBe(
          modelProblems('UpdateLifecyclePolicyRequest', input).length > 0,
        );
      }),
    );
  });

  test.each([
    ['CreateLifecyclePolicyRequest', CREATE_REQUEST],
    ['UpdateLifecyclePolicyRequest', UPDATE_REQUEST],
  ])('has every member and every bound of the model of the API, and no others, in %s', (name, limit) => {
    expect(boundsOfLimit(limit)).toEqual(boundsOfModel(name));
  });

  test('is refused as a misuse under a name that DLM does not know', () => {
    const request = { ...setPolicy(), Descripton: 'a policy' };
    expect(modelProblems('CreateLifecyclePolicyRequest', request)).toEqual([
      'CreateLifecyclePolicyRequest.Descripton is not a member',
    ]);
    expect(() => checkParameters(parametersOf(CREATE_REQUEST), request, 'Create')).toThrow(
      /does not know the parameter Create\.Descripton/,
    );
  });
});

/** What a limit and a shape of the model have in common; patterns are left to the comparison by values. */
interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly values: readonly string[];
  readonly required: readonly string[];
}

type GivenBounds = { readonly kind?: string } & { readonly [K in keyof Bounds]?: Bounds[K] | undefined };

/** By path, such as `PolicyDetails.Schedules[].Name`. */
type BoundsByPath = Record<string, Bounds>;

function boundsOfLimit(limit: Limit, path = ''): BoundsByPath {
  const { min, max, values, required }: GivenBounds = limit;
  const own = { [path]: bounds({ min, max, values, required }) };
  if (limit.kind === 'structure') {
    const members = Object.entries(limit.members).map(([name, of]) => boundsOfLimit(of, `${path}.${name}`));
    return Object.assign(own, ...members) as BoundsByPath;
  }
  if (limit.kind === 'list') return { ...own, ...boundsOfLimit(limit.of, `${path}[]`) };
  if (limit.kind !== 'map') return own;
  return { ...own, ...boundsOfLimit(limit.key, `${path} key`), ...boundsOfLimit(limit.of, `${path} value`) };
}

interface ModelShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
}

function boundsOfModel(name: string, path = ''): BoundsByPath {
  const shapes: Readonly<Record<string, ModelShape>> = model.shapes;
  const shape = present(shapes[name]);
  const { min, max, enum: values, required, members = {}, member, key, value } = shape;
  return {
    [path]: bounds({ min, max, values, required }),
    ...(Object.assign(
      {},
      ...Object.entries(members).map(([of, to]) => boundsOfModel(to, `${path}.${of}`)),
    ) as object),
    ...(member !== undefined && boundsOfModel(member, `${path}[]`)),
    ...(key !== undefined && boundsOfModel(key, `${path} key`)),
    ...(value !== undefined && boundsOfModel(value, `${path} value`)),
  };
}

function bounds({ min = 0, max = Infinity, values = [], required = [] }: GivenBounds): Bounds {
  return { min, max, values: [...values].sort(), required: [...required].sort() };
}
