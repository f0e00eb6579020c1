/** The run request: the one shape in which schedules, queues and people ask for a run. */

import type { Trigger } from '../plan/backup-tags.ts';
import { manualSlot, timeProblem } from '../plan/backup-slot.ts';
import { INSTANT_EXPECTED, parseInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { ConfigurationError } from './errors.ts';

export type Job = 'backup' | 'prune' | 'register-policies';

export interface RunRequest {
  readonly job: Job;
  readonly policy?: string;
  /** ms since the epoch. */
  readonly slot: number;
  readonly trigger: Trigger;
  readonly sources?: readonly string[];
  readonly hold?: string;
  readonly accept?: number;
  /** Policies whose lifecycle policy may be deleted and made anew. */
  readonly replace?: readonly string[];
  /** Where it is meant to run; it must be where it runs. */
  readonly place?: Place;
  /** Answer the plan, change nothing. */
  readonly dryRun: boolean;
}

const WORDS: Record<Job, readonly string[]> = {
  backup: ['job', 'policy', 'slot', 'trigger', 'sources', 'hold', 'place', 'dryRun'],
  prune: ['job', 'policy', 'slot', 'trigger', 'accept', 'place', 'dryRun'],
  'register-policies': ['job', 'slot', 'trigger', 'replace', 'place', 'dryRun'],
};

const EXAMPLES: Record<Job, string> = {
  backup: '{"policy":"daily-ami"}',
  prune: '{"policy":"daily-ami"}',
  'register-policies': '{"dryRun":true}',
};

/** Reads an event, or throws a ConfigurationError with everything that is wrong with it and what was expected. */
export function readRunRequest(event: unknown, job: Job, now: number): RunRequest {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new ConfigurationError(
      `the event is ${shown(event)}, expected an object such as ${EXAMPLES[job]} for ${job}`,
    );
  }
  const reader = new Reader(new Map(Object.entries(event)), WORDS[job]);
  const named = reader.read('job', (value) => value === job, JSON.stringify(job));
  const request = {
    job: named ?? job,
    ...reader.optional('policy', isText, 'a policy name'),
    slot: reader.instant('slot') ?? manualSlot(now),
    trigger: reader.read('trigger', isTrigger, '"schedule" or "manual"') ?? 'manual',
    ...reader.optional('sources', isTextList, 'a list of instance or volume ids'),
    ...reader.optional('hold', isReason, 'a reason of 1 to 256 characters'),
    ...reader.optional('accept', isCount, 'the exact number of points to delete'),
    ...reader.optional('replace', isTextList, 'a list of policy names'),
    ...reader.optional('place', isPlace, '{"account":"111122223333","region":"ap-northeast-2"}'),
    dryRun: reader.read('dryRun', isBoolean, 'true or false') ?? false,
  };
  if (job === 'backup' && !reader.has('policy'))
    reader.problems.push('policy is missing, expected a policy name');
  if (reader.has('accept') && !reader.has('policy')) reader.problems.push('accept is given without policy');
  const problem = timeProblem(request.slot, now);
  if (problem) reader.problems.push(problem.message);
  if (reader.problems.length === 0) return { ...request, job };
  throw new ConfigurationError(`the event is no run request for ${job}: ${reader.problems.join('; ')}`);
}

class Reader {
  readonly problems: string[] = [];
  readonly #event: ReadonlyMap<string, unknown>;

  constructor(event: ReadonlyMap<string, unknown>, words: readonly string[]) {
    this.#event = event;
    for (const key of event.keys()) {
      if (!words.includes(key))
        this.problems.push(`${shown(key)} is not a word of it${didYouMean(key, words)}`);
    }
  }

  has(key: string): boolean {
    return this.#event.get(key) !== undefined;
  }

  read<T>(key: string, is: (value: unknown) => value is T, expected: string): T | undefined;
  read(key: string, is: (value: unknown) => boolean, expected: string): unknown;
  read(key: string, is: (value: unknown) => boolean, expected: string): unknown {
    const value = this.#event.get(key);
    if (value === undefined || is(value)) return value;
    this.problems.push(`${key} is ${shown(value)}, expected ${expected}`);
    return undefined;
  }

  optional<K extends string, T>(
    key: K,
    is: (value: unknown) => value is T,
    expected: string,
  ): Partial<Record<K, T>> {
    const value = this.read(key, is, expected);
    // TypeScript widens a computed key to string.
    return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
  }

  instant(key: string): number | undefined {
    const text = this.read(key, isText, INSTANT_EXPECTED);
    if (text === undefined) return undefined;
    const time = parseInstant(text);
    if (time === undefined) this.problems.push(`${key} is ${shown(text)}, expected ${INSTANT_EXPECTED}`);
    return time === undefined ? undefined : Math.floor(time / 1000) * 1000;
  }
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isReason = (value: unknown): value is string =>
  isText(value) && value.trim() !== '' && value.length <= 256;
const isTrigger = (value: unknown): value is Trigger => value === 'schedule' || value === 'manual';
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;
const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isText);
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' &&
  value !== null &&
  'account' in value &&
  'region' in value &&
  isText(value.account) &&
  /^\d{12}$/.test(value.account) &&
  isText(value.region) &&
  Object.keys(value).length === 2;

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
