import { ec2Service, autoScalingService } from '../lib/aws/clients.ts';
import { pruneHandler } from './prune-job.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';

export { pruneHandler };

export const handler = pruneHandler(lambdaEnvironment(policyFile, [ec2Service, autoScalingService]));
