/** One seed: a deployment with its fleet and troubles, some weeks of them, some days of peace, and what does not hold then. */

import { shapeCalls } from '../../src/lib/aws/shape-calls.ts';
import type { Place, PolicyFile } from '../../src/lib/policy/policy.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { applyProtect, planProtectRun } from '../../src/lib/run/protect.ts';
import { runPrune, planPruneRun } from '../../src/lib/run/prune.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { Invocation } from '../../src/simulator/stack-functions.ts';
import { DAY, HOUR, MINUTE, START } from '../support/scenario.ts';
import { foreignState, orphans } from '../support/truth.ts';
import { Besides } from './besides.ts';
import { keptIds, stillRinging, unclean, unmadeSlots, wronglyKept, type Ended } from './checks.ts';
import { deploy, HOME, keyOf, type Deployment } from './deployment.ts';
import { addForeign, Fleet } from './fleet.ts';
import { doubled, Ledger, present } from './ledger.ts';
import { People } from './people.ts';
import { copiesOnly, extrasOf, filesOf, NO_EXTRAS, type Extras } from './policies.ts';
import { Random } from './random.ts';
import { Tellings } from './tellings.ts';
import { FaultLog } from './fault-log.ts';
import { hookingOf, protectingOf, wordingOf } from './words.ts';
import { copyOutage, outageFaults, troublesOf, type Troubles } from './trouble.ts';

export interface Size {
  readonly sources: number;
  readonly days: number;
}

export const USUAL: Size = { sources: 30, days: 40 };
export const LARGE: Size = { sources: 1000, days: 90 };
/** Of a usual seed that copies or rehearses: a run for every backup that is made reads all that there is. */
const SMALL: Size = { sources: 8, days: 20 };
/** Of one that protects, which reads all that there is every hour; and of some with an archive, which is paid for 90 days. */
const GUARDED: Size = { sources: 6, days: 18 };
const LONG: Size = { sources: 2, days: 120 };

/** What a function needs, in seconds, to freeze, back up and thaw. */
const LONG_ENOUGH = 900;

/** Days at the end in which nothing goes wrong. */
const PEACE = 8 * DAY;
/** From one look at all there is to the next. */
const LOOKS = HOUR;
/** After the last prune of the last day, whose slots are all over. */
const LAST_HOUR = 7.5 * HOUR;

export interface SeedResult {
  readonly seed: number;
  /** What went wrong in it. */
  readonly troubles: string;
  /** What does not hold; empty when all is well. */
  readonly problems: readonly string[];
  readonly invocations: number;
  readonly points: number;
}

export async function runSeed(seed: number, size: Size): Promise<SeedResult> {
  const random = new Random(seed, 'jitter');
  const { random: real } = Math;
  // The product's own jitter is to be the same for a seed, too.
  Math.random = () => random.next();
  try {
    return await new Run(seed, size).toTheEnd();
  } finally {
    Math.random = real;
  }
}

function sizeOf(
  size: Size,
  {
    isLong,
    isGuarded,
    isTold,
    extras,
  }: {
    readonly isLong: boolean;
    readonly isGuarded: boolean;
    readonly isTold: boolean;
    readonly extras: Extras;
  },
): Size {
  if (isLong) return LONG;
  if (isGuarded) return GUARDED;
  return extras === NO_EXTRAS && !isTold ? size : SMALL;
}

class Run {
  readonly #seed: number;
  /** In the end. */
  readonly #file: PolicyFile;
  readonly #fileAt: (now: number) => PolicyFile;
  readonly #tellings = new Tellings();
  readonly #faults = new FaultLog();
  readonly #start = START - 3 * HOUR;
  readonly #end: number;
  readonly #peace: number;
  readonly #troubles: Troubles;
  readonly #deployment: Deployment;
  readonly #fleet: Fleet;
  readonly #people: People;
  readonly #ledger: Ledger;
  readonly #besides: Besides;
  /** What the seed copies and rehearses, told. */
  readonly #extras: readonly string[];
  readonly #foreign: readonly string[];
  readonly #problems: string[] = [];

