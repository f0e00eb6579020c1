import type { Queue, QueueMessage } from './queue.ts';
import { systemAttributes } from './sqs-receive.ts';
import type { StackFunctions } from './stack-functions.ts';
import type { StackParts } from './stack-parts.ts';
import { resourcesOfType, type StackTemplate } from './stack-template.ts';

/** What Lambda runs at once for a queue when the mapping does not say. */
const DEFAULT_CONCURRENCY = 1000;

/** Lambda's event source mappings: hand what is in a queue to a function, one message an invocation. */
export function startMappings(parts: StackParts, template: StackTemplate, functions: StackFunctions): void {
  for (const given of resourcesOfType(template, 'AWS::Lambda::EventSourceMapping')) {
    const properties = given.only('BatchSize', 'EventSourceArn', 'FunctionName', 'ScalingConfig', 'Enabled');
    if (properties.number('BatchSize') !== 1)
      throw new Error(`Stack: ${given.id}.BatchSize is not 1, which is all that is simulated`);
    const functionId = properties.reference('FunctionName');
    const concurrency = properties.inner('ScalingConfig')?.optionalNumber('MaximumConcurrency');
    new Mapping(parts, {
      queue: parts.queue(properties.reference('EventSourceArn')),
      concurrency: concurrency ?? DEFAULT_CONCURRENCY,
      invoke: (event) => functions.invoke(functionId, event).then(({ outcome }) => outcome === 'done'),
    }).start();
  }
}

interface MappingSettings {
  readonly queue: Queue;
  readonly concurrency: number;
  /** Whether the invocation ended well. */
  readonly invoke: (event: unknown) => Promise<boolean>;
}

class Mapping {
  readonly #parts: StackParts;
  readonly #settings: MappingSettings;
  #running = 0;

  constructor(parts: StackParts, settings: MappingSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  start(): void {
    const { work, world, trouble } = this.#parts;
    this.#settings.queue.listen((at) => {
      work.push(Math.max(at, world.now()) + trouble.pickUpDelay(), () => this.#poll());
    });
  }

  #poll(): void {
    const { queue, concurrency } = this.#settings;
    while (this.#running < concurrency) {
      const [message] = queue.receive(this.#parts.world.now(), 1);
      if (message === undefined) return;
      this.#running += 1;
      void this.#handle(message, message.receipt).finally(() => {
        this.#running -= 1;
        this.#poll();
      });
    }
  }

  /** A message that was not handled well stays, and is seen again when its visibility timeout ends. */
  async #handle(message: QueueMessage, receipt: string | undefined): Promise<void> {
    const { queue, invoke } = this.#settings;
    const isDone = await invoke({ Records: [recordOf(queue, message)] });
    const now = this.#parts.world.now();
    const isStillOurs = message.receipt === receipt && message.visibleAt > now;
    if (isDone && isStillOurs && !this.#parts.trouble.losesDeletion()) queue.delete(now, message.id);
  }
}

function recordOf({ settings }: Queue, message: QueueMessage): object {
  return {
    messageId: message.id,
    receiptHandle: message.receipt,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: settings.arn,
    awsRegion: settings.arn.split(':')[3],
  };
}
