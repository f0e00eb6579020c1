// Writes the template of the roles for the other accounts of the policy file: docs/places.md says how to deploy it.
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compiledPolicies } from './build-lambdas.js';

const { placeRoles } = createRequire(import.meta.url)('../infra/place-roles.cjs');

const policies = process.env.EC2_BACKUP_POLICIES || 'policies.yml';
// Not in .serverless, which `serverless package` empties.
const [, , target = 'dist/place-roles.json'] = process.argv;

try {
  if (target.startsWith('-'))
    throw new Error(`npm run place-roles -- ${target}: expected nothing, or the name of the file to write`);
  const { file } = await compiledPolicies(policies);
  await mkdir(dirname(target), { recursive: true });
  // Without white space: CloudFormation takes at most 51,200 bytes of a template that is not in S3.
  await writeFile(target, JSON.stringify(placeRoles(file)));
  console.log(`${target}: the roles of deployment ${file.deployment} for other accounts`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
