/** A deployment of one place on the simulated account, with its queues, topic and the functions that a watch needs. */

import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { digestHandler } from '../../src/handlers/digest-job.ts';
import { watchHandler } from '../../src/handlers/watch-job.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import type { MetricName } from '../../src/lib/report/metrics.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { recordedEnvironment, type Recorded } from './environment.ts';
import { MINUTE, Scenario, type ScenarioOptions } from './scenario.ts';

const BACKUP_QUEUE = 'ec2-backup-test-backup.fifo';
const REPORTS = 'ec2-backup-test-reports';
const TOPIC = 'ec2-backup-test';

export class Watched extends Scenario {
  readonly #addresses;

  constructor(options: ScenarioOptions = {}) {
    super(options);
    this.#addresses = {
      queue: this.region.createQueue({
        name: BACKUP_QUEUE,
        fifo: true,
        contentBasedDeduplication: true,
        // Longer than a Lambda may run, as the deployed one.
        visibility: 16 * MINUTE,
      }),
      backupQueue: this.region.queue(BACKUP_QUEUE).url,
      reportsQueue: this.region.createQueue({ name: REPORTS }),
      topic: this.region.createTopic(TOPIC),
    };
  }

  /** One run of `watch`, with what it logged and measured; at home unless told. A run in which something failed throws. */
  async watch(place = this.context.place): Promise<Run> {
    const recorded = this.#record();
    const answer = await watchHandler(recorded.environment)({ ...this.#event(), place });
    return { ...recorded, answer, measured: (name, policy) => measured(recorded, name, policy) };
  }

  async digest(event: object = {}): Promise<object> {
    return digestHandler(this.#record().environment)({ ...this.#event(), ...event });
  }

  /** A scheduled backup, as its queue hands it over. */
  async nightly(policy: string, slot = this.clock.now()): Promise<void> {
    const body = { job: 'backup', policy, slot: formatInstant(slot), trigger: 'schedule' };
    await this.#run(JSON.stringify({ ...body, place: this.context.place }));
  }

  /** The backup function works off what is in its queue. Answers the bodies, in order. */
  async work(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const bodies: Readonly<Record<string, unknown>>[] = [];
    const { sqs } = this.region.clients;
    const QueueUrl = this.#addresses.backupQueue;
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      const [message] = Messages;
      if (!message?.Body) return bodies;
      bodies.push(JSON.parse(message.Body) as Readonly<Record<string, unknown>>);
      await this.#run(message.Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }

  /** Requests that wait for the backup function. */
  get asked(): readonly unknown[] {
    return this.region.queue(BACKUP_QUEUE).messages.map(({ body }) => JSON.parse(body) as unknown);
  }

  get reports(): ReturnType<SimulatedRegion['queue']> {
    return this.region.queue(REPORTS);
  }

  get letters(): ReturnType<SimulatedRegion['published']> {
    return this.region.published(TOPIC);
  }

  async #run(body: string): Promise<void> {
    const end = this.clock.now() + 15 * MINUTE;
    const event = { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] };
    const lambda = { getRemainingTimeInMillis: () => end - this.clock.now() };
    await backupHandler(this.#record().environment)(event, lambda);
  }

  #event(): object {
    return { slot: formatInstant(this.clock.now()), trigger: 'schedule' };
  }

  #record(): Recorded {
    const { file, clock, account, region } = this;
    return recordedEnvironment({
      file,
      clock,
      home: account,
      region: region.name,
      addresses: this.#addresses,
    });
  }
}

export interface Run extends Recorded {
  readonly answer: object;
  /** The value of a metric of the whole deployment, or of a policy in the place. */
  readonly measured: (name: MetricName, policy?: string) => number | undefined;
}

function measured({ metrics }: Recorded, name: MetricName, policy?: string): number | undefined {
  return metrics.find(
    ({ name: found, dimensions }) =>
      found === name &&
      dimensions['policy'] === policy &&
      (policy === undefined || dimensions['region'] !== undefined),
  )?.value;
}
