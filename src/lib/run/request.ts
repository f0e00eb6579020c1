/** The run request: the one shape in which schedules, queues and people ask for a run. */

import type { Trigger } from '../plan/backup-tags.ts';
import { manualSlot, timeProblem } from '../plan/backup-slot.ts';
import { formatInstant, INSTANT_EXPECTED, parseInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { didYouMean } from '../policy/suggest.ts';
import { ConfigurationError, MissedSlotError } from './errors.ts';

export const JOBS = [
  'backup',
  'replicate',
  'prune',
  'register-policies',
  'watch',
  'digest',
  'rehearse',
  'protect',
] as const;

/** Each is a Lambda of the same name. */
export type Job = (typeof JOBS)[number];

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
  /** Where to run. Absent: in each of the policy file's targets, or at home when it has none. */
  readonly place?: Place;
  /** From 1: a request that a run near its deadline sent on is the next round of the same run. */
  readonly round: number;
  /** From 0: how often `watch` has asked for the slot again. */
  readonly attempt: number;
  /** How many rounds in a row, this one not counted, have made nothing because of EC2's limits. */
  readonly idle: number;
  /** What the guard still lets go of each policy in this slot, after the rounds before: a number of points. */
  readonly budget?: Readonly<Record<string, number>>;
  /** Answer the plan, change nothing. */
  readonly dryRun: boolean;
}

const COMMON = ['job', 'slot', 'trigger', 'place', 'dryRun', 'round', 'attempt'];

const WORDS: Record<Job, readonly string[]> = {
  backup: [...COMMON, 'policy', 'sources', 'hold', 'idle'],
  replicate: [...COMMON, 'policy', 'idle'],
  prune: [...COMMON, 'policy', 'accept', 'budget'],
  'register-policies': [...COMMON, 'replace'],
  watch: COMMON,
  digest: COMMON,
  rehearse: [...COMMON, 'policy'],
  protect: [...COMMON, 'policy', 'accept', 'idle'],
};

const EXAMPLES: Record<Job, string> = {
  backup: '{"policy":"daily-ami"}',
  replicate: '{"policy":"daily-ami"}',
  prune: '{"policy":"daily-ami"}',
  'register-policies': '{"dryRun":true}',
  watch: '{"dryRun":true}',
  digest: '{"dryRun":true}',
  rehearse: '{"policy":"daily-ami"}',
  protect: '{"policy":"daily-ami"}',
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
    ...reader.optional('accept', isCount, 'the exact number of points to delete or to disable'),
    ...reader.optional('replace', isTextList, 'a list of policy names'),
    ...reader.optional('place', isPlace, '{"account":"111122223333","region":"ap-northeast-2"}'),
    dryRun: reader.read('dryRun', isBoolean, 'true or false') ?? false,
    ...readCarried(reader),
  };
  if (job === 'backup' && !reader.has('policy'))
    reader.problems.push('policy is missing, expected a policy name');
  if (reader.has('accept') && !reader.has('policy')) reader.problems.push('accept is given without policy');
  refuse(reader.problems, { ...request, job, now });
  return { ...request, job };
}

function refuse(
  problems: readonly string[],
  { job, policy, slot, now }: Pick<RunRequest, 'job' | 'policy' | 'slot'> & { readonly now: number },
): void {
  const time = timeProblem(slot, now);
  const all = [...problems, ...(time ? [time.message] : [])];
  if (all.length === 0) return;
  if (time?.kind === 'missed' && problems.length === 0) {
    throw new MissedSlotError(`${policy === undefined ? job : `policy ${policy}`}: ${time.message}`);
  }
  throw new ConfigurationError(`the event is no run request for ${job}: ${all.join('; ')}`);
}

/** What one round tells the next. */
function readCarried(reader: Reader): Pick<RunRequest, 'round' | 'attempt' | 'idle' | 'budget'> {
  return {
    round: reader.read('round', isCountFrom1, 'a whole number from 1') ?? 1,
    attempt: reader.read('attempt', isCount, 'a whole number from 0') ?? 0,
    idle: reader.read('idle', isCount, 'a whole number from 0') ?? 0,
    ...reader.optional('budget', isBudget, 'numbers of points by policy'),
  };
}

/** The request as the body of a message, which `readRunRequest` reads back. */
export function requestBody({ slot, idle, ...request }: RunRequest): string {
  return JSON.stringify({
    ...request,
    slot: formatInstant(slot),
    // Not a word of every job.
    ...(idle > 0 && { idle }),
  });
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
const isCountFrom1 = (value: unknown): value is number => isCount(value) && value >= 1;
const isBudget = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isCount);
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
