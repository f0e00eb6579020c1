/** The words of a policy that only DLM takes so far. What concerns more than one of them is in dlm-checks.ts. */

import * as z from 'zod';
import { AGE_EXPECTED, ageOf } from './dlm-age.ts';
import { parseDuration } from './duration.ts';
import type { Parsed } from './keep.ts';
import type { DlmAge } from './policy.ts';
import { dlmRegion } from './region-schema.ts';
import { complaint, into, quotingHint, section, show, textLike } from './schema-words.ts';

const MOST_COUNT = 1000;

export const onOff = z.boolean(complaint('a switch', 'true or false'));

const age = ageType(AGE_EXPECTED);
const ageOfCopy = ageType(`${AGE_EXPECTED}: DLM keeps copies by age only`);

const ACCOUNT_EXPECTED = 'twelve digits in quotes, such as "111122223333"';
const KEY_EXPECTED = 'the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/…';
const KEY = /^arn:aws(?:-[a-z]{1,3}){0,2}:kms:(?:[a-z]+-){2,3}[0-9]:[0-9]+:key\/.{1,1900}$/;

const copy = section('a copy', {
  region: dlmRegion.describe('The Region that the copy is made in.'),
  keep: section('a map of rules', {
    within: ageOfCopy.describe('How long the copy is kept, such as 30d.'),
  }).describe('How long the copy is kept: DLM keeps copies by age only.'),
  encrypted: onOff.optional().describe('Encrypts the copy. Default: true when a key is given.'),
  key: textLike(KEY, complaint('a key', KEY_EXPECTED))
    .optional()
    .describe('The ARN of the KMS key of that Region. Default: the account’s default key.'),
  copyTags: onOff.default(false).describe('Puts the tags of the backup on the copy.'),
  deprecateAfter: age
    .optional()
    .describe('The age from which the copied AMI is deprecated. Only for backup: image.'),
}).describe('One copy in another Region.');

const share = section('a share', {
  accounts: listOf(
    'an account',
    textLike(/^[0-9]{12}$/, complaint('an account', ACCOUNT_EXPECTED, quotingHint)),
    [1, 50],
  ).describe('The accounts that may use the snapshots, each twelve digits in quotes.'),
  unshareAfter: age.optional().describe('The age from which they are no longer shared. Default: never.'),
}).describe('Shares the snapshots with other accounts. Not for backup: image.');

const ZONE = /^(?=.{1,16}$)(?:(?:[a-z]+-){2,3}[0-9][a-z]|[a-z]{3,4}[0-9]-az[0-9]+)$/;
const fastRestore = section('a map', {
  last: count(1, 'snapshots').optional().describe('For this many of the newest snapshots.'),
  within: age.optional().describe('For snapshots younger than this.'),
  zones: listOf(
    'a zone',
    textLike(ZONE, complaint('a zone', 'the name of a zone such as eu-west-1a, or its id such as euw1-az1')),
    [1, 10],
  ).describe('The Availability Zones, all by name or all by id.'),
}).describe('Enables fast snapshot restore. Not for backup: image.');

const HOOK_TIMEOUT = 'seconds from 10s to 120s, such as 30s';
const hooks = section('a map', {
  document: textLike(
    /^(?:[a-zA-Z0-9_\-.]{3,128}|[a-zA-Z0-9_\-.:/]{3,200}|[A-Z0-9_]{1,200})$/,
    complaint('a document', 'the name or ARN of an SSM document, at most 200 characters, or AWS_VSS_BACKUP'),
  ).describe('The SSM document that is run on the instance, or AWS_VSS_BACKUP.'),
  stages: listOf('a stage', z.enum(['pre', 'post'], complaint('a stage', 'pre or post')), [1, 2])
    .optional()
    .describe('Runs it before the snapshots, after them, or both. Default: [pre, post].'),
  timeout: z
    .string(complaint('a timeout', HOOK_TIMEOUT))
    .meta({ pattern: '^[0-9]{2,3}s$' })
    .transform(into(parseTimeout))
    .optional()
    .describe('How long each run may take, 10s to 120s. Default: 10s.'),
  retries: z
    .int(complaint('a number of retries', 'a whole number from 0 to 3'))
    .min(0, complaint('a number of retries', 'a whole number from 0 to 3'))
    .max(3, complaint('a number of retries', 'a whole number from 0 to 3'))
    .default(0)
    .describe('How often a run that failed is tried again, 0 to 3.'),
  onFailure: z
    .enum(['crash-consistent', 'skip'], complaint('what to do', 'crash-consistent or skip'))
    .optional()
    .describe('When the pre stage fails: take crash-consistent snapshots all the same (default), or none.'),
}).describe('Freezes and thaws the application around the snapshots. Only for backup: snapshots.');

const TAG_VALUE_EXPECTED = 'text of at most 256 characters';
const TAG_LIST_EXPECTED = 'a value or a list of 1 to 50 of them';
const tagValue = z
  .string(complaint('a tag value', TAG_VALUE_EXPECTED, quotingHint))
  .max(256, complaint('a tag value', TAG_VALUE_EXPECTED));

