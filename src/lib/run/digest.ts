/** The day's reports of all places, gathered for people: receive, publish, and only then forget. */

import { describeError } from '../aws/errors.ts';
import type { ReceivedMessage } from '../aws/receive-messages.ts';
import { parseInstant } from '../policy/instant.ts';
import { allPlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import type { WatchOutcome } from './outcome.ts';
import { groupOf } from './queue-message.ts';
import { readReport, type PlaceReport } from './watch-report.ts';

const DAY = 86_400_000;
/** So long (ms) reports are received: well within the time that they are hidden from others. */
const RECEIVING = 300_000;

export interface DigestPlan {
  readonly now: number;
  /** The newest of each place, in the file's order. */
  readonly reports: readonly PlaceReport[];
  readonly silent: readonly SilentPlace[];
  /** How many messages were no report of this version and deployment. */
  readonly unreadable: number;
  /** Of the messages that are not needed any more: the newest of each place stays, for the digest after this one. */
  readonly handles: readonly string[];
}

/** A place of which there is no word of the last 24 hours. */
export interface SilentPlace {
  readonly place: Place;
  /** ms since the epoch; absent where nothing was ever heard. */
  readonly lastWord?: number;
}

export interface DigestReport {
  readonly plan: DigestPlan;
  readonly outcomes: readonly WatchOutcome[];
}

/** Words for people, within what SNS takes: a subject of 1 to 100 ASCII characters, a body of at most 256 KiB. */
export interface Letter {
  readonly subject: string;
  readonly body: string;
}

/** The queue of reports, and the people. */
export interface DigestPost {
  /** Up to ten; none when there are no more. */
  receive(): Promise<readonly ReceivedMessage[]>;
  forget(handles: readonly string[]): Promise<void>;
  publish(letter: Letter): Promise<void>;
}

/** Receives all reports. They stay in the queue, hidden for a while, until the digest has been published. */
export async function planDigestRun(
  { file, place, clock }: Pick<RunContext, 'file' | 'place' | 'clock'>,
  post: Pick<DigestPost, 'receive'>,
): Promise<DigestPlan> {
  const inbox = new Inbox(file);
  const until = clock.now() + RECEIVING;
  do {
    const messages = await post.receive();
    if (messages.length === 0) break;
    for (const message of messages) inbox.add(message);
  } while (clock.now() < until);
  const now = clock.now();
  const places = allPlaces(file, place);
  const reports = places.flatMap((one) => inbox.newest.get(groupOf(one)) ?? []);
  return {
    now,
    reports,
    silent: places.flatMap((one) => silence(one, inbox.newest.get(groupOf(one)), now) ?? []),
    unreadable: inbox.unreadable,
    handles: inbox.handles,
  };
}

/**
 * Publishes, then deletes what is not needed any more. A run that dies in between, or that cannot delete, is followed by
 * one that publishes again: people may be told twice, and are never told nothing.
 */
export async function applyDigest(plan: DigestPlan, letter: Letter, post: DigestPost): Promise<DigestReport> {
  await post.publish(letter);
  const published: WatchOutcome = { action: 'publish-digest', id: letter.subject, status: 'done' };
  return { plan, outcomes: [published, await forget(plan.handles, post)] };
}

async function forget(handles: readonly string[], post: DigestPost): Promise<WatchOutcome> {
  const outcome = { action: 'delete-report', id: `${handles.length} reports` } as const;
  try {
    await post.forget(handles);
    return { ...outcome, status: 'done' };
  } catch (error) {
    return { ...outcome, status: 'failed', error: describeError(error) };
  }
}

/** Keeps of each place the newest report only: of a hundred places there are thousands in two days. */
class Inbox {
  readonly newest = new Map<string, PlaceReport>();
  readonly handles: string[] = [];
  unreadable = 0;
  readonly #kept = new Map<string, { readonly at: string; readonly handle: string }>();
  readonly #file: Pick<PolicyFile, 'deployment'>;

  constructor(file: Pick<PolicyFile, 'deployment'>) {
    this.#file = file;
  }

  add({ body, handle }: ReceivedMessage): void {
    const report = readReport(body, this.#file);
    if (!report) {
      this.unreadable += 1;
      this.handles.push(handle);
      return;
    }
    const key = groupOf(report.place);
    const known = this.#kept.get(key);
    // The form of instants sorts as text.
    const isNewer = !known || known.at < report.at;
    if (isNewer) {
      this.newest.set(key, report);
      this.#kept.set(key, { at: report.at, handle });
      if (known) this.handles.push(known.handle);
    } else {
      this.handles.push(handle);
    }
  }
}

function silence(place: Place, report: PlaceReport | undefined, now: number): SilentPlace | undefined {
  const lastWord = report && parseInstant(report.at);
  if (lastWord !== undefined && now - lastWord <= DAY) return undefined;
  const { account, region } = place;
  return { place: { account, region }, ...(lastWord !== undefined && { lastWord }) };
}
