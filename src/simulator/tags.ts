import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue } from './errors.ts';
import { History } from './history.ts';

export type Tags = ReadonlyMap<string, string>;

const MAX_KEY = 128;
const MAX_VALUE = 256;
const NO_TAGS: Tags = new Map();

/** A resource's tags, with as much of their past as a lagging read may still show. */
export class TagHistory extends History<Tags> {
  #listener: (() => void) | undefined;

  constructor(at: number, tags: Tags = NO_TAGS) {
    super(at, tags);
  }

  override change(at: number, tags: Tags): void {
    super.change(at, tags);
    this.#listener?.();
  }

  /** Calls the listener after each change. There is one listener: where the resource is kept. */
  listen(listener: () => void): void {
    this.#listener = listener;
  }
}

export function toTags(record: Readonly<Record<string, string>> | undefined): Tags {
  return record === undefined ? NO_TAGS : new Map(Object.entries(record));
}

/** What was listed once is listed again and again, so each set of tags has one list, which nobody can change. */
const LISTS = new WeakMap<Tags, readonly Tag[]>();

/** EC2 leaves the list out when there are no tags. */
export function toTagList(tags: Tags): Tag[] | undefined {
  if (tags.size === 0) return undefined;
  let list = LISTS.get(tags);
  if (list === undefined) {
    list = Object.freeze(Array.from(tags, ([Key, Value]) => Object.freeze({ Key, Value })));
    LISTS.set(tags, list);
  }
  // The SDK's types know no list that may only be read.
  return list as Tag[];
}

/**
 * The tags of a creating call by resource type.
 * @throws InvalidParameterValue, TagLimitExceeded
 */
export function readTagSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  allowedTypes: readonly string[],
  maxTags: number,
): ReadonlyMap<string, Tags> {
  const byType = new Map<string, Tags>();
  for (const { ResourceType: type, Tags: list } of specifications ?? []) {
    if (type === undefined || !allowedTypes.includes(type)) {
      throw invalidValue(`'${type}' is not a valid taggable resource type for this operation.`);
    }
    if (byType.has(type)) throw invalidValue(`Duplicate resource type '${type}' in the tag specification.`);
    byType.set(type, readTags(list ?? [], maxTags));
  }
  return byType;
}

/** Tags that a caller gives. @throws InvalidParameterValue, TagLimitExceeded */
export function readTags(list: readonly Tag[], maxTags: number): Tags {
  const tags = new Map<string, string>();
  for (const { Key: key = '', Value: value = '' } of list) {
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidValue(`Tag keys starting with 'aws:' are reserved for internal use: ${key}`);
    }
    if (tags.has(key)) throw invalidValue(`Duplicate tag key '${key}' specified.`);
    tags.set(key, value);
  }
  checkTags(tags, maxTags);
  return tags;
}

/** The limits that hold for any tags, those that services set (`aws:`) included. */
export function checkTags(tags: Tags, maxTags: number): void {
  let userTags = 0;
  for (const [key, value] of tags) {
    if (key === '') throw invalidValue('Tag key cannot be empty.');
    if (characters(key) > MAX_KEY)
      throw invalidValue(`Tag key exceeds the maximum length of ${MAX_KEY}: ${key}`);
    if (characters(value) > MAX_VALUE) {
      throw invalidValue(`Tag value exceeds the maximum length of ${MAX_VALUE} characters: ${key}`);
    }
    if (!key.startsWith('aws:')) userTags += 1;
  }
  if (userTags > maxTags) {
    throw new SimulatedServiceError(
      'TagLimitExceeded',
      `${userTags} tags, more than the limit of ${maxTags}.`,
    );
  }
}

/** EC2 documents its limits in Unicode characters, so a pair of surrogates counts once. */
function characters(text: string): number {
  return text.length <= MAX_KEY ? text.length : Array.from(text).length;
}
