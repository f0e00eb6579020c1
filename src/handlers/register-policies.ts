import { ec2Service, dlmService, iamService } from '../lib/aws/clients.ts';
import { registerPoliciesHandler } from './register-policies-job.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';

export { registerPoliciesHandler };

export const handler = registerPoliciesHandler(
  lambdaEnvironment(policyFile, [ec2Service, dlmService, iamService]),
);
