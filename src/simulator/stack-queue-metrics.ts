import type { Queue } from './queue.ts';
import { countMessages } from './sqs-queues.ts';
import { SECOND } from './clock.ts';
import type { StackParts } from './stack-parts.ts';

/** How a queue was from an instant on, until the next sample. */
interface Sample {
  readonly at: number;
  readonly visible: number;
  /** When its oldest message was sent. */
  readonly oldest: number | undefined;
}

/** SQS's own metrics of a queue, worked out from how it was whenever something changed in it. */
export class QueueMetrics {
  readonly #samples: Sample[] = [];
  readonly #parts: StackParts;
  readonly #queue: Queue;

  constructor(parts: StackParts, queue: Queue) {
    this.#parts = parts;
    this.#queue = queue;
    const { work, world } = parts;
    queue.listen((at) => {
      if (at <= world.now()) {
        work.push(world.now() + queue.settings.retention, () => this.#take());
        this.#take();
      } else {
        this.#take();
        work.push(at, () => this.#take());
      }
    });
  }

  #take(): void {
    const at = this.#parts.world.now();
    const { visible } = countMessages(this.#queue, at);
    const oldest = this.#queue.messages(at)[0]?.sentAt;
    if (this.#samples.at(-1)?.at === at) this.#samples.pop();
    this.#samples.push({ at, visible, oldest });
  }

  /** The largest value in each period (ms) from one on, up to an instant. */
  maxima(name: string, { from, to, period }: { from: number; to: number; period: number }): number[] {
    const values: number[] = [];
    let next = 0;
    for (let start = from; start + period <= to; start += period) {
      let most = 0;
      for (;;) {
        const sample = this.#samples[next];
        if (sample === undefined) break;
        const until = this.#samples[next + 1]?.at ?? Infinity;
        if (sample.at < start + period && until > start) {
          const last = Math.min(until, start + period);
          most = Math.max(most, valueOf(name, sample, last));
        }
        if (until > start + period) break;
        next += 1;
      }
      values.push(most);
    }
    return values;
  }
}

function valueOf(name: string, { visible, oldest }: Sample, until: number): number {
  if (name === 'ApproximateNumberOfMessagesVisible') return visible;
  if (name === 'ApproximateAgeOfOldestMessage') return oldest === undefined ? 0 : (until - oldest) / SECOND;
  throw new Error(`Stack: the metric ${name} of queues is not simulated`);
}
