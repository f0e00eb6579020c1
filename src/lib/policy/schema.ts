import * as z from 'zod';
import { copySchema } from './copies-schema.ts';
import {
  DEFAULT_EXCLUDE_SECTIONS,
  DEFAULT_SECTIONS,
  defaultPoliciesSchema,
} from './default-policies-schema.ts';
import { DLM_SECTIONS } from './dlm-schema.ts';
import { hooksSchema } from './hooks-schema.ts';
import { KEEP_RULES } from './keep.ts';
import { policySchema, retiredSchema, selectSchema, timezone } from './policy-schema.ts';
import { lockSchema, removalSchema } from './protect-schema.ts';
import { rehearseSchema } from './rehearse-schema.ts';
import { schedule } from './schedule-schema.ts';
import { complaint, quotingHint, section, textLike } from './schema-words.ts';

/** Policy names are part of tags, of AMI names and of the names of AWS resources. */
export const POLICY_NAME = /^(?!(?:keep|exclude|hold|status)$)[a-z0-9-]{1,32}$/;
export const POLICY_NAME_EXPECTED = '1 to 32 of a-z, 0-9 and -, and none of keep, exclude, hold, status';

const SHARE_EXPECTED = 'a percentage from 1% to 100%, such as 30%';

/** `30%` as 0.3. */
function percentage(noun: string) {
  return textLike(/^(?:[1-9][0-9]?|100)%$/, complaint(noun, SHARE_EXPECTED, shareHint)).transform(
    (text) => Number(text.slice(0, -1)) / 100,
  );
}

const pruneSchema = section('a map', {
  schedule: schedule
    .prefault('every 6 hours')
    .describe('When old backups are looked through, in the file’s time zone.'),
  maxShare: percentage('a share')
    .prefault('30%')
    .describe(
      'A prune of more than 20 backups that are also more than this share of a policy’s is refused as a whole.',
    ),
}).describe('Deleting what no rule keeps.');

const registerSchema = section('a map', {
  schedule: schedule
    .prefault('every 6 hours')
    .describe('When they are compared and put right, in the file’s time zone.'),
}).describe('Keeping DLM’s lifecycle policies as this file says.');

const replicateSchema = section('a map', {
  schedule: schedule
    .prefault('every 1 hours from 00:25')
    .describe('When copies are looked after in any case, in the file’s time zone.'),
}).describe('Copying backups to other Regions and accounts.');

const limitsSchema = section('a map', {
  share: percentage('a share')
    .prefault('50%')
    .describe('The share of EC2’s request quotas of each account and Region that a run may use.'),
}).describe('How hard EC2 may be asked.');

const watchSchema = section('a map', {
  schedule: schedule
    .prefault('every 1 hours from 00:40')
    .describe('When everything is measured, at least every 12 hours, in the file’s time zone.'),
  digest: schedule
    .prefault('cron(0 8 * * ? *)')
    .describe('When the digest is sent, in the file’s time zone.'),
}).describe('Watching that backups are made.');

const EMAIL_EXPECTED = 'an e-mail address such as ops@example.com';
const email = textLike(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, complaint('an e-mail address', EMAIL_EXPECTED));
const notifySchema = z
  .union(
    [email, z.array(email, complaint('a list', `${EMAIL_EXPECTED}, or a list of them`))],
    complaint('an e-mail address', `${EMAIL_EXPECTED}, or a list of them`),
  )
  .transform((given) => [given].flat())
  .prefault([])
  .describe('E-mail addresses for alarms and the daily digest.');

const PREFIX_EXPECTED = '1 to 46 of letters, digits and +=,.@_-, such as ec2-backup';
const EXTERNAL_EXPECTED = '2 to 1224 of letters, digits and +=,.@:/-';
const ACCOUNT_EXPECTED = 'twelve digits in quotes, such as "111122223333"';
const targetSchema = section('a target', {
  account: textLike(/^[0-9]{12}$/, complaint('an account', ACCOUNT_EXPECTED, accountHint)).describe(
    'Twelve digits, in quotes.',
  ),
  region: textLike(
    /^[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}$/,
    complaint('a Region', 'the name of an AWS Region such as ap-northeast-2'),
  ).describe('Such as ap-northeast-2.'),
  // The longest job, register-policies, and a hyphen have to fit into the 64 characters of a role's name.
  rolePrefix: textLike(/^[\w+=,.@-]{1,46}$/, complaint('a prefix of role names', PREFIX_EXPECTED))
    .optional()
    .describe('Each job assumes the role <rolePrefix>-<job> there. Default: the function’s own role.'),
  externalId: textLike(/^[\w+=,.@:/-]{2,1224}$/, complaint('an external id', EXTERNAL_EXPECTED, quotingHint))
    .optional()
    .describe('What those roles ask for before they may be assumed.'),
  copiesOnly: z
    .boolean(complaint('a switch', 'true or false'))
    .default(false)
    .describe('Nothing is backed up there: it only takes copies.'),
});

const NAME_EXPECTED = '1 to 32 of a-z, 0-9 and -';
export const DEPLOYMENT_NAME = /^[a-z0-9-]{1,32}$/;
const TAG_EXPECTED =
  '1 to 100 characters without *, ? and \\, not ending in : and not starting with aws:, dlm: or ec2-backup';

