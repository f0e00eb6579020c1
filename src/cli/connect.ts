import { ALL_SERVICES, awsClients, ec2Service, kmsService, resolveRegion } from '../lib/aws/clients.ts';
import { describeError } from '../lib/aws/errors.ts';
import { recycleBinService } from '../lib/aws/recycle-bin-client.ts';
import { settingsProblem, type Variables } from '../lib/aws/settings.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import { refuseUnknownRegion } from './named-region.ts';
import type { Connection } from './shell.ts';

/**
 * Clients for the Region asked for, or for the one of AWS_REGION or the profile. `variables` are the process's own, which
 * the SDK reads too: a ConfigurationError says what is wrong with them.
 */
export async function connect(asked: string | undefined, variables: Variables): Promise<Connection> {
  const problem = await settingsProblem(variables);
  if (problem !== undefined) throw new ConfigurationError(problem);
  const region = asked ?? (await defaultRegion());
  refuseUnknownRegion(region, asked === undefined ? 'the Region of AWS_REGION or the profile' : '--region');
  return {
    region,
    clients: awsClients({ region }, [...ALL_SERVICES, recycleBinService]),
    at: (access) => awsClients(access, [ec2Service, kmsService]),
    blocks: async () => (await import('../lib/aws/block-clients.ts')).blockClients(region),
    deployment: async () => (await import('../lib/aws/deployment-clients.ts')).deploymentClients(region),
  };
}

async function defaultRegion(): Promise<string> {
  try {
    return await resolveRegion();
  } catch (error) {
    const why = describeError(error);
    // The SDK's way of saying just that.
    const more = why.endsWith('Region is missing') ? '' : ` (${why})`;
    const message = `no Region is named${more}: set AWS_REGION, or a region in the profile, or --region`;
    throw new ConfigurationError(message, { cause: error });
  }
}
