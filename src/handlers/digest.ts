import { digestHandler } from './digest-job.ts';
import { lambdaEnvironment } from './environment.ts';
import { policyFile } from './policy-file.ts';

export { digestHandler };

export const handler = digestHandler(lambdaEnvironment(policyFile, []));
