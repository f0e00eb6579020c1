import type {
  InstanceStateChange,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import { endInstance } from './console-instances.ts';
import { STATE_CODES } from './describe-instances.ts';
import { missingParameter } from './errors.ts';
import { INSTANCE_ID, checkId, find } from './lookup.ts';
import { instanceState } from './states.ts';
import type { Command } from './world.ts';

/** All of them or, when one does not exist, none. What is terminated already stays so. */
export const terminateInstances: Command<TerminateInstancesRequest, TerminateInstancesResult> = {
  parameters: { InstanceIds: true, DryRun: true },
  run(world, { InstanceIds: ids = [] }) {
    if (ids.length === 0) throw missingParameter('InstanceId');
    const now = world.now();
    const found = [...new Set(ids)].map((id) =>
      find(checkId(INSTANCE_ID, id, 'InstanceIds'), {
        shelf: world.store.instances,
        kind: INSTANCE_ID,
        time: now,
      }),
    );
    const changes = found.map((instance): InstanceStateChange => {
      const before = instanceState(instance, now);
      if (before !== 'shutting-down' && before !== 'terminated') endInstance(world, instance);
      const after = instanceState(instance, now);
      return {
        InstanceId: instance.id,
        PreviousState: { Code: STATE_CODES[before], Name: before },
        CurrentState: { Code: STATE_CODES[after], Name: after },
      };
    });
    return { TerminatingInstances: changes };
  },
};
