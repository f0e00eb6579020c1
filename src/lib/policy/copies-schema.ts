/** `copies:` of a policy that the Lambdas run; DLM's are in dlm-schema.ts, as they take other words. */

import type * as z from 'zod';
import { listOf, onOff } from './dlm-schema.ts';
import { keepRules } from './keep-schema.ts';
import type { Copy } from './policy.ts';
import { complaint, quotingHint, section, textLike } from './schema-words.ts';

const MOST_COPIES = 3;
const ACCOUNT_EXPECTED = 'twelve digits in quotes, such as "111122223333"';
const REGION = /^[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}$/;
const KEY_EXPECTED = 'the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/…';
const KEY = /^arn:aws(?:-[a-z]{1,3}){0,2}:kms:[a-z0-9-]+:[0-9]{12}:key\/.{1,1900}$/;

export const copySchema = section('a copy', {
  account: textLike(/^[0-9]{12}$/, complaint('an account', ACCOUNT_EXPECTED, quotingHint))
    .optional()
    .describe('The account that the copy is made in, a target of this file. Default: the source’s own.'),
  region: textLike(REGION, complaint('a Region', 'the name of an AWS Region such as eu-west-1')).describe(
    'The Region that the copy is made in.',
  ),
  keep: keepRules.optional().describe('How long copies are kept there. Default: as the policy keeps.'),
  encrypted: onOff.optional().describe('Encrypts the copy. Default: true when a key is given.'),
  key: textLike(KEY, complaint('a key', KEY_EXPECTED))
    .optional()
    .describe('The ARN of the KMS key of that Region. Default: that account’s default key for EBS.'),
}).describe('One copy in another Region or account.');

export const copiesSchema = listOf('a copy', copySchema, [0, MOST_COPIES]);

type Parsed = z.output<typeof copiesSchema>[number];

export function copyOf({ account, region, keep, key, encrypted = key !== undefined }: Parsed): Copy {
  return {
    ...(account !== undefined && { account }),
    region,
    ...(keep !== undefined && { keep }),
    encrypted,
    ...(key !== undefined && { key }),
  };
}
