/** Random policies with `engine: dlm`, within what the parser lets through, with every feature of their kind. */

import * as fc from 'fast-check';
import type {
  BackupKind,
  DefaultPolicy,
  DlmAge,
  DlmCopy,
  DlmHooks,
  DlmPolicy,
  DlmRetention,
  DlmSchedule,
} from '../../src/lib/policy/policy.ts';
import { defaultPolicy, dlmPolicy } from './dlm-policies.ts';

const REGIONS = ['eu-central-1', 'ap-southeast-2', 'us-gov-west-1', 'us-isob-east-1'];
const RULES = ['base', 'daily', 'weekly', 'monthly'];
const VOLUME_TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'];

const age: fc.Arbitrary<DlmAge> = fc.oneof(
  fc.record({ interval: fc.integer({ min: 1, max: 36_500 }), unit: fc.constant('DAYS' as const) }),
  fc.record({ interval: fc.integer({ min: 1, max: 1200 }), unit: fc.constant('MONTHS' as const) }),
  fc.record({ interval: fc.integer({ min: 1, max: 100 }), unit: fc.constant('YEARS' as const) }),
);
const count = fc.record({ count: fc.integer({ min: 1, max: 1000 }) });
const retention: fc.Arbitrary<DlmRetention> = fc.oneof(count, age);

const name = fc.stringMatching(/^[a-z0-9-]{1,32}$/);
const tagKey = fc.stringMatching(/^[A-Z][a-zA-Z0-9_.:/+@ -]{0,20}$/);
const tagValue = fc.string({ maxLength: 256, unit: 'grapheme-ascii' });
const tags = fc.dictionary(tagKey, tagValue, { maxKeys: 20 });
const tagPatterns = fc.dictionary(tagKey, fc.uniqueArray(tagValue, { minLength: 1, maxLength: 5 }), {
  maxKeys: 9,
});
const variableTags = fc.dictionary(tagKey, fc.constantFrom('$(instance-id)', '$(timestamp)'), { maxKeys: 5 });
const account = fc.stringMatching(/^[0-9]{12}$/);

const create = fc.oneof(
  fc.record({
    everyHours: fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 24),
    at: fc.stringMatching(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/),
  }),
  fc.record({
    cron: fc.constantFrom('cron(30 18 * * ? *)', 'cron(0 3 L * ? *)', 'cron(5 0/6 ? * MON-FRI *)'),
  }),
);
const schedules: fc.Arbitrary<DlmSchedule[]> = fc
  .array(fc.record({ create, retain: retention }), { minLength: 1, maxLength: 4 })
  .map((all) => all.map((one, index) => ({ name: RULES[index] ?? '', ...one })));

const keyOf = (region: string): string =>
  `arn:aws:kms:${region}:111122223333:key/00000000-0000-0000-0000-000000000000`;

const copies: fc.Arbitrary<DlmCopy[]> = fc
  .uniqueArray(
    fc.record({
      region: fc.constantFrom(...REGIONS),
      isKeyed: fc.boolean(),
      copyTags: fc.boolean(),
      retain: age,
      deprecate: fc.option(age, { nil: undefined }),
    }),
    { selector: ({ region }) => region, maxLength: 3 },
  )
  .map((all) =>
    all.map(({ isKeyed, deprecate, ...copy }) => ({
      ...copy,
      encrypted: isKeyed,
      ...(isKeyed && { key: keyOf(copy.region) }),
      ...(deprecate && { deprecate }),
    })),
  );

const hooks: fc.Arbitrary<DlmHooks> = fc.record({
  document: fc.constantFrom(
    'my-freeze',
    'AWS_VSS_BACKUP',
    'arn:aws:ssm:eu-west-1:444455556666:document/their',
  ),
  stages: fc.subarray(['pre', 'post'] as const, { minLength: 1 }),
  timeout: fc.integer({ min: 10, max: 120 }),
  retries: fc.integer({ min: 0, max: 3 }),
  onFailure: fc.constantFrom('crash-consistent', 'skip'),
});

const zones = fc.oneof(
  fc.uniqueArray(fc.stringMatching(/^(?:eu-west-1|us-gov-east-1)[a-f]$/), { minLength: 1, maxLength: 6 }),
  fc.uniqueArray(fc.stringMatching(/^(?:euw1|usge1)-az[1-9]$/), { minLength: 1, maxLength: 10 }),
);

/** Features that only some kinds of backup have; absent where the arbitrary leaves them out. */
const some = { requiredKeys: [] };
const ofSnapshots = {
  share: fc.record(
    { accounts: fc.uniqueArray(account, { minLength: 1, maxLength: 50 }), unshareAfter: age },
    { requiredKeys: ['accounts'] },
  ),
  fastRestore: fc.record({ retain: retention, zones }),
};
const FEATURES: Readonly<Record<BackupKind, fc.Arbitrary<Partial<DlmPolicy>>>> = {
  image: fc.record({ reboot: fc.boolean(), variableTags, deprecate: retention }, some),
  snapshots: fc.record(
    { ...ofSnapshots, variableTags, excludeBootVolume: fc.boolean(), excludeVolumes: tagPatterns, hooks },
    some,
  ),
  volume: fc.record(
    {
      ...ofSnapshots,
      archive: fc.record({
        standard: fc.oneof(retention, fc.constant({ count: 0 })),
        archived: retention,
      }),
    },
    some,
  ),
};

export const anyDlmPolicy: fc.Arbitrary<DlmPolicy> = fc
  .constantFrom<BackupKind[]>('image', 'snapshots', 'volume')
  .chain((backup) =>
    fc.record({
      backup: fc.constant(backup),
      features: FEATURES[backup],
      common: fc.record(
        {
          name,
          enabled: fc.boolean(),
          select: fc.record({
            key: tagKey,
            values: fc.uniqueArray(tagValue, { minLength: 1, maxLength: 50 }),
          }),
          schedules,
          tags,
          copyTags: fc.boolean(),
          copies,
        },
        some,
      ),
    }),
  )
  .map(({ backup, features, common }) => dlmPolicy({ backup, ...features, ...common }));

export const anyDefaultPolicy: fc.Arbitrary<DefaultPolicy> = fc
  .record(
    {
      kind: fc.constantFrom('volume' as const, 'instance' as const),
      enabled: fc.boolean(),
      createEvery: fc.integer({ min: 1, max: 7 }),
      retain: fc.integer({ min: 8, max: 14 }),
      copyTags: fc.boolean(),
      extendDeletion: fc.boolean(),
      copies: fc.uniqueArray(fc.constantFrom(...REGIONS), { maxLength: 3 }),
      exclude: fc.record({
        bootVolumes: fc.boolean(),
        volumeTypes: fc.uniqueArray(fc.constantFrom(...VOLUME_TYPES), { maxLength: 6 }),
        tags: tagPatterns,
      }),
    },
    some,
  )
  .map(defaultPolicy);
