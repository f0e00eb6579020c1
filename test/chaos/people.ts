/** What people do meanwhile: redrive dead letters, back up by hand, hold a backup and let it go. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR } from '../support/scenario.ts';
import type { Deployment } from './deployment.ts';
import { isOriginal } from './ledger.ts';
import { Random } from './random.ts';
import type { Span } from './trouble.ts';

/** Days between two things that people do. */
const REST = 2 * DAY;

interface Held {
  readonly region: SimulatedRegion;
  /** The AMI or the snapshot that carries the tag. */
  readonly id: string;
  readonly until: number;
}

export class People {
  readonly #random: Random;
  readonly #deployment: Deployment;
  readonly #span: Span;
  readonly #held: Held[] = [];
  #next: number;

  constructor(seed: number, deployment: Deployment, span: Span) {
    this.#random = new Random(seed, 'people');
    this.#deployment = deployment;
    this.#span = span;
    this.#next = span.start + this.#random.upTo(REST);
  }

  /** What is due by now. Answers when something is due next. */
  act(): number {
    const now = this.#deployment.clock.now();
    for (const held of this.#held.filter(({ until }) => until <= now)) this.#letGo(held);
    while (this.#next <= now) {
      this.#next += HOUR + this.#random.upTo(REST);
      // Nobody does anything in peace but let go.
      if (now < this.#span.peace) this.#random.pick([this.#redrive, this.#backUp, this.#hold])();
    }
    return Math.min(this.#next, ...this.#held.map(({ until }) => until));
  }

  /** Of what is held, what is not there any more: a line each. */
  lost(): string[] {
    return this.#held
      .filter(({ region, id }) => !region.has(id))
      .map(({ id }) => `${id} was held, and is gone`);
  }

  /** At any time, docs/operations.md says. */
  readonly #redrive = (): void => {
    const { stack, regions } = this.#deployment;
    const [home] = regions.values();
    for (const id of stack.queueIds().filter((one) => one.endsWith('DeadLetters')))
      home?.redrive(stack.queue(id).name);
  };

  /** Directly, and not through the queue: beside whatever runs there at the time. */
  readonly #backUp = (): void => {
    const { stack, regions, clock } = this.#deployment;
    // In the very minute of a slot the two would be one and the same: docs/operations.md tells of that.
    if (new Date(clock.now()).getUTCMinutes() % 30 === 0) return;
    const [first = '', ...others] = regions.keys();
    const [account, region] = this.#random.pick([first, ...others]).split('/');
    const policy = this.#random.pick(['nightly', 'sets', 'disks']);
    void stack.invoke('BackupLambdaFunction', { policy, place: { account, region } });
  };

  readonly #hold = (): void => {
    const [first, ...others] = this.#deployment.regions.values();
    if (first === undefined) return;
    const region = this.#random.pick([first, ...others]);
    // Of what may be about to go a lagging tag comes too late, and only IAM would hold it.
    const since = this.#deployment.clock.now() - DAY;
    const good = [
      ...region.images(since).filter(({ state, tags }) => state === 'available' && isOriginal(tags)),
      ...region.snapshots(since).filter(({ state, tags, imageIds }) => {
        return state === 'completed' && imageIds.length === 0 && isOriginal(tags);
      }),
    ];
    const [chosen, ...rest] = good.filter(({ id }) => !this.#held.some((held) => held.id === id));
    if (chosen === undefined) return;
    const { id } = this.#random.pick([chosen, ...rest]);
    region.tag(id, 'Backup:Hold', 'audit');
    const until = Math.min(this.#deployment.clock.now() + this.#random.upTo(10 * DAY), this.#span.peace);
    this.#held.push({ region, id, until });
  };

  #letGo(held: Held): void {
    // A leftover of half a deletion may have been taken before; `lost` is asked before anything is let go.
    if (held.region.has(held.id)) held.region.untag(held.id, 'Backup:Hold');
    this.#held.splice(this.#held.indexOf(held), 1);
  }
}
