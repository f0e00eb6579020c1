import { viewQueue, type QueueView } from './console-queues.ts';
import type { SimulatedProcess } from './process.ts';
import { queueUrl } from './sqs-queues.ts';
import { StackAlarms, type Ringing } from './stack-alarms.ts';
import { startRules } from './stack-events.ts';
import { StackFunctions, type HandlerOf, type Invocation } from './stack-functions.ts';
import { startMappings } from './stack-mappings.ts';
import { StackMetrics, type MetricValue } from './stack-metrics.ts';
import { StackParts } from './stack-parts.ts';
import { makeQueues, makeTopics } from './stack-queues.ts';
import { startSchedules, type NextFiring } from './stack-schedules.ts';
import type { StackTemplate } from './stack-template.ts';
import { NO_TROUBLE, type StackTrouble } from './stack-trouble.ts';
import { WorkQueue } from './work-queue.ts';
import type { World } from './world.ts';

export interface StackOptions {
  readonly template: StackTemplate;
  /** By the logical id of the function. */
  readonly handlers: Readonly<Record<string, HandlerOf>>;
  readonly nextFiring: NextFiring;
  readonly trouble?: StackTrouble;
}

/**
 * A deployed template, of which the wiring runs by the simulated clock: schedules, rules, queues, functions with their
 * mappings, alarms and topics. It runs while somebody sleeps: `run`, or a task of its own.
 */
export class SimulatedStack {
  readonly #parts: StackParts;
  readonly #functions: StackFunctions;
  readonly #alarms: StackAlarms;
  readonly #topics: ReadonlyMap<string, string>;

  constructor(world: World, { template, handlers, nextFiring, trouble = NO_TROUBLE }: StackOptions) {
    const work = new WorkQueue();
    const metrics = new StackMetrics(() => world.now());
    this.#parts = new StackParts({ world, work, metrics, trouble });
    makeQueues(this.#parts, template);
    this.#topics = makeTopics(this.#parts, template);
    this.#alarms = new StackAlarms(this.#parts, template);
    this.#functions = new StackFunctions(this.#parts, template, handlers);
    startMappings(this.#parts, template, this.#functions);
    startSchedules(this.#parts, template, nextFiring);
    startRules(this.#parts, template);
    world.attach({ nextAt: () => work.nextAt(), act: () => work.doFirst() });
  }

  /** Lets the time pass. */
  async run(ms: number): Promise<void> {
    await this.#parts.world.sleep(ms);
  }

  /** An invocation by hand; resolves when it is over, however it ended. */
  invoke(functionId: string, event: unknown): Promise<Invocation> {
    return this.#functions.invoke(functionId, event);
  }

  /** Every invocation that is over, in the order of their ends. */
  get invocations(): readonly Invocation[] {
    return this.#functions.invocations;
  }

  /** Where a process puts the metrics of its own namespace. What it puts once it is dead is lost. */
  metricsOf(process: SimulatedProcess, namespace: string): (values: readonly MetricValue[]) => void {
    return (values) => {
      if (!process.dead) this.#parts.metrics.put(namespace, values);
    };
  }

  /** When each alarm was in ALARM up to now, by its logical id. */
  alarms(): ReadonlyMap<string, readonly Ringing[]> {
    return this.#alarms.history();
  }

  /** What `Ref` gives: the URL of a queue, the ARN of a topic. */
  ref(id: string): string {
    const topic = this.#topics.get(id);
    return topic ?? queueUrl(this.#parts.world, this.#parts.queue(id).settings.name);
  }

  /** The truth now of a queue, by its logical id. */
  queue(id: string): QueueView {
    return viewQueue(this.#parts.world, this.#parts.queue(id).settings.name);
  }

  /** The logical ids of all queues. */
  queueIds(): readonly string[] {
    return [...this.#parts.queues.keys()];
  }
}