/** `policies.yml` but for what concerns more than one word: those checks are in checks.ts. */
export const fileSchema = section('a policy file', {
  version: z
    .literal(1, complaint('a version that this program reads', '1'))
    .describe('The version of this format: 1.'),
  deployment: textLike(DEPLOYMENT_NAME, complaint('a deployment name', NAME_EXPECTED, quotingHint)).describe(
    'Whose backups these are. It is part of every tag and name, and only what carries it is ever deleted.',
  ),
  optInTag: textLike(
    /^(?!(?:[aA][wW][sS]:|[dD][lL][mM]:|[eE][cC]2-[bB][aA][cC][kK][uU][pP]))[^*?\\]{0,99}[^*?\\:]$/,
    complaint('a tag key for opting in', TAG_EXPECTED, quotingHint),
  )
    .default('Backup')
    .describe('The tag by which instances and volumes name their policy.'),
  timezone: timezone
    .prefault('UTC')
    .describe('The IANA time zone of schedules and of the retention calendar.'),
  policies: z
    .record(z.string(), policySchema, complaint('a map', 'a map of policy names to policies'))
    .meta({ propertyNames: { pattern: POLICY_NAME.source } })
    .default({})
    .describe('The policies that run, by name.'),
  retired: z
    .record(z.string(), retiredSchema, complaint('a map', 'a map of policy names to { keep }'))
    .meta({ propertyNames: { pattern: POLICY_NAME.source } })
    .default({})
    .describe('Policies that no longer run, by name.'),
  defaultPolicies: defaultPoliciesSchema.prefault({}),
  prune: pruneSchema.prefault({}),
  registerPolicies: registerSchema.prefault({}),
  replicate: replicateSchema.prefault({}),
  targets: z
    .array(targetSchema, complaint('a list', 'a list of { account, region }'))
    .default([])
    .describe('The accounts and Regions to back up. Default: where it runs.'),
  limits: limitsSchema.prefault({}),
  watch: watchSchema.prefault({}),
  notify: notifySchema,
  feedbackTag: z
    .boolean(complaint('a switch', 'true or false'))
    .default(false)
    .describe('Whether the tag Backup:Status of each source says how its backups stand.'),
}).describe('The policy file of ec2-backup.');

export type ParsedFile = z.output<typeof fileSchema>;

/** The words of one map of the file, by its path (`*` is any name or number). */
export interface Section {
  readonly path: readonly string[];
  readonly words: readonly string[];
  /** Words that only the same section of a policy with `engine: dlm` knows. */
  readonly ofDlm: readonly string[];
}

/** A section of the schema with its place. */
function sectionAt(path: string, { shape }: { readonly shape: object }): Section {
  return { path: path.split('.').filter(Boolean), words: Object.keys(shape), ofDlm: [] };
}

const KEEP = Object.fromEntries(KEEP_RULES.map((rule) => [rule, rule]));

export const SECTIONS: readonly Section[] = [
  sectionAt('', fileSchema),
  sectionAt('policies.*', policySchema),
  sectionAt('policies.*.keep', { shape: KEEP }),
  sectionAt('policies.*.select', selectSchema),
  sectionAt('policies.*.rehearse', rehearseSchema),
  sectionAt('policies.*.lock', lockSchema),
  sectionAt('policies.*.removal', removalSchema),
  sectionAt('policies.*.copies.*', DLM_SECTIONS.copies),
  sectionAt('policies.*.copies.*.keep', DLM_SECTIONS.copies.shape.keep),
  sectionAt('policies.*.share', DLM_SECTIONS.share),
  sectionAt('policies.*.fastRestore', DLM_SECTIONS.fastRestore),
  sectionAt('policies.*.exclude', DLM_SECTIONS.exclude),
  sectionAt('policies.*.hooks', DLM_SECTIONS.hooks),
  sectionAt('retired.*', retiredSchema),
  sectionAt('retired.*.keep', { shape: KEEP }),
  sectionAt('defaultPolicies', defaultPoliciesSchema),
  sectionAt('defaultPolicies.volume', DEFAULT_SECTIONS.volume),
  sectionAt('defaultPolicies.volume.keep', { shape: { within: 'within' } }),
  sectionAt('defaultPolicies.volume.exclude', DEFAULT_EXCLUDE_SECTIONS.volume),
  sectionAt('defaultPolicies.instance', DEFAULT_SECTIONS.instance),
  sectionAt('defaultPolicies.instance.keep', { shape: { within: 'within' } }),
  sectionAt('defaultPolicies.instance.exclude', DEFAULT_EXCLUDE_SECTIONS.instance),
  sectionAt('prune', pruneSchema),
  sectionAt('registerPolicies', registerSchema),
  sectionAt('replicate', replicateSchema),
  sectionAt('targets.*', targetSchema),
  sectionAt('limits', limitsSchema),
  sectionAt('watch', watchSchema),
];

/** Those of a policy that the Lambdas run which DLM has in another shape; see engine-words.ts. */
export const LAMBDA_SECTIONS: readonly Section[] = [
  {
    ...sectionAt('policies.*.copies.*', copySchema),
    ofDlm: Object.keys(DLM_SECTIONS.copies.shape).filter((word) => !(word in copySchema.shape)),
  },
  sectionAt('policies.*.copies.*.keep', { shape: KEEP }),
  {
    ...sectionAt('policies.*.hooks', hooksSchema),
    ofDlm: Object.keys(DLM_SECTIONS.hooks.shape).filter((word) => !(word in hooksSchema.shape)),
  },
];

function shareHint(value: unknown): string {
  const percent = typeof value === 'number' ? Math.round(value <= 1 ? value * 100 : value) : NaN;
  return percent >= 1 && percent <= 100 ? ` (did you mean ${percent}%?)` : '';
}

// A number has lost its leading zeros, and YAML has no way to tell.
function accountHint(value: unknown): string {
  if (typeof value !== 'number') return '';
  const padded = String(value).padStart(12, '0');
  return `; a number loses its leading zeros${/^\d{12}$/.test(padded) ? `: write "${padded}" if that is it` : ''}`;
}
