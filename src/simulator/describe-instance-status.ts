import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatus,
  SummaryStatus,
} from '@aws-sdk/client-ec2';
import { MINUTE } from './clock.ts';
import { listPage, tokenOf } from './listing.ts';
import { INSTANCE_ID } from './lookup.ts';
import { FILTERS } from './parameters.ts';
import type { InstanceRecord } from './records.ts';
import { instanceState } from './states.ts';
import type { Command, World } from './world.ts';

/** How long the checks take after it runs. */
const CHECKING = 2 * MINUTE;

/** Running instances only, unless all are asked for. */
export const describeInstanceStatus: Command<DescribeInstanceStatusRequest, DescribeInstanceStatusResult> = {
  parameters: {
    InstanceIds: true,
    IncludeAllInstances: true,
    Filters: FILTERS,
    MaxResults: true,
    NextToken: true,
    DryRun: true,
  },
  run(world, input) {
    const all = input.IncludeAllInstances === true;
    const page = listPage(world, {
      input,
      shelf: world.store.instances,
      ids: { parameter: 'InstanceIds', kind: INSTANCE_ID, given: input.InstanceIds },
      filterable: {
        command: 'DescribeInstanceStatus',
        fields: { 'instance-state-name': (instance) => [instanceState(instance, world.now())] },
        tags: undefined,
      },
      where: (instance) => all || instanceState(instance, world.now()) === 'running',
    });
    return { InstanceStatuses: page.items.map((item) => render(world, item)), ...tokenOf(page) };
  },
};

function render(world: World, instance: InstanceRecord): InstanceStatus {
  const status: SummaryStatus = checksOf(instance, world.now());
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: { Name: instanceState(instance, world.now()) },
    InstanceStatus: { Status: status },
    SystemStatus: { Status: status === 'impaired' ? 'ok' : status },
  };
}

function checksOf(instance: InstanceRecord, now: number): SummaryStatus {
  if (instanceState(instance, now) !== 'running') return 'not-applicable';
  if (now < (instance.runsFrom ?? instance.createdAt) + CHECKING) return 'initializing';
  return instance.impaired === true ? 'impaired' : 'ok';
}