  constructor(seed: number, size: Size) {
    this.#seed = seed;
    const isLarge = size.sources > USUAL.sources;
    const extras = isLarge ? NO_EXTRAS : extrasOf(seed);
    const protecting = isLarge ? undefined : protectingOf(seed);
    const hooking = isLarge ? undefined : hookingOf(seed);
    const isLong = protecting === 'long' && extras === NO_EXTRAS;
    const { sources, days } = sizeOf(size, {
      isLong,
      isGuarded: protecting !== undefined,
      isTold: hooking !== undefined,
      extras,
    });
    this.#end = this.#start + days * DAY + LAST_HOUR;
    this.#peace = this.#end - PEACE;
    const span = { start: this.#start, peace: this.#peace };
    this.#troubles = troublesOf(seed, span, isLarge ? 'large' : 'usual');
    const { settings, outages, stack: trouble, timeout, share, editedAt } = this.#troubles;
    const wording = protecting && wordingOf(seed, span, isLong);
    this.#extras = [extras.text, wording?.text ?? '', hooking?.text ?? ''].filter((text) => text !== '');
    this.#fileAt = filesOf({ share, extras, editedAt, wording, hooking });
    this.#file = this.#fileAt(this.#end);
    this.#deployment = deploy({
      fileAt: this.#fileAt,
      start: this.#start,
      settings,
      trouble: (clock) => this.#faults.noting(trouble(clock), clock),
      timeout: hooking ? Math.max(timeout, LONG_ENOUGH) : timeout,
      tellings: this.#tellings,
      others: copiesOnly(this.#file),
    });
    const { clock, regions, everywhere } = this.#deployment;
    this.#fleet = new Fleet(seed, clock, { regions, sources, span });
    const { members } = this.#fleet;
    const noCopies = Object.keys(extras.copies).length > 0 ? [copyOutage(seed, span)] : [];
    this.#besides = new Besides({
      deployment: this.#deployment,
      file: this.#file,
      extras,
      members,
      span,
      seed,
      fileAt: this.#fileAt,
      wording,
      hooking,
      faults: this.#faults,
      tellings: this.#tellings,
      ever: () => this.#ledger.groups,
      isBounded: settings.maxSnapshotCopies !== Infinity,
    });
    for (const [place, region] of everywhere) {
      const ofPlace = members.filter((member) => member.place === place);
      // In a place of copies there are those of others, too.
      addForeign(region, (ofPlace.length > 0 ? ofPlace : members).slice(0, 4), this.#start);
      region.faults = this.#besides.watched(place, outageFaults(place, [...outages, ...noCopies], clock));
    }
    this.#people = new People(seed, this.#deployment, span);
    this.#foreign = this.#foreignNow();
    this.#ledger = new Ledger(regions);
  }

  async toTheEnd(): Promise<SeedResult> {
    const { clock, stack } = this.#deployment;
    await this.#besides.begin();
    let nextLook = this.#start;
    // Before the prune of the day, and half a day later.
    let nextTidying = this.#peace + DAY + 10.4 * HOUR;
    let nextEvent = this.#act();
    while (clock.now() < this.#end) {
      // Tidying takes time, in which the next thing may have come due.
      await stack.run(Math.max(0, Math.min(nextLook, nextEvent, this.#end) - clock.now()));
      nextEvent = this.#act();
      if (clock.now() < nextLook) continue;
      await this.#look();
      nextLook += LOOKS;
      if (clock.now() < nextTidying || clock.now() >= this.#end - 3 * DAY) continue;
      await this.#tidy();
      nextTidying += DAY / 2;
    }
    await this.#untilQuiet();
    return this.#result();
  }

  /** A copy that becomes good just now asks for another run. */
  async #untilQuiet(): Promise<void> {
    const { stack } = this.#deployment;
    for (let wait = 0; wait < 6 && stack.queue('ReplicateQueue').messages.length > 0; wait += 1)
      await stack.run(10 * MINUTE);
  }

  #act(): number {
    this.#problems.push(...this.#people.lost());
    return Math.min(this.#fleet.act(), this.#people.act(), this.#besides.act());
  }

  async #look(): Promise<void> {
    const { clock, stack } = this.#deployment;
    const now = clock.now();
    this.#ledger.write(now);
    this.#problems.push(
      ...this.#ledger.lostNewest(),
      ...(await this.#besides.look({ file: this.#fileAt(now), now, ever: this.#ledger.groups })),
    );
    for (const id of stack.queueIds().filter((one) => /^Backup(DeadLetters|Undelivered)$/.test(one))) {
      for (const { body } of stack.queue(id).messages) this.#tellings.hearAside(id, body, clock.now());
    }
  }

  /** What docs/operations.md tells people to do: dead letters are redriven, refused prunes are looked at and accepted. */
  async #tidy(): Promise<void> {
    const { stack, regions, everywhere } = this.#deployment;
    const [home] = regions.values();
    for (const id of stack.queueIds().filter((one) => one.endsWith('DeadLetters')))
      home?.redrive(stack.queue(id).name);
    for (const id of stack.queueIds().filter((one) => one.endsWith('Undelivered')))
      home?.purge(stack.queue(id).name);
    for (const place of everywhere.keys()) {
      const [account = '', region = ''] = place.split('/');
      const context = this.#contextIn({ account, region });
      const { refused } = await planPruneRun({}, context);
      for (const { policy, deletions } of refused) await runPrune({ policy, accept: deletions }, context);
      await acceptDisabling(context);
    }
  }

  #contextIn(place: Place): RunContext {
    const { everywhere, clock } = this.#deployment;
    const enter = (there: Place): RunContext['clients'] => {
      const region = everywhere.get(keyOf(there));
      if (!region) throw new Error(`the seed has no ${keyOf(there)}`);
      return shapeCalls(region.clients, { clock, share: this.#troubles.share / 100 });
    };
    const elsewhere = {
      home: () => Promise.resolve(HOME),
      enter: (there: Place) => Promise.resolve(enter(there)),
    };
    return { file: this.#file, place, clients: enter(place), clock, elsewhere };
  }

  async #result(): Promise<SeedResult> {
    const { stack, regions, clock } = this.#deployment;
    const now = clock.now();
    this.#ledger.write(now);
    const ended: Ended = {
      file: this.#file,
      start: this.#start,
      now,
      members: this.#fleet.members,
      ever: this.#ledger.groups,
      present: present(regions),
      alarms: stack.alarms(),
      tellings: this.#tellings,
      mayStay: (place, ids) => this.#besides.mayStay(place, ids, now),
    };
    this.#problems.push(
      ...this.#ledger.lostNewest(),
      ...unmadeSlots(ended),
      ...doubled(ended.ever),
      ...unclean(ended),
      ...wronglyKept(ended),
      ...stillRinging(ended),
      ...this.#leftBehind(),
      ...unheard(stack.invocations, ended),
      ...(await this.#besides.atTheEnd({ ...ended, peace: this.#peace, kept: keptIds(ended) })),
      ...(await this.#unsettled()),
    );
    const points = [...ended.ever.values()].reduce((sum, slots) => sum + slots.size, 0);
    const { text } = this.#troubles;
    return {
      seed: this.#seed,
      troubles: [text, ...this.#extras].join(', '),
      // What is wrong for hours is told once.
      problems: [...new Set(this.#problems)],
      invocations: stack.invocations.length,
      points,
    };
  }

  /** What `protect` would still do. */
  async #unsettled(): Promise<string[]> {
    const places = [...this.#deployment.everywhere.keys()];
    const left = places.map(async (place) => {
      const [account = '', region = ''] = place.split('/');
      const { actions, refused } = await planProtectRun({}, this.#contextIn({ account, region }));
      return [
        ...actions.map(({ action, id }) => `${place}: ${action} of ${id} is still to be done`),
        ...refused.map(({ policy, reason }) => `${place}: ${policy}: ${reason}`),
      ];
    });
    return (await Promise.all(left)).flat();
  }

  /** Snapshots without their AMI, what happened to others' backups, and messages that nobody took. */
  #leftBehind(): string[] {
    const { stack, everywhere } = this.#deployment;
    const before = new Set(this.#foreign);
    const after = new Set(this.#foreignNow());
    return [
      ...[...before].filter((line) => !after.has(line)).map((line) => `of others, changed or gone: ${line}`),
      ...[...everywhere].flatMap(([place, region]) =>
        orphans(region).map((id) => `${place}: ${id} has no AMI any more`),
      ),
      ...stack
        .queueIds()
        .filter((id) => id !== 'Reports')
        .flatMap((id) => stack.queue(id).messages.map(({ body }) => `${id} still holds ${body}`)),
    ];
  }

  #foreignNow(): string[] {
    return [...this.#deployment.everywhere].flatMap(([place, region]) => foreignLines(place, region));
  }
}

/** Too many at once are refused, looked at and accepted, as prunes are. */
async function acceptDisabling(context: RunContext): Promise<void> {
  if (!context.file.policies.some(({ removal }) => removal)) return;
  const { refused } = await planProtectRun({}, context);
  for (const { policy, deletions: accept } of refused)
    await applyProtect(await planProtectRun({ policy, accept }, context), context);
}

function foreignLines(place: string, region: SimulatedRegion): string[] {
  return foreignState(region).map((line) => `${place} ${line}`);
}

/** An invocation that did not end well rings the alarm of its function. */
function unheard(invocations: readonly Invocation[], { alarms }: Ended): string[] {
  return invocations
    .filter(({ outcome }) => outcome !== 'done')
    .filter(({ functionId, endedAt }) => {
      const ringings = alarms.get(`${functionId}Alarm`) ?? [];
      return !ringings.some(({ from, to }) => from <= endedAt + HOUR && to > endedAt);
    })
    .map(({ functionId, outcome, endedAt }) => {
      return `${functionId} ${outcome} at ${new Date(endedAt).toISOString()}, and its alarm did not ring`;
    });
}
