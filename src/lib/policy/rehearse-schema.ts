import * as z from 'zod';
import { schedule } from './schedule-schema.ts';
import { complaint, quotingHint, section, textLike } from './schema-words.ts';

const COMMAND_EXPECTED = 'a command of 1 to 4096 characters, such as "systemctl is-active postgresql"';

/** Policies are rehearsed where they say so; the engine dlm knows nothing of it. */
export const rehearseSchema = section('a rehearsal', {
  schedule: schedule.describe('When a random backup is started, in the policy’s time zone.'),
  subnet: textLike(
    /^subnet-[0-9a-f]{8}(?:[0-9a-f]{9})?$/,
    complaint('a subnet', 'the id of a subnet such as subnet-0a1b2c3d4e5f60718'),
  ).describe('Where it is started: best one that leads nowhere.'),
  instanceType: textLike(
    /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
    complaint('an instance type', 'the name of an instance type such as t3.medium'),
  )
    .optional()
    .describe('Default: the type that the machine had.'),
  command: z
    .string(complaint('a command', COMMAND_EXPECTED, quotingHint))
    .min(1, complaint('a command', COMMAND_EXPECTED))
    .max(4096, complaint('a command', COMMAND_EXPECTED))
    .optional()
    .describe('Run there by Systems Manager once it is up; exit code 0 is a success.'),
  account: textLike(/^[0-9]{12}$/, complaint('an account', 'twelve digits in quotes, such as "111122223333"'))
    .optional()
    .describe(
      'With region: the target that the subnet is of. Default: where backups are made, if that is one target; without one, where the functions run.',
    ),
  region: textLike(
    /^[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}$/,
    complaint('a Region', 'the name of an AWS Region such as ap-northeast-2'),
  )
    .optional()
    .describe('With account: the target that the subnet is of.'),
}).describe('Starts a random backup now and then, to see that it can be restored. Only for instances.');
