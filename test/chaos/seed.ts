/** One seed: a deployment with its fleet and troubles, some weeks of them, some days of peace, and what does not hold then. */

import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { Invocation } from '../../src/simulator/stack-functions.ts';
import { DAY, HOUR, MINUTE, START } from '../support/scenario.ts';
import { foreignState, orphans } from '../support/truth.ts';
import { Besides } from './besides.ts';
import { keptIds, stillRinging, unclean, unmadeSlots, wronglyKept, type Ended } from './checks.ts';
import { deploy, type Deployment } from './deployment.ts';
import { addForeign, Fleet } from './fleet.ts';
import { doubled, Ledger, present } from './ledger.ts';
import { People } from './people.ts';
import { copiesOnly, filesOf } from './policies.ts';
import { storyOf, type Size } from './story.ts';
import { Random } from './random.ts';
import { Tidying } from './tidying.ts';
import { Tellings } from './tellings.ts';
import { FaultLog } from './fault-log.ts';
import { outageFaults, type Troubles } from './trouble.ts';

/** From one look at all there is to the next. */
const LOOKS = HOUR;
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
  readonly #tidying: Tidying;
  /** What the seed has besides, told. */
  readonly #extras: readonly string[];
  readonly #foreign: readonly string[];
  readonly #problems: string[] = [];

  constructor(seed: number, size: Size) {
    this.#seed = seed;
    const story = storyOf(seed, size, this.#start);
    const { sources, span, extras, wording, hooking } = story;
    this.#end = story.end;
    this.#peace = span.peace;
    this.#troubles = story.troubles;
    this.#extras = story.told;
    const { settings, stack: trouble, timeout, share, editedAt } = story.troubles;
    this.#fileAt = filesOf({ share, extras, editedAt, wording, hooking });
    this.#file = this.#fileAt(this.#end);
    this.#deployment = deploy({
      fileAt: this.#fileAt,
      start: this.#start,
      settings,
      trouble: (clock) => this.#faults.noting(trouble(clock), clock),
      timeout,
      tellings: this.#tellings,
      others: copiesOnly(this.#file),
    });
    const { clock, regions, everywhere } = this.#deployment;
    this.#fleet = new Fleet(seed, clock, { regions, sources, span });
    const { members } = this.#fleet;
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
      const out = outageFaults(place, story.outages, clock);
      region.faults = this.#besides.watched(place, this.#faults.notingCalls(out, clock));
    }
    this.#tidying = new Tidying(this.#deployment, { file: this.#file, share });
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
      await this.#tidying.tidy();
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
      ...(await this.#tidying.unsettled()),
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
