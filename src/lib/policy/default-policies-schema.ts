/** DLM's default policies: what backs up volumes and instances that had no recent backup. */

import * as z from 'zod';
import { exactTags, listOf, onOff } from './dlm-schema.ts';
import { parseDuration } from './duration.ts';
import type { Parsed } from './keep.ts';
import { dlmRegion } from './region-schema.ts';
import { complaint, into, section, show } from './schema-words.ts';

const VOLUME_TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

const excludeTags = exactTags.default({}).describe('Leaves out what has any of these tags.');

const excludeVolumes = section('a map', {
  bootVolumes: onOff.default(false).describe('Leaves boot volumes out.'),
  volumeTypes: listOf(
    'a volume type',
    z.enum(VOLUME_TYPES, complaint('a volume type', VOLUME_TYPES.join(', '))),
    [0, 6],
  )
    .default([])
    .describe('Leaves volumes of these types out, at most 6.'),
  tags: excludeTags,
}).describe('Volumes that are left out.');

const excludeInstances = section('a map', { tags: excludeTags }).describe('Instances that are left out.');

const common = {
  enabled: onOff.default(true).describe('false: DLM knows the policy but makes nothing.'),
  every: days('how often', [1, 7])
    .prefault('1d')
    .describe('Backs up what has had no backup for this long, 1d to 7d.'),
  keep: section('a map of rules', {
    within: days('an age', [2, 14]).describe('How long backups are kept, 2d to 14d.'),
  })
    .prefault({ within: '7d' })
    .describe('How long backups are kept: longer than every. Default: 7d.'),
  copyTags: onOff.default(false).describe('Puts the source’s own tags on what is made.'),
  extendDeletion: onOff
    .default(false)
    .describe(
      'Goes on deleting, the last backup included, when the source is gone or the policy does not run.',
    ),
  copies: listOf('a Region', dlmRegion, [0, 3])
    .default([])
    .describe('Regions to copy backups to, at most 3.'),
};

const volume = section('a default policy', { ...common, exclude: excludeVolumes.prefault({}) }).describe(
  'DLM’s default policy for volumes: snapshots of those with no recent snapshot.',
);

const instance = section('a default policy', { ...common, exclude: excludeInstances.prefault({}) }).describe(
  'DLM’s default policy for instances: AMIs of those with no recent AMI.',
);

export const defaultPoliciesSchema = section('a map', {
  volume: volume.optional(),
  instance: instance.optional(),
}).describe('DLM’s default policies of each account and Region: the safety net for what nobody tagged.');

/** The maps inside, for what is said of unknown words. */
export const DEFAULT_SECTIONS = { volume, instance };
export const DEFAULT_EXCLUDE_SECTIONS = { volume: excludeVolumes, instance: excludeInstances };

/** Whole days in a range. */
function days(noun: string, [least, most]: readonly [number, number]) {
  const expected = `whole days from ${least}d to ${most}d, such as ${most}d`;
  const parse = (text: string): Parsed<number> => {
    const duration = parseDuration(text);
    const whole = duration && duration.years + duration.months + duration.hours === 0 ? duration.days : 0;
    if (whole >= least && whole <= most) return { ok: true, value: whole };
    return { ok: false, problem: `${show(text)} is not ${noun}, expected ${expected}` };
  };
  return z.string(complaint(noun, expected)).meta({ pattern: '^[0-9]{1,2}[dw]$' }).transform(into(parse));
}
