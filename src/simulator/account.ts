import type { SimulatedClock } from './clock.ts';
import { IdSource } from './ids.ts';
import { SimulatedOrganisation } from './organisation.ts';
import { SimulatedProcess } from './process.ts';
import type { RoleRecord } from './records.ts';
import { SimulatedRegion } from './region.ts';
import { completeSettings, type SimulatorSettings } from './settings.ts';
import { World } from './world.ts';

export interface SimulatedAccountOptions {
  readonly clock: SimulatedClock;
  /** 12 digits. */
  readonly account?: string;
  readonly regions?: readonly string[];
  readonly settings?: Partial<SimulatorSettings>;
  /** The accounts whose roles it may take on; alone unless given. */
  readonly organisation?: SimulatedOrganisation;
}

/** An AWS account in memory, on a clock of its own. */
export class SimulatedAccount {
  readonly account: string;
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;

  constructor(options: SimulatedAccountOptions) {
    const { clock, account = '111122223333', regions = ['ap-northeast-2'] } = options;
    if (!/^\d{12}$/.test(account)) throw new Error(`Simulated account: '${account}', expected 12 digits`);
    const settings = completeSettings(options.settings ?? {});
    const ids = new IdSource(account);
    const process = new SimulatedProcess();
    const organisation = options.organisation ?? new SimulatedOrganisation();
    const roles = new Map<string, RoleRecord>();
    const worlds = new Map<string, World>();
    organisation.join(account, { roles, worlds });
    this.account = account;
    this.#regions = new Map(
      regions.map((region) => [
        region,
        new SimulatedRegion(
          new World({ account, region, clock, ids, settings, roles, organisation, worlds }),
          process,
        ),
      ]),
    );
  }

  /** @throws for a Region that the account was not made with */
  region(name: string): SimulatedRegion {
    const region = this.#regions.get(name);
    if (region === undefined) {
      const known = [...this.#regions.keys()].join(', ');
      throw new Error(`Simulated account ${this.account}: no Region '${name}', expected one of ${known}`);
    }
    return region;
  }
}
