import { clientsOf, type SimulatedClients } from './clients.ts';
import { Dispatcher, type CallRecord } from './dispatcher.ts';
import type { FaultPlan } from './faults.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** What callers see of a Region: clients as the SDK's, the calls that they made, and what goes wrong with them. */
export class RegionCalls {
  /** Those of the account's own process, which `revive` brings back to life. */
  readonly clients: SimulatedClients;
  readonly #world: World;
  readonly #process: SimulatedProcess;
  readonly #dispatcher: Dispatcher;

  constructor(world: World, process: SimulatedProcess) {
    this.#world = world;
    this.#process = process;
    this.#dispatcher = new Dispatcher(world);
    this.clients = this.clientsOf(process);
  }

  get ec2(): SimulatedClients['ec2'] {
    return this.clients.ec2;
  }

  get autoScaling(): SimulatedClients['autoScaling'] {
    return this.clients.autoScaling;
  }

  get sts(): SimulatedClients['sts'] {
    return this.clients.sts;
  }

  get dlm(): SimulatedClients['dlm'] {
    return this.clients.dlm;
  }

  get iam(): SimulatedClients['iam'] {
    return this.clients.iam;
  }

  get sqs(): SimulatedClients['sqs'] {
    return this.clients.sqs;
  }

  get sns(): SimulatedClients['sns'] {
    return this.clients.sns;
  }

  get kms(): SimulatedClients['kms'] {
    return this.clients.kms;
  }

  get ebs(): SimulatedClients['ebs'] {
    return this.clients.ebs;
  }

  /** Clients that die with this process and no other. */
  clientsOf(process: SimulatedProcess): SimulatedClients {
    return clientsOf(this.#world, this.#dispatcher, process);
  }

  /** Every call that reached the account. */
  get calls(): CallRecord[] {
    return this.#dispatcher.calls;
  }

  get faults(): FaultPlan {
    return this.#dispatcher.faults;
  }

  /** Calls are numbered from 1 again from here on. */
  set faults(plan: FaultPlan) {
    this.#dispatcher.faults = plan;
  }

  /** The account's own process lives again: its calls work, in all Regions. */
  revive(): void {
    this.#process.dead = false;
  }
}
