import { autoScalingService, ec2Service, kmsService } from '../lib/aws/clients.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';
import { protectHandler } from './protect-job.ts';

export { protectHandler };

export const handler = protectHandler(
  lambdaEnvironment(policyFile, [ec2Service, autoScalingService, kmsService]),
);
