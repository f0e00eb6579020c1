/** The command by which an instance is told of its backup. */

import { SendCommandCommand } from '@aws-sdk/client-ssm';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

/** DLM's words for a document's parameter `command`. */
export type Stage = 'pre-script' | 'post-script';

export interface DocumentOrder {
  readonly instance: string;
  readonly document: string;
  /** Seconds within which it must have begun, at least 30. */
  readonly delivery: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** At most 100 characters. */
  readonly comment: string;
}

export interface HookOrder extends DocumentOrder {
  readonly stage: Stage;
  /** A UUID, the same of both stages. */
  readonly executionId: string;
}

/** Runs one stage of a document and answers the command's id. */
export function sendHook(
  clients: Pick<Clients, 'ssmOnce'>,
  { stage, executionId, parameters, ...order }: HookOrder,
): Promise<string> {
  return sendDocument(clients, { ...order, parameters: { ...parameters, command: stage, executionId } });
}

/** Runs a document and answers the command's id. Never retried by the SDK: there is no client token. */
export async function sendDocument(
  { ssmOnce }: Pick<Clients, 'ssmOnce'>,
  { instance, document, delivery, parameters, comment }: DocumentOrder,
): Promise<string> {
  const answer = await ssmOnce.send(
    new SendCommandCommand({
      InstanceIds: [instance],
      DocumentName: document,
      Comment: comment,
      TimeoutSeconds: delivery,
      Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
    }),
  );
  return required(answer.Command?.CommandId, 'CommandId of SendCommand');
}
