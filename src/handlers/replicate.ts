import { ec2Service, kmsService } from '../lib/aws/clients.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';
import { replicateHandler } from './replicate-job.ts';

export { replicateHandler };

export const handler = replicateHandler(lambdaEnvironment(policyFile, [ec2Service, kmsService]));
