import { ec2Service, kmsService, ssmService } from '../lib/aws/clients.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';
import { rehearseHandler } from './rehearse-job.ts';

export { rehearseHandler };

export const handler = rehearseHandler(lambdaEnvironment(policyFile, [ec2Service, kmsService, ssmService]));
