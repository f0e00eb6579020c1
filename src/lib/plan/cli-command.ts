/** Commands that somebody else is to run: the AWS command line's, as words, and as one line for a shell. */

import type { Place } from '../policy/policy.ts';

/** `aws`, or `npx`, and what follows it, each a word of its own. */
export type CliCommand = readonly string[];

/** `aws <service> <operation>` in the place's Region, then what else it takes. */
export function awsCommand(
  { region }: Pick<Place, 'region'>,
  service: string,
  operation: string,
  words: readonly string[],
): CliCommand {
  return ['aws', service, operation, '--region', region, ...words];
}

const PLAIN = /^[A-Za-z0-9_./:=,@%+-]+$/;

/** One line for a POSIX shell; what it would read otherwise is quoted. */
export function commandLine(command: CliCommand): string {
  return command
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

const SHORTHAND = /^[A-Za-z0-9_.:/@+-]+$/;

/** Takes tags off, whatever their values are. The short form of a tag cannot hold every key. */
export function untagCommand(
  place: Pick<Place, 'region'>,
  ids: readonly string[],
  keys: readonly string[],
): CliCommand {
  const isShort = keys.every((key) => SHORTHAND.test(key));
  const tags = isShort
    ? keys.map((key) => `Key=${key}`)
    : [JSON.stringify(keys.map((key) => ({ Key: key })))];
  return awsCommand(place, 'ec2', 'delete-tags', ['--resources', ...ids, '--tags', ...tags]);
}

/** Puts tags on, or gives them other values. */
export function tagCommand(
  place: Pick<Place, 'region'>,
  ids: readonly string[],
  tags: readonly { readonly key: string; readonly value: string }[],
): CliCommand {
  const isShort = tags.every(({ key, value }) => SHORTHAND.test(key) && SHORTHAND.test(value));
  const words = isShort
    ? tags.map(({ key, value }) => `Key=${key},Value=${value}`)
    : [JSON.stringify(tags.map(({ key, value }) => ({ Key: key, Value: value })))];
  return awsCommand(place, 'ec2', 'create-tags', ['--resources', ...ids, '--tags', ...words]);
}

export function deregisterCommand(place: Pick<Place, 'region'>, image: string): CliCommand {
  return awsCommand(place, 'ec2', 'deregister-image', ['--image-id', image, '--delete-associated-snapshots']);
}

export function deleteSnapshotCommand(place: Pick<Place, 'region'>, snapshot: string): CliCommand {
  return awsCommand(place, 'ec2', 'delete-snapshot', ['--snapshot-id', snapshot]);
}
