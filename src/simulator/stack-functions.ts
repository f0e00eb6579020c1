import { SECOND } from './clock.ts';
import { SimulatedProcess } from './process.ts';
import type { StackParts } from './stack-parts.ts';
import { resourcesOfType, type Properties, type StackTemplate } from './stack-template.ts';

/** Of Lambda's context, what a handler here may use. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export type StackHandler = (event: unknown, lambda: LambdaContext) => Promise<unknown>;

/** A handler for one invocation: its clients are to be those of the process, and die with it. */
export type HandlerOf = (process: SimulatedProcess) => StackHandler;

/** One run of a function. Times are ms since the epoch. */
export interface Invocation {
  readonly functionId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: 'done' | 'failed' | 'died' | 'timed out';
  /** What the handler threw. */
  readonly error: unknown;
}

interface DeployedFunction {
  readonly id: string;
  readonly name: string;
  readonly roleArn: string | undefined;
  /** ms */
  readonly timeout: number;
  readonly handlerOf: HandlerOf;
}

const DEFAULT_TIMEOUT = 3;

/** Lambda: runs handlers, each invocation in a process of its own, which ends with the function's time. */
export class StackFunctions {
  readonly invocations: Invocation[] = [];
  readonly #functions: ReadonlyMap<string, DeployedFunction>;
  readonly #parts: StackParts;

  constructor(parts: StackParts, template: StackTemplate, handlers: Readonly<Record<string, HandlerOf>>) {
    this.#parts = parts;
    this.#functions = new Map(
      resourcesOfType(template, 'AWS::Lambda::Function').map((one) => {
        const handlerOf = handlers[one.id];
        if (handlerOf === undefined) throw new Error(`Stack: there is no handler for the function ${one.id}`);
        return [one.id, readFunction(one, template, { handlerOf, account: parts.world.account })];
      }),
    );
  }

  /** Resolves when the invocation is over, however it ended. */
  invoke(functionId: string, event: unknown): Promise<Invocation> {
    const deployed = this.#functions.get(functionId);
    if (deployed === undefined) throw new Error(`Stack: there is no function ${functionId}`);
    const process = new SimulatedProcess(deployed.roleArn);
    process.faults = this.#parts.trouble.faults(functionId);
    const startedAt = this.#parts.world.now();
    const endsAt = startedAt + deployed.timeout;
    const lambda = { getRemainingTimeInMillis: () => Math.max(0, endsAt - this.#parts.world.now()) };
    return new Promise((resolve) => {
      let isOver = false;
      const end = (outcome: Invocation['outcome'], error?: unknown): void => {
        if (isOver) return;
        isOver = true;
        // Whatever it still does has no effect.
        process.kill();
        resolve(this.#record(deployed, { startedAt, outcome, error }));
      };
      process.onDeath = () => end('died');
      this.#parts.work.push(endsAt, () => end('timed out'));
      deployed
        .handlerOf(process)(event, lambda)
        .then(() => end('done'))
        .catch((error: unknown) => end('failed', error));
    });
  }

  #record(
    { id, name }: DeployedFunction,
    run: Pick<Invocation, 'startedAt' | 'outcome' | 'error'>,
  ): Invocation {
    const invocation = { functionId: id, ...run, endedAt: this.#parts.world.now() };
    this.invocations.push(invocation);
    const value = run.outcome === 'done' ? 0 : 1;
    this.#parts.metrics.put('AWS/Lambda', [{ name: 'Errors', value, dimensions: { FunctionName: name } }]);
    return invocation;
  }
}

function readFunction(
  one: Properties,
  template: StackTemplate,
  { handlerOf, account }: { readonly handlerOf: HandlerOf; readonly account: string },
): DeployedFunction {
  const timeout = (one.optionalNumber('Timeout') ?? DEFAULT_TIMEOUT) * SECOND;
  const roleId = one.optionalText('Role') === undefined ? undefined : one.reference('Role');
  const role = resourcesOfType(template, 'AWS::IAM::Role').find(({ id }) => id === roleId);
  const name = role?.optionalText('RoleName');
  const path = role?.optionalText('Path') ?? '/';
  const roleArn = name === undefined ? undefined : `arn:aws:iam::${account}:role${path}${name}`;
  return { id: one.id, name: one.text('FunctionName'), roleArn, timeout, handlerOf };
}
