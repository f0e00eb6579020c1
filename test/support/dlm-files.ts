/** Random policy files with DLM policies of every feature. Each of them parses. */

import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { parsePolicies } from '../../src/lib/policy/parse-policies.ts';

export interface DlmFile {
  readonly text: string;
  /** How many lifecycle policies it wants, default policies included. */
  readonly policies: number;
}

type Words = Readonly<Record<string, unknown>>;

const ZONES = ['UTC', 'Asia/Seoul', 'Asia/Kolkata', 'America/Phoenix', 'Europe/Berlin', 'Pacific/Kiritimati'];
const REGIONS = ['eu-west-1', 'us-east-1', 'ap-northeast-2', 'us-gov-west-1'];
const DAYS = [
  '* * ?',
  '? * SUN',
  '? * MON-FRI',
  '? * TUE,SAT',
  '1 * ?',
  '1,15 * ?',
  'L * ?',
  '31 12 ?',
  '? * FRIL',
];
const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];

const HEAD = { version: 1, deployment: 'test' };

/** Whether a policy, alone in a file of its zone, is accepted. */
function isAccepted(policy: Words, timezone: string): boolean {
  return parsePolicies(stringify({ ...HEAD, timezone, policies: { a: policy } })).ok;
}

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Leaves out the words that are undefined. */
function words(all: Words): Words {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);

const schedule = fc.oneof(
  fc
    .tuple(fc.constantFrom(1, 1, 2, 3, 4, 6, 8, 12, 24), some(clock))
    .map(([hours, from]) => `every ${hours} hours${from === undefined ? '' : ` from ${from}`}`),
  fc
    .tuple(
      fc.constantFrom(0, 30, 59),
      fc.constantFrom('3', '12', '23', '0,12', '*', '9-17', '0/6'),
      fc.constantFrom(...DAYS),
    )
    .map(([minute, hours, days]) => `cron(${minute} ${hours} ${days} *)`),
);

const count = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });
const age = fc.constantFrom('1d', '14d', '30d', '8w', '6m', '2y', '1y2m');

const keep: fc.Arbitrary<Words> = fc.oneof(
  count(48).map((last) => ({ last })),
  age.map((within) => ({ within })),
  fc
    .record({
      last: some(count(30)),
      hourly: some(count(30)),
      daily: some(count(40)),
      weekly: some(count(12)),
      monthly: some(count(24)),
      yearly: some(count(5)),
    })
    .map(words)
    .filter((rules) => Object.keys(rules).length > 0),
);

const tags = fc.dictionary(
  fc.constantFrom('CostCentre', 'Name', 'Team', 'made by', 'x:y'),
  fc.constantFrom('42', '', 'ec2 backup', 'a=b', 'ü'),
  { maxKeys: 4 },
);
const variables = fc.dictionary(
  fc.constantFrom('Instance', 'Made'),
  fc.constantFrom('$(instance-id)', '$(timestamp)'),
  { maxKeys: 2 },
);
const select = fc
  .tuple(
    fc.constantFrom('Team', 'Role'),
    fc.uniqueArray(fc.constantFrom('web', 'db', 'queue', 'cache'), { minLength: 1 }),
  )
  .map(([key, values]) => ({ tags: { [key]: values } }));

/** Deprecated after at most as long as kept. */
const AGES_OF_COPIES = [
  { keep: { within: '30d' }, deprecateAfter: '20d' },
  { keep: { within: '1y' }, deprecateAfter: '6m' },
];

function copies(isImage: boolean): fc.Arbitrary<readonly Words[]> {
  const copy = fc.tuple(
    fc.constantFrom(...REGIONS),
    fc.constantFrom(...AGES_OF_COPIES),
    fc.constantFrom<'none' | 'default' | 'own'>('none', 'default', 'own'),
    fc.boolean(),
  );
  return fc.uniqueArray(copy, { selector: ([region]) => region, maxLength: 3 }).map((all) =>
    all.map(([region, { keep: kept, deprecateAfter }, key, copyTags]) =>
      words({
        region,
        keep: kept,
        copyTags,
        encrypted: key === 'none' ? undefined : true,
        key: key === 'own' ? `arn:aws:kms:${region}:111122223333:key/1234abcd` : undefined,
        deprecateAfter: isImage && copyTags ? deprecateAfter : undefined,
      }),
    ),
  );
}

const common = {
  engine: fc.constant('dlm'),
  schedule,
  keep,
  enabled: some(fc.boolean()),
  select: some(select),
  copyTags: some(fc.boolean()),
  timezone: some(fc.constantFrom(...ZONES)),
};

