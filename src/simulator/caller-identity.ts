import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Command } from './world.ts';

export const getCallerIdentity: Command<GetCallerIdentityRequest, GetCallerIdentityResponse> = {
  parameters: {},
  run: (world, _, { caller }) => ({
    Account: world.account,
    Arn: `arn:aws:sts::${world.account}:assumed-role/${caller.split('/').at(-1) ?? ''}/simulated`,
    UserId: 'AROASIMULATEDACCOUNT1:simulated',
  }),
};
