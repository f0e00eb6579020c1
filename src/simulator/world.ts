import type { ClockAgent, SimulatedClock } from './clock.ts';
import { opaque, type SimulatedServiceError } from './errors.ts';
import type { IdSource } from './ids.ts';
import type { SimulatedOrganisation } from './organisation.ts';
import { Pager } from './pages.ts';
import type { Shape } from './parameters.ts';
import type { RoleRecord } from './records.ts';
import type { SimulatorSettings } from './settings.ts';
import { RegionStore } from './store.ts';

export interface WorldOptions {
  readonly account: string;
  readonly region: string;
  readonly clock: SimulatedClock;
  readonly ids: IdSource;
  readonly settings: SimulatorSettings;
  /** IAM roles by name, shared by the account's Regions. */
  readonly roles: Map<string, RoleRecord>;
  readonly organisation: SimulatedOrganisation;
  /** The account's Regions by name, this one among them once it is made. */
  readonly worlds: Map<string, World>;
}

/** What a command works on: one account in one Region. */
export class World {
  readonly store = new RegionStore();
  readonly pager: Pager;
  readonly account: string;
  readonly region: string;
  readonly ids: IdSource;
  readonly settings: SimulatorSettings;
  readonly roles: Map<string, RoleRecord>;
  readonly organisation: SimulatedOrganisation;
  /** The account's Regions by name. */
  readonly worlds: ReadonlyMap<string, World>;
  readonly #clock: SimulatedClock;

  constructor(options: WorldOptions) {
    this.account = options.account;
    this.region = options.region;
    this.ids = options.ids;
    this.settings = options.settings;
    this.roles = options.roles;
    this.organisation = options.organisation;
    this.worlds = options.worlds;
    this.#clock = options.clock;
    options.worlds.set(options.region, this);
    this.pager = new Pager(options.ids, options.settings);
  }

  now(): number {
    return this.#clock.now();
  }

  /** The time that reads show: now less the lag. */
  readTime(): number {
    return this.#clock.now() - this.settings.readLag;
  }

  sleep(ms: number): Promise<void> {
    return this.#clock.sleep(ms);
  }

  /** From now on the agent acts when its time comes, however the clock gets there. */
  attach(agent: ClockAgent): void {
    this.#clock.attach(agent);
  }

  /** A refusal whose real code is not known. */
  opaque(message: string): SimulatedServiceError {
    return opaque(this.ids.number(), message);
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.account}:${resource}`;
  }
}

/** What a command may know of the call besides its input. */
export interface CallContext {
  /** The ARN of the caller's role. */
  readonly caller: string;
  /** Why what it makes is to fail later, when a fault says so. */
  readonly failure: string | undefined;
}

/** A call that a service of AWS makes for itself. */
export const BY_A_SERVICE: CallContext = { caller: 'a service of AWS', failure: undefined };

/** One API operation. */
export interface Command<Input, Output extends object> {
  readonly parameters: Shape;
  /** Whether it makes images or snapshots, which may fail later. */
  readonly creates?: true;
  run(world: World, input: Input, call: CallContext): Output;
}
