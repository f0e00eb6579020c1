/** The command by which an instance is told of its backup. */

import { SendCommandCommand } from '@aws-sdk/client-ssm';
import type { Clients } from './clients.ts';
import { required } from './shapes.ts';

/** DLM's words for a document's parameter `command`. */
export type Stage = 'pre-script' | 'post-script';

export interface HookOrder {
  readonly instance: string;
  readonly document: string;
  readonly stage: Stage;
  /** A UUID, the same of both stages. */
  readonly executionId: string;
  /** Seconds within which it must have begun, at least 30. */
  readonly delivery: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** At most 100 characters. */
  readonly comment: string;
}

/** Runs one stage of a document and answers the command's id. Never retried by the SDK: there is no client token. */
export async function sendHook({ ssmOnce }: Pick<Clients, 'ssmOnce'>, order: HookOrder): Promise<string> {
  const { instance, document, stage, executionId, delivery, parameters, comment } = order;
  const answer = await ssmOnce.send(
    new SendCommandCommand({
      InstanceIds: [instance],
      DocumentName: document,
      Comment: comment,
      TimeoutSeconds: delivery,
      Parameters: {
        ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
        command: [stage],
        executionId: [executionId],
      },
    }),
  );
  return required(answer.Command?.CommandId, 'CommandId of SendCommand');
}
