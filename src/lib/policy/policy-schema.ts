import * as z from 'zod';
import { dlmWords } from './dlm-schema.ts';
import { fixedDuration } from './fixed-duration.ts';
import { keepSchema } from './keep-schema.ts';
import { lockSchema, protectSchema, removalSchema } from './protect-schema.ts';
import { rehearseSchema } from './rehearse-schema.ts';
import { schedule } from './schedule-schema.ts';
import { complaint, into, quotingHint, section } from './schema-words.ts';
import { didYouMean, nearest } from './suggest.ts';
import { parseTimeZone } from './zone-name.ts';

const BACKUPS = ['image', 'snapshots', 'volume'] as const;

export const timezone = z
  .string(complaint('a time zone', 'an IANA name such as Asia/Seoul or UTC'))
  .transform(into(parseTimeZone));

const releaseAfterSourceGone = fixedDuration({ least: '1d', example: '90d' })
  .optional()
  .describe(
    'Lets go of all backups of a source that no longer exists, once the newest is older than this. Default: never.',
  );

const PATTERN_EXPECTED = 'text of at most 256 characters, in which * is any run and ? any one character';
const pattern = z
  .string(complaint('a tag value', PATTERN_EXPECTED, quotingHint))
  .max(256, complaint('a tag value', PATTERN_EXPECTED));
const LIST_EXPECTED = 'a tag value or a list of 1 to 200 of them';
const listLength = {
  error: ({ input }: { readonly input?: unknown }) =>
    `a list of ${Array.isArray(input) ? input.length : 0} values, expected ${LIST_EXPECTED}`,
};
const tagPatterns = z.record(
  z.string(),
  z
    .union(
      [pattern, z.array(pattern).min(1, listLength).max(200, listLength)],
      complaint('a tag value', LIST_EXPECTED, quotingHint),
    )
    .transform((values) => (typeof values === 'string' ? [values] : values)),
  complaint('a map', 'a map of tag keys to values, such as Team: [payments, ledger-*]'),
);

export const selectSchema = section('a selection', {
  tags: tagPatterns
    .meta({ minProperties: 1 })
    .describe('The tags a source must have: all keys, and of each key any of the values.'),
  exclude: tagPatterns.default({}).describe('A source with any of these tags is left out.'),
}).describe('Selects sources by their tags, instead of the opt-in tag.');

export const policySchema = section('a policy', {
  backup: z
    .enum(
      BACKUPS,
      complaint('a kind of backup', BACKUPS.join(', '), (value) =>
        typeof value === 'string' && nearest(value, BACKUPS) ? didYouMean(value, BACKUPS) : '',
      ),
    )
    .describe('image: an AMI. snapshots: all volumes of an instance at one instant. volume: one volume.'),
  schedule: schedule.describe(
    'When: EventBridge’s cron(…), or every 1|2|3|4|6|8|12|24 hours [from hh:mm], in the time zone.',
  ),
  keep: keepSchema,
  reboot: z
    .boolean(complaint('a switch', 'true or false'))
    .default(false)
    .describe('Shuts the instance down for a clean image. Only for backup: image.'),
  select: selectSchema.optional(),
  timezone: timezone.optional().describe('The time zone of this policy, instead of the file’s.'),
  releaseAfterSourceGone,
  engine: z
    .enum(['lambda', 'dlm'], complaint('an engine', 'lambda or dlm'))
    .optional()
    .describe('Who runs the policy: lambda (default), or dlm, Amazon Data Lifecycle Manager.'),
  rehearse: rehearseSchema.optional(),
  lock: lockSchema.optional(),
  protect: protectSchema.optional(),
  removal: removalSchema.optional(),
  ...dlmWords,
}).describe('One entry: which sources, how, when, and how long to keep.');

export const retiredSchema = section('a retired policy', {
  protect: z
    .literal(false, complaint('a switch of a retired policy', 'false, or nothing'))
    .optional()
    .describe(
      'false: prunes lift the protection from deregistration that its AMIs have. Default: they stay.',
    ),
  keep: keepSchema,
  timezone: timezone.optional().describe('The time zone of its calendar, instead of the file’s.'),
  releaseAfterSourceGone,
}).describe('A policy that no longer runs. What it made is kept by these rules.');
