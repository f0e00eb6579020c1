/** How a policy that the Lambdas run protects, ages and shares what it makes. What concerns two words is in protect-checks.ts. */

import * as z from 'zod';
import { listOf, onOff } from './dlm-schema.ts';
import { fixedDuration } from './fixed-duration.ts';
import type { Lock } from './policy.ts';
import { complaint, quotingHint, section, textLike } from './schema-words.ts';

const HOUR = 3_600_000;
/** As many as fit into the tag that remembers them. */
const MOST_ACCOUNTS = 19;
const ACCOUNT_EXPECTED = 'twelve digits in quotes, such as "111122223333"';

export const lockSchema = section('a lock', {
  mode: z
    .enum(['governance', 'compliance'], complaint('a mode', 'governance or compliance'))
    .describe('governance: whoever is permitted may unlock. compliance: nobody can, whoever they are.'),
  // EC2 locks for a day at least, and what is good is never younger than its slot.
  for: fixedDuration({ least: '2d', most: '36500d', example: '30d', wholeDays: true }).describe(
    'How long from its slot a backup is locked, in whole days.',
  ),
  coolOff: fixedDuration({ least: '1h', most: '72h', example: '24h' })
    .optional()
    .describe(
      'For so long after it was locked it may still be unlocked. Only with mode: compliance. Default: not at all.',
    ),
}).describe('Locks the snapshots, so that they cannot be deleted before. Only for engine: lambda.');

export const protectSchema = onOff.describe(
  'Protects the AMIs from being deregistered; a prune lifts that just before. Only for backup: image and engine: lambda.',
);

export const removalSchema = section('a removal', {
  disableFor: fixedDuration({ least: '1h', most: '365d', example: '7d' }).describe(
    'For so long an AMI is disabled before it is deregistered; enabling it saves it.',
  ),
}).describe('How an AMI goes. Only for backup: image and engine: lambda.');

export const archiveSchema = fixedDuration({ least: '1d', example: '30d' });

/** EC2 takes dates within ten years. */
export const deprecateSchema = fixedDuration({ least: '1h', most: '3650d', example: '30d' });

export const shareSchema = listOf(
  'an account',
  textLike(/^[0-9]{12}$/, complaint('an account', ACCOUNT_EXPECTED, quotingHint)),
  [0, MOST_ACCOUNTS],
);

export function lockOf({ mode, for: length, coolOff }: z.output<typeof lockSchema>): Lock {
  return { mode, for: length, ...(coolOff !== undefined && { coolOff: coolOff / HOUR }) };
}
