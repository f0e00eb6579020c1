import { createHash } from 'node:crypto';
import type { Queue, SentMessage } from './queue.ts';
import type { StackMetrics } from './stack-metrics.ts';
import type { StackTrouble } from './stack-trouble.ts';
import type { WorkQueue } from './work-queue.ts';
import type { World } from './world.ts';

/** What the services of a stack share. */
export class StackParts {
  readonly world: World;
  /** What is to be done at a time. */
  readonly work: WorkQueue;
  readonly metrics: StackMetrics;
  readonly trouble: StackTrouble;
  /** By logical id. */
  readonly queues = new Map<string, Queue>();

  constructor(parts: Pick<StackParts, 'world' | 'work' | 'metrics' | 'trouble'>) {
    this.world = parts.world;
    this.work = parts.work;
    this.metrics = parts.metrics;
    this.trouble = parts.trouble;
  }

  queue(id: string): Queue {
    const queue = this.queues.get(id);
    if (queue === undefined)
      throw new Error(`Stack: there is no queue ${id}, only ${[...this.queues.keys()].join(', ')}`);
    return queue;
  }

  /** As another service sends, which names no deduplication id: a FIFO queue goes by the content, or refuses. */
  send(id: string, { body, group }: Pick<SentMessage, 'body' | 'group'>): void {
    const queue = this.queue(id);
    const { fifo, contentBasedDeduplication: byContent } = queue.settings;
    if (fifo !== (group !== undefined) || (fifo && !byContent))
      throw new Error(`Stack: the queue ${id} refuses a message without a group or a deduplication id`);
    const deduplicationId = fifo ? createHash('sha256').update(body).digest('hex') : undefined;
    queue.send(this.world.now(), { body, group, deduplicationId }, this.world.ids.uuid());
  }
}
