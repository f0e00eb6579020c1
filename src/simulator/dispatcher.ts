import { TokenBuckets } from './buckets.ts';
import { COMMANDS, type AnyCommand, type ServiceName } from './commands.ts';
import {
  LostAnswerError,
  ProcessDied,
  SimulatedServiceError,
  dryRunSucceeded,
  throttled,
  unavailable,
} from './errors.ts';
import { noFaults, type Fault, type FaultPlan } from './faults.ts';
import { checkParameters } from './parameters.ts';
import { roleArnIn, type SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** One call that reached the account. */
export interface CallRecord {
  /** 1-based over the Region's calls since its fault plan was last set; the same number faults see. */
  readonly n: number;
  readonly service: ServiceName;
  readonly command: string;
  readonly input: unknown;
  /** What the account did: `ok`, or the name of the error; the caller may have seen something else. */
  readonly outcome: string;
  /** What went wrong beside that, if anything. */
  readonly fault: Fault['kind'] | undefined;
  readonly at: number;
}

interface Call {
  readonly process: SimulatedProcess;
  readonly n: number;
  readonly service: ServiceName;
  readonly name: string;
  readonly command: AnyCommand;
  readonly input: object;
  readonly fault: Fault | undefined;
}

type Outcome = { readonly output: object } | { readonly error: Error };

/** Takes the calls of one Region: faults, token buckets, the command itself, the record. */
export class Dispatcher {
  readonly calls: CallRecord[] = [];
  readonly #world: World;
  readonly #buckets = new TokenBuckets();
  #faults: FaultPlan = noFaults;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  get faults(): FaultPlan {
    return this.#faults;
  }

  /** Calls are numbered from 1 again. */
  set faults(plan: FaultPlan) {
    this.#faults = plan;
    this.#count = 0;
  }

  /** The answer of one call. @throws what the SDK's client would reject with */
  send(process: SimulatedProcess, service: ServiceName, sent: SentCommand): object {
    checkAlive(process);
    const name = operationOf(sent);
    const command = commandOf(service, name);
    checkParameters(command.parameters, sent.input, name);
    this.#count += 1;
    const n = this.#count;
    process.calls += 1;
    const { input } = sent;
    const fault =
      process.faults({ n: process.calls, command: name, input }) ?? this.#faults({ n, command: name, input });
    return this.#take({ process, n, service, name, command, input, fault });
  }

  #take(call: Call): object {
    const { fault } = call;
    if (fault?.kind === 'die' && fault.when === 'before') throw die(call);
    if (fault?.kind === 'fails-later' && call.command.creates !== true) {
      throw new Error(`The simulated account: the fault fails-later does not apply to ${call.name}`);
    }
    const outcome = this.#execute(call);
    this.#record(call, outcome);
    // A misuse of the simulated account is never hidden behind a fault.
    if ('error' in outcome && !(outcome.error instanceof SimulatedServiceError)) throw outcome.error;
    if (fault?.kind === 'die') throw die(call);
    if (fault?.kind === 'lost-answer') throw new LostAnswerError(`socket hang up (${call.name})`);
    return this.#answer(fault?.kind === 'unavailable' ? { error: unavailable(call.service) } : outcome);
  }

  #answer(outcome: Outcome): object {
    const requestId = this.#world.ids.uuid();
    if ('output' in outcome) {
      const $metadata = { httpStatusCode: 200, requestId, attempts: 1, totalRetryDelay: 0 };
      return { ...outcome.output, $metadata };
    }
    if (outcome.error instanceof SimulatedServiceError) outcome.error.$metadata.requestId = requestId;
    throw outcome.error;
  }

  #execute({ process, service, name, command, input, fault }: Call): Outcome {
    const refusal = refusalOf(fault, service);
    if (refusal !== undefined) return { error: refusal };
    const failure = fault?.kind === 'fails-later' ? fault.reason : undefined;
    try {
      if (service === 'ec2' && this.#world.settings.throttle)
        this.#buckets.take(name, input, this.#world.now());
      // KMS has an answer of its own to it.
      if (service === 'ec2' && 'DryRun' in input && input.DryRun === true)
        return { error: dryRunSucceeded() };
      // The input belongs to this command: the SDK's types tie the one to the other.
      const caller = roleArnIn(this.#world.account, process);
      return { output: command.run(this.#world, input as never, { caller, failure }) };
    } catch (error) {
      return { error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  #record({ n, service, name: command, input, fault }: Call, outcome: Outcome): void {
    if (!this.#world.settings.keepCalls) return;
    const result = 'output' in outcome ? 'ok' : outcome.error.name;
    const at = this.#world.now();
    this.calls.push({ n, service, command, input, outcome: result, fault: fault?.kind, at });
  }
}

/** @throws ProcessDied when the process of the caller is dead */
export function checkAlive(process: SimulatedProcess): void {
  if (process.dead) throw new ProcessDied('The process is dead: no call is sent before revive()');
}

function die({ process, n, name }: Call): ProcessDied {
  process.kill();
  return new ProcessDied(`The process died at call ${n}, ${name}`);
}

/** What the SDK's command objects have in common. */
export interface SentCommand {
  readonly input: object;
  readonly schema?: unknown;
}

/**
 * The operation a command object stands for. Its schema (`[9, namespace, operation, …]`) holds the name as a
 * value, which survives minification; the name of its class does not.
 */
function operationOf(command: SentCommand): string {
  const { schema } = command;
  if (Array.isArray(schema) && typeof schema[2] === 'string') return schema[2];
  return command.constructor.name.replace(/Command$/, '');
}

function commandOf(service: ServiceName, name: string): AnyCommand {
  const known = COMMANDS[service];
  const command = Object.hasOwn(known, name) ? known[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(known).join(', ');
    throw new Error(`The simulated account does not know the ${service} command ${name}; it knows ${names}`);
  }
  return command;
}

function refusalOf(fault: Fault | undefined, service: ServiceName): SimulatedServiceError | undefined {
  if (fault?.kind === 'throttle') return throttled(service);
  if (fault?.kind === 'unavailable' && !fault.accepted) return unavailable(service);
  if (fault?.kind === 'error') {
    return new SimulatedServiceError(
      fault.name,
      fault.message ?? `Refused with ${fault.name}.`,
      fault.status,
    );
  }
  return undefined;
}
