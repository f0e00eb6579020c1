import * as z from 'zod';
import { parseSchedule, SCHEDULE_EXPECTED } from './schedule.ts';
import { complaint, into } from './schema-words.ts';

export const schedule = z
  .string(complaint('a schedule', SCHEDULE_EXPECTED))
  .meta({ pattern: '^\\s*(?:cron\\(.+\\)|every (?:1|2|3|4|6|8|12|24) hours?(?: from \\d\\d:\\d\\d)?)\\s*$' })
  .transform(into(parseSchedule));
