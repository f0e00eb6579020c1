import { ALL_SERVICES, awsClients, ec2Service, resolveRegion } from '../lib/aws/clients.ts';
import { isKnownRegion } from '../lib/aws/regions.ts';
import { describeError } from '../lib/aws/errors.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import type { Connection } from './shell.ts';

/** Clients for the Region asked for, or for the one of AWS_REGION or the profile. */
export async function connect(asked: string | undefined): Promise<Connection> {
  const region = asked ?? (await defaultRegion());
  if (!isKnownRegion(region)) {
    const whence = asked === undefined ? 'the Region of AWS_REGION or the profile' : '--region';
    throw new ConfigurationError(
      `${whence} is ${JSON.stringify(region)}, which the AWS SDK does not know; expected a Region code such as ap-northeast-2`,
    );
  }
  return {
    region,
    clients: awsClients({ region }, ALL_SERVICES),
    at: (access) => awsClients(access, [ec2Service]),
    deployment: async () => (await import('../lib/aws/deployment-clients.ts')).deploymentClients(region),
  };
}

async function defaultRegion(): Promise<string> {
  try {
    return await resolveRegion();
  } catch (error) {
    const message = `no Region (${describeError(error)}): set AWS_REGION, or a region in the profile, or --region`;
    throw new ConfigurationError(message, { cause: error });
  }
}
