import { ec2Service, ssmService } from '../lib/aws/clients.ts';
import { backupHandler } from './backup-job.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';

export { backupHandler };

export const handler = backupHandler(lambdaEnvironment(policyFile, [ec2Service, ssmService]));
