import { DescribeDocumentCommand } from '@aws-sdk/client-ssm';
import type { Clients } from './clients.ts';

export interface SsmDocument {
  /** Command, for what SendCommand runs. */
  readonly type: string;
  /** Active, Creating, Updating, Deleting or Failed. */
  readonly status: string;
  /** Names. */
  readonly parameters: readonly string[];
}

/** A document of Systems Manager by its name or ARN. */
export async function readDocument({ ssm }: Pick<Clients, 'ssm'>, name: string): Promise<SsmDocument> {
  const { Document: document } = await ssm.send(new DescribeDocumentCommand({ Name: name }));
  return {
    type: document?.DocumentType ?? 'unknown',
    status: document?.Status ?? 'unknown',
    parameters: (document?.Parameters ?? []).flatMap(({ Name }) => Name ?? []),
  };
}