const snapshotExtras = {
  share: some(
    fc.record({
      accounts: fc.uniqueArray(fc.constantFrom('444455556666', '000000000001'), { minLength: 1 }),
      unshareAfter: fc.constantFrom('7d', '1m'),
    }),
  ),
  fastRestore: some(
    fc.oneof(
      fc.record({ last: fc.constant(1), zones: fc.constant(['eu-west-1a']) }),
      fc.record({ within: fc.constant('3d'), zones: fc.constant(['euw1-az1', 'euw1-az2']) }),
    ),
  ),
  copies: some(copies(false)),
};

const hooks = fc.oneof(
  fc.record({ document: fc.constant('AWS_VSS_BACKUP'), retries: fc.integer({ min: 0, max: 3 }) }),
  fc
    .record({
      document: fc.constantFrom('my-freeze', 'arn:aws:ssm:eu-west-1:111122223333:document/freeze'),
      stages: fc.constantFrom(['pre'], ['pre', 'post'], ['post', 'pre']),
      timeout: some(fc.constantFrom('10s', '120s')),
      onFailure: some(fc.constantFrom('crash-consistent', 'skip')),
    })
    .map(words),
);

const image = fc.record({
  ...common,
  backup: fc.constant('image'),
  reboot: some(fc.boolean()),
  tags: some(fc.tuple(tags, variables).map(([some, others]) => ({ ...some, ...others }))),
  copies: some(copies(true)),
  deprecateAfter: some(fc.constantFrom<number | string>(0, 1, '1d', '20d')),
});
const snapshots = fc.record({
  ...common,
  ...snapshotExtras,
  backup: fc.constant('snapshots'),
  tags: some(fc.tuple(tags, variables).map(([some, others]) => ({ ...some, ...others }))),
  exclude: some(
    fc.record({ bootVolume: fc.boolean(), volumes: fc.constantFrom({}, { Role: ['scratch', 'tmp'] }) }),
  ),
  hooks: some(hooks),
});
const volume = fc.record({ ...common, ...snapshotExtras, backup: fc.constant('volume'), tags: some(tags) });
const archivedVolume = fc
  .tuple(
    fc.constantFrom('cron(0 3 1 * ? *)', 'cron(0 12 L * ? *)', 'cron(0 3 1 1,7 ? *)'),
    fc.constantFrom<Words>(
      { keep: { within: '2y' }, archiveAfter: '6m' },
      { keep: { within: '200d' }, archiveAfter: '8w' },
      { keep: { last: 12 }, archiveAfter: 3 },
      { keep: { monthly: 12 }, archiveAfter: 0 },
    ),
  )
  .map(([when, tiers]) => ({ engine: 'dlm', backup: 'volume', schedule: when, ...tiers }));

/** The words of one policy with `engine: dlm` that is accepted in any file, with a zone of its own. */
export const dlmPolicyWords: fc.Arbitrary<Words> = fc
  .oneof(
    { weight: 3, arbitrary: image },
    { weight: 3, arbitrary: snapshots },
    { weight: 2, arbitrary: volume },
    { weight: 1, arbitrary: archivedVolume },
  )
  .map((policy) => words({ timezone: 'UTC', ...words(policy) }))
  .filter((policy) => isAccepted(policy, 'UTC'));

const defaultPolicy = {
  enabled: fc.boolean(),
  every: fc.constantFrom('1d', '2d'),
  keep: fc.constantFrom({ within: '7d' }, { within: '2w' }),
  copyTags: fc.boolean(),
  extendDeletion: fc.boolean(),
  copies: fc.uniqueArray(fc.constantFrom(...REGIONS), { maxLength: 3 }),
};
const excludedTags = fc.constantFrom({}, { Tmp: ['1'] }, { Tmp: '1', Role: ['a', 'b'] });
const defaultPolicies = fc
  .record({
    volume: some(
      fc.record({
        ...defaultPolicy,
        exclude: fc.record({
          bootVolumes: fc.boolean(),
          volumeTypes: fc.uniqueArray(fc.constantFrom('st1', 'sc1', 'standard')),
          tags: excludedTags,
        }),
      }),
    ),
    instance: some(fc.record({ ...defaultPolicy, exclude: fc.record({ tags: excludedTags }) })),
  })
  .map(words);

/** Any file, some of whose policies two files are likely to share the name of, but not the content. */
export const dlmFiles: fc.Arbitrary<DlmFile> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), dlmPolicyWords), {
      selector: ([name]) => name,
      maxLength: 4,
    }),
    some(defaultPolicies),
    fc.constantFrom(...ZONES),
    fc.constantFrom('every 6 hours', 'cron(15 6 * * ? *)'),
  )
  .map(([policies, defaults, timezone, registered]) => ({
    text: stringify({
      ...HEAD,
      timezone,
      policies: Object.fromEntries(policies),
      ...(defaults && { defaultPolicies: defaults }),
      registerPolicies: { schedule: registered },
      // A file of no policy at all is refused.
      retired: { gone: { keep: { last: 1 } } },
    }),
    policies: policies.length + Object.keys(defaults ?? {}).length,
  }));
