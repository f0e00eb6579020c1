import { ec2Service, autoScalingService, dlmService } from '../lib/aws/clients.ts';
import { watchHandler } from './watch-job.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';

export { watchHandler };

export const handler = watchHandler(
  lambdaEnvironment(policyFile, [ec2Service, autoScalingService, dlmService]),
);
