import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { awsMessageClients, requestHandler, type MessageClients } from './clients.ts';

/** Clients of the services that a deployment is made of, only to look at them. */
export interface DeploymentClients extends MessageClients {
  readonly scheduler: Pick<SchedulerClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
}

export function deploymentClients(region: string): DeploymentClients {
  return {
    ...awsMessageClients(region),
    scheduler: new SchedulerClient({ region, requestHandler }),
    lambda: new LambdaClient({ region, requestHandler }),
    cloudWatch: new CloudWatchClient({ region, requestHandler }),
  };
}
