/** The instances that are told of their backups: whether Systems Manager reaches them, and how scripts go there. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { GUEST_SCRIPTS, type GuestScripts } from '../../src/simulator/ssm-guests.ts';
import { DLM_CONTRACT } from '../support/hooking.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';
import type { Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import { Random } from './random.ts';
import type { Span } from './trouble.ts';
import { DOCUMENT } from './words.ts';

/** Between two troubles of guests. */
const REST = DAY;
/** How many instances have no agent at all, where they are backed up all the same. */
const SILENT = 0.1;

/** A time in which an instance could not be told as it should. */
export interface GuestTrouble {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

const SCRIPTS: readonly [Partial<GuestScripts>, ...Partial<GuestScripts>[]] = [
  { pre: 'fails' },
  { pre: 'stuck' },
  { post: 'fails' },
  { pre: 'stuck', post: 'fails' },
  { delivery: 'late' },
  { delivery: 'refused' },
  { takes: { pre: 65_000, post: 1000 } },
  { takes: { pre: 15_000, post: 1000 } },
  { takes: { pre: 2000, post: 65_000 } },
  { takes: { pre: 2000, post: 15_000 } },
];

interface GuestsOptions {
  readonly members: readonly Member[];
  readonly span: Span;
  /** Whether who cannot be told is not backed up. */
  readonly skips: boolean;
}

export class Guests {
  readonly troubles: GuestTrouble[] = [];
  readonly #random: Random;
  readonly #deployment: Deployment;
  readonly #members: readonly Member[];
  readonly #span: Span;
  readonly #known = new Set<string>();
  readonly #endings: { readonly at: number; readonly end: () => void }[] = [];
  readonly #silent: number;
  #next: number;

  constructor(seed: number, deployment: Deployment, { members, span, skips }: GuestsOptions) {
    this.#random = new Random(seed, 'guests');
    this.#deployment = deployment;
    this.#members = members;
    this.#span = span;
    this.#silent = skips ? 0 : SILENT;
    this.#next = span.start + this.#random.upTo(REST);
    for (const region of deployment.regions.values())
      region.hooks.createDocument({ name: DOCUMENT, parameters: DLM_CONTRACT });
  }

  /** What is due by now, after the fleet has done what is due. Answers when something is due next. */
  act(): number {
    const now = this.#deployment.clock.now();
    this.#meet();
    for (const ending of this.#endings.filter(({ at }) => at <= now)) {
      ending.end();
      this.#endings.splice(this.#endings.indexOf(ending), 1);
    }
    while (this.#next <= now) {
      this.#next += HOUR + this.#random.upTo(REST);
      if (now < this.#span.peace) this.#troubleOne(now);
    }
    return Math.min(this.#next, ...this.#endings.map(({ at }) => at));
  }

  /** Whether something kept an instance from being told around an instant. */
  isTroubled(id: string, from: number, to: number): boolean {
    return this.troubles.some((one) => one.id === id && one.from <= to && one.to >= from);
  }

  #meet(): void {
    for (const { id, of, place } of this.#members) {
      if (of !== undefined || this.#known.has(id)) continue;
      this.#known.add(id);
      const isSilent = this.#random.chance(this.#silent);
      if (isSilent) this.troubles.push({ id, from: -Infinity, to: Infinity });
      else this.#regionOf(place).hooks.setAgent(id, 'online');
    }
  }

  #troubleOne(now: number): void {
    const alive = this.#members.filter(
      ({ id, of, to }) => of === undefined && to === Infinity && !this.isTroubled(id, now - HOUR, now + DAY),
    );
    const [first, ...rest] = alive;
    if (!first) return;
    const { id, place } = this.#random.pick([first, ...rest]);
    const { hooks } = this.#regionOf(place);
    const at = Math.min(now + HOUR + this.#random.upTo(2 * DAY), this.#span.peace);
    // What was begun before its end goes as it was begun.
    this.troubles.push({ id, from: now, to: at + 10 * MINUTE });
    if (this.#random.chance(0.3)) {
      hooks.setAgent(id, this.#random.pick(['lost', 'unknown'] as const));
      this.#endings.push({ at, end: () => this.#isAlive(id) && hooks.setAgent(id, 'online') });
    } else {
      hooks.setScripts(this.#random.pick(SCRIPTS), id);
      this.#endings.push({ at, end: () => hooks.setScripts(GUEST_SCRIPTS, id) });
    }
  }

  #isAlive(id: string): boolean {
    return this.#members.some((member) => member.id === id && member.to === Infinity);
  }

  #regionOf(place: string): SimulatedRegion {
    const region = this.#deployment.regions.get(place);
    if (!region) throw new Error(`there is no place ${place}`);
    return region;
  }
}
