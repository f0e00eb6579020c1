import * as z from 'zod';
import { DURATION_EXPECTED } from './duration.ts';
import { COUNT_EXPECTED, COUNTED, KEEP_RULES, parseKeepValue } from './keep.ts';
import type { Keep, KeepRule } from './keep.ts';
import { into, section, show } from './schema-words.ts';

const DESCRIPTIONS: Readonly<Record<KeepRule, string>> = {
  last: 'Keeps this many of the newest.',
  hourly: 'Keeps the newest of each hour, for this many hours that have one.',
  daily: 'Keeps the newest of each day, for this many days that have one.',
  weekly: 'Keeps the newest of each ISO week, for this many weeks that have one.',
  monthly: 'Keeps the newest of each month, for this many months that have one.',
  yearly: 'Keeps the newest of each year, for this many years that have one.',
  within: 'Keeps everything younger than this, counted back from the newest.',
  'within-hourly': 'Keeps the newest of each hour younger than this.',
  'within-daily': 'Keeps the newest of each day younger than this.',
  'within-weekly': 'Keeps the newest of each ISO week younger than this.',
  'within-monthly': 'Keeps the newest of each month younger than this.',
  'within-yearly': 'Keeps the newest of each year younger than this.',
};

// What editors check. `parseKeepValue` decides, and writes the message.
const COUNT = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: 1_000_000 },
    { type: 'string', pattern: '^(?:all|[0-9]{1,7})$' },
  ],
};
const AGE = { type: 'string', pattern: '^(?:[0-9]{1,6}[ymwdh])+$' };

/** The map `keep: { daily: 7, within: 14d, last: all }`. An empty one keeps everything. */
export const keepRules = section(
  'a map of rules',
  Object.fromEntries(KEEP_RULES.map((rule) => [rule, ruleSchema(rule)])),
)
  .nullable()
  // The shape has exactly the rules of Keep, each parsed by its own rule.
  .transform(
    (rules) =>
      Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined)) as Keep,
  )
  .describe(
    'How long backups are kept: the rules are independent, and what any of them keeps is kept. No rule keeps all.',
  );

/** The same where it may be left out, which keeps everything too. */
export const keepSchema = keepRules.prefault({});

function ruleSchema(rule: KeepRule) {
  const counted = (COUNTED as readonly KeepRule[]).includes(rule);
  return z
    .unknown()
    .meta(counted ? COUNT : AGE)
    .transform(
      into((value: unknown) =>
        typeof value === 'number' || typeof value === 'string'
          ? parseKeepValue(rule, value)
          : {
              ok: false,
              problem: `${rule} is ${show(value)}, expected ${counted ? COUNT_EXPECTED : DURATION_EXPECTED}`,
            },
      ),
    )
    .optional()
    .describe(DESCRIPTIONS[rule]);
}
