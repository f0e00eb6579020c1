/** The CreateLifecyclePolicy request that a wanted lifecycle policy becomes, as the SDK is given it. */

import { CreateLifecyclePolicyCommand, DLMClient } from '@aws-sdk/client-dlm';
import { mockClient } from 'aws-sdk-client-mock';
import { ALL_SERVICES, awsClients } from '../../src/lib/aws/clients.ts';
import { createLifecyclePolicy } from '../../src/lib/aws/mutate.ts';
import type { WantedLifecyclePolicy } from '../../src/lib/plan/lifecycle-policy.ts';
import { kindProblems } from './dlm-kinds.ts';
import { modelProblems } from './dlm-model.ts';

export async function createRequest(wanted: WantedLifecyclePolicy): Promise<unknown> {
  const dlm = mockClient(DLMClient);
  dlm.on(CreateLifecyclePolicyCommand).resolves({ PolicyId: 'policy-0123456789abcdef0' });
  await createLifecyclePolicy(awsClients({ region: 'eu-west-1' }, ALL_SERVICES), wanted);
  const [call] = dlm.commandCalls(CreateLifecyclePolicyCommand);
  dlm.restore();
  return call?.args[0].input;
}

/** What the API's model and the reference's marks have against a lifecycle policy; empty when DLM takes it. */
export async function requestProblems(wanted: WantedLifecyclePolicy): Promise<string[]> {
  const request = await createRequest(wanted);
  return [
    ...modelProblems('CreateLifecyclePolicyRequest', request),
    ...modelProblems('PolicyDetails', wanted.details),
    ...kindProblems(wanted.details),
  ];
}
