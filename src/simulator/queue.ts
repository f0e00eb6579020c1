import { MINUTE } from './clock.ts';

/** For how long after a message a second one with its deduplication id is the same one. */
const DEDUPLICATED_FOR = 5 * MINUTE;

/** What a queue was made with. Times are milliseconds. */
export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  /** Before a new message can be received. */
  readonly delay: number;
  /** For how long a received message is hidden, unless the receiver says otherwise. */
  readonly visibility: number;
  readonly retention: number;
  readonly redrive: { readonly to: Queue; readonly maxReceiveCount: number } | undefined;
  readonly createdAt: number;
}

/** What a sender gives. `group` and `deduplicationId` are there for FIFO queues and only for them. */
export interface SentMessage {
  readonly body: string;
  readonly group: string | undefined;
  readonly deduplicationId: string | undefined;
  /** Instead of the queue's own delay. */
  readonly delay?: number | undefined;
}

export interface QueueMessage extends SentMessage {
  readonly id: string;
  /** Grows in the order of sending. */
  readonly sequence: number;
  readonly sentAt: number;
  /** From when on it can be received. */
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  /** The handle of the newest receive. */
  receipt: string | undefined;
  /** The ARN of the queue that gave it up to this one. */
  readonly from: string | undefined;
}

interface Duplicate {
  readonly message: QueueMessage;
  readonly until: number;
}

/** A queue of SQS: what is in it, and whose turn it is. */
export class Queue {
  readonly settings: QueueSettings;
  /** In the order of sending. */
  readonly #messages = new Map<string, QueueMessage>();
  readonly #sent = new Map<string, Duplicate>();
  readonly #listeners: ((at: number) => void)[] = [];
  #sequence = 0;

  constructor(settings: QueueSettings) {
    this.settings = settings;
  }

  /** Calls the listener with each time from which there may be something to receive. */
  listen(listener: (at: number) => void): void {
    this.#listeners.push(listener);
  }

  /** The message that is in the queue: of two with one deduplication id within five minutes, the first. */
  send(now: number, sent: SentMessage, id: string): QueueMessage {
    const known = this.#duplicateOf(now, sent.deduplicationId);
    if (known !== undefined) return known;
    const message = this.#put(now + (sent.delay ?? this.settings.delay), { ...sent, id, sentAt: now });
    if (sent.deduplicationId !== undefined)
      this.#sent.set(sent.deduplicationId, { message, until: now + DEDUPLICATED_FOR });
    return message;
  }

  /** Takes over a message that another queue gave up, or gives back. Nothing is deduplicated. */
  take(
    now: number,
    message: Pick<QueueMessage, 'id' | 'body' | 'group' | 'deduplicationId'>,
    from?: string,
  ): void {
    const { id, body, group, deduplicationId } = message;
    this.#put(now, { id, body, group, deduplicationId, sentAt: now, from });
  }

  /** Up to `most` messages, each hidden from now for `visibility`. In a FIFO queue a hidden one holds back its group. */
  receive(now: number, most: number, visibility = this.settings.visibility): readonly QueueMessage[] {
    const received: QueueMessage[] = [];
    const held = new Set<string>();
    for (const message of this.messages(now)) {
      if (received.length === most) break;
      const { group } = message;
      if (group !== undefined && held.has(group)) continue;
      if (message.visibleAt > now) {
        if (group !== undefined) held.add(group);
      } else if (!this.#givesUp(now, message)) {
        received.push(message);
      }
    }
    for (const message of received) {
      message.receives += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibility;
      message.receipt = `${message.id}#${message.receives}`;
      this.#tell(message.visibleAt);
    }
    if (received.length > 0) this.#tell(now);
    return received;
  }

  delete(now: number, id: string): void {
    if (this.#messages.delete(id)) this.#tell(now);
  }

  get(id: string): QueueMessage | undefined {
    return this.#messages.get(id);
  }

  /** All that is in it, in the order of sending. What is older than the retention is gone. */
  messages(now: number): readonly QueueMessage[] {
    for (const [id, { sentAt }] of this.#messages) {
      if (sentAt + this.settings.retention > now) break;
      this.#messages.delete(id);
    }
    return [...this.#messages.values()];
  }

  #put(
    visibleAt: number,
    given: SentMessage & { readonly id: string; readonly sentAt: number; readonly from?: string | undefined },
  ): QueueMessage {
    this.#sequence += 1;
    const message: QueueMessage = {
      ...given,
      from: given.from,
      sequence: this.#sequence,
      visibleAt,
      receives: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
    };
    this.#messages.set(message.id, message);
    this.#tell(visibleAt);
    return message;
  }

  #duplicateOf(now: number, deduplicationId: string | undefined): QueueMessage | undefined {
    for (const [id, { until }] of this.#sent) {
      if (until > now) break;
      this.#sent.delete(id);
    }
    return deduplicationId === undefined ? undefined : this.#sent.get(deduplicationId)?.message;
  }

  /** To the dead-letter queue, when it was received as often as it may be. */
  #givesUp(now: number, message: QueueMessage): boolean {
    const { redrive, arn } = this.settings;
    if (redrive === undefined || message.receives < redrive.maxReceiveCount) return false;
    this.#messages.delete(message.id);
    redrive.to.take(now, message, arn);
    return true;
  }

  #tell(at: number): void {
    for (const listener of this.#listeners) listener(at);
  }
}
