import { EBSClient } from '@aws-sdk/client-ebs';
import { requestHandler } from './clients.ts';

/** A client of the EBS direct APIs, which only the command line asks, and only when it is told to: each request costs money. */
export interface BlockClients {
  readonly ebs: Pick<EBSClient, 'send'>;
}

export function blockClients(region: string): BlockClients {
  return { ebs: new EBSClient({ region, requestHandler, maxAttempts: 5 }) };
}