/** Tag keys to exact values. */
export const exactTags = z.record(
  z.string(),
  z
    .union(
      [
        tagValue,
        z.array(tagValue).min(1, listLength(TAG_LIST_EXPECTED)).max(50, listLength(TAG_LIST_EXPECTED)),
      ],
      complaint('a tag value', TAG_LIST_EXPECTED, quotingHint),
    )
    .transform((values) => (typeof values === 'string' ? [values] : values)),
  complaint('a map', 'a map of tag keys to exact values, such as Role: [scratch]'),
);

const exclude = section('a map', {
  bootVolume: onOff.default(false).describe('Leaves the boot volume out.'),
  volumes: exactTags.default({}).describe('Leaves out data volumes that have any of these tags.'),
}).describe('Volumes of an instance that are left out. Only for backup: snapshots.');

const STANDARD_EXPECTED =
  'an age such as 60d with keep: { within }, or a number of backups with keep: { last }';

/** What a policy takes with `engine: dlm`. */
export const dlmWords = {
  enabled: onOff.optional().describe('false: DLM knows the policy but makes nothing. Only with engine: dlm.'),
  tags: z
    .record(z.string(), tagValue, complaint('a map', 'a map of tag keys to values'))
    .optional()
    .describe(
      'Tags to put on what is made; $(instance-id) and $(timestamp) are filled in. Only with engine: dlm.',
    ),
  copyTags: onOff.optional().describe('Puts the source’s own tags on what is made. Only with engine: dlm.'),
  copies: listOf('a copy', copy, [0, 3]).optional().describe('Copies in other Regions, or accounts.'),
  share: share
    .optional()
    .describe('The accounts that may use what is made: a list; with engine: dlm, a map.'),
  fastRestore: fastRestore.optional(),
  archiveAfter: ageOrCount('when to archive')
    .optional()
    .describe(
      'The age from which snapshots move to the archive tier. Not for backup: image. With engine: dlm only for backup: volume, and also once this many newer exist.',
    ),
  deprecateAfter: ageOrCount('when to deprecate')
    .optional()
    .describe(
      'The age from which an AMI is deprecated; with engine: dlm also once this many newer exist. Only for backup: image.',
    ),
  exclude: exclude.optional(),
  hooks: hooks.optional(),
};

/** The maps inside of those words, for what is said of unknown words. */
export const DLM_SECTIONS = { copies: copy, share, fastRestore, exclude, hooks };

function ageType(expected: string) {
  return z
    .string(complaint('an age', expected))
    .meta({ pattern: '^[0-9]{1,6}[ymwdh](?:[0-9]{1,6}[ymwdh])*$' })
    .transform(into(parseAge));
}

/** An age, or a number of newer backups. */
function ageOrCount(noun: string) {
  return z
    .unknown()
    .meta({
      anyOf: [
        { type: 'integer', minimum: 0, maximum: MOST_COUNT },
        { type: 'string', pattern: '^[0-9]{1,6}[ymwdh](?:[0-9]{1,6}[ymwdh])*$' },
      ],
    })
    .transform(into((value: unknown) => parseAgeOrCount(noun, value)));
}

function parseAgeOrCount(noun: string, value: unknown): Parsed<DlmAge | number> {
  if (typeof value === 'string' && /^\d+[a-z]/.test(value)) return parseAge(value);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_COUNT) {
    return { ok: true, value };
  }
  return { ok: false, problem: `${show(value)} is not ${noun}, expected ${STANDARD_EXPECTED}` };
}

function parseAge(text: string): Parsed<DlmAge> {
  const duration = parseDuration(text);
  if (duration) return ageOf(duration);
  return { ok: false, problem: `${show(text)} is not an age, expected ${AGE_EXPECTED}` };
}

function parseTimeout(text: string): Parsed<number> {
  const seconds = Number(/^(\d{2,3})s$/.exec(text)?.[1]);
  if (seconds >= 10 && seconds <= 120) return { ok: true, value: seconds };
  return { ok: false, problem: `${show(text)} is not a timeout, expected ${HOOK_TIMEOUT}` };
}

function count(least: number, noun: string) {
  const complain = complaint(`a number of ${noun}`, `a whole number from ${least} to ${MOST_COUNT}`);
  return z.int(complain).min(least, complain).max(MOST_COUNT, complain);
}

/** A list with a least and a most number of items, none of them twice. */
export function listOf<Item extends z.ZodType>(
  noun: string,
  item: Item,
  [least, most]: readonly [number, number],
) {
  const expected = `a list of ${least} to ${most}`;
  return z
    .array(item, complaint(`a list`, expected))
    .min(least, listLength(expected))
    .max(most, listLength(expected))
    .superRefine((items, context) => {
      items.forEach((one, index) => {
        if (typeof one !== 'string' || items.indexOf(one) === index) return;
        const message = `${show(one)} is given twice, expected each ${noun.replace(/^an? /, '')} once`;
        context.addIssue({ code: 'custom', path: [index], message });
      });
    });
}

function listLength(expected: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      `a list of ${Array.isArray(input) ? input.length : 0} values, expected ${expected}`,
  };
}
