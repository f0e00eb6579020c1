import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
  InstanceBlockDeviceMapping,
  InstanceStateName,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import type { Filterable } from './filters.ts';
import { listPage, tokenOf } from './listing.ts';
import { INSTANCE_ID } from './lookup.ts';
import { machineOf } from './instance-types.ts';
import { FILTERS } from './parameters.ts';
import type { InstanceRecord } from './records.ts';
import { instanceState } from './states.ts';
import { toTagList } from './tags.ts';
import type { Command, World } from './world.ts';

export const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** Answers with one instance a reservation. */
export const describeInstances: Command<DescribeInstancesRequest, DescribeInstancesResult> = {
  parameters: { InstanceIds: true, Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const time = world.readTime();
    const page = listPage(world, {
      input,
      shelf: world.store.instances,
      ids: { parameter: 'InstanceIds', kind: INSTANCE_ID, given: input.InstanceIds },
      filterable: filterableAt(time, world.now()),
    });
    const reservations = page.items.map((instance) => ({
      ReservationId: instance.reservationId,
      OwnerId: world.account,
      Instances: [renderInstance(world, instance)],
    }));
    return { Reservations: reservations, ...tokenOf(page) };
  },
};

function filterableAt(time: number, now: number): Filterable<InstanceRecord> {
  return {
    command: 'DescribeInstances',
    fields: {
      'instance-id': (instance) => [instance.id],
      'instance-state-name': (instance) => [instanceState(instance, now)],
      'root-device-type': (instance) => [instance.rootDevice],
      'client-token': (instance) => [instance.clientToken ?? ''],
    },
    tags: (instance) => instance.tags.at(time),
  };
}

/** An instance as lists show it. */
export function renderInstance(world: World, instance: InstanceRecord): Instance {
  const state = instanceState(instance, world.now());
  const gone = state === 'terminated';
  const machine = machineOf(instance);
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    // The type's list of values lags behind EC2's; any string may come back.
    InstanceType: instance.instanceType as _InstanceType,
    LaunchTime: new Date(instance.createdAt),
    State: { Code: STATE_CODES[state], Name: state },
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: instance.rootDevice,
    BlockDeviceMappings: mappingsOf(instance),
    Placement: { AvailabilityZone: instance.zone, Tenancy: 'default' },
    SubnetId: gone ? undefined : instance.subnetId,
    PrivateIpAddress: gone ? undefined : instance.privateIp,
    SecurityGroups: instance.securityGroups.map((id) => ({ GroupId: id, GroupName: `group ${id}` })),
    IamInstanceProfile: profileOf(world, instance),
    KeyName: instance.keyName,
    ClientToken: instance.clientToken,
    StateReason: reasonOf(instance, state),
    Architecture: machine.architecture,
    CurrentInstanceBootMode: machine.bootMode,
    EnaSupport: machine.enaSupport,
    PlatformDetails: 'Linux/UNIX',
    Tags: toTagList(instance.tags.at(world.readTime())),
  };
}

function reasonOf({ stateReason }: InstanceRecord, state: InstanceStateName): Instance['StateReason'] {
  if (stateReason === undefined || (state !== 'terminated' && state !== 'shutting-down')) return undefined;
  return {
    Code: /^(?:Client|Server)\.\w+/.exec(stateReason)?.[0] ?? 'Client.InternalError',
    Message: stateReason,
  };
}

function profileOf(world: World, instance: InstanceRecord): Instance['IamInstanceProfile'] {
  if (instance.profile === undefined) return undefined;
  return { Arn: `arn:aws:iam::${world.account}:instance-profile/${instance.profile}` };
}

/** Instance-store devices are not in an instance's mappings: EC2 lists them in the image's only. */
function mappingsOf(instance: InstanceRecord): InstanceBlockDeviceMapping[] {
  return Array.from(instance.volumes, ([device, volume]) => ({
    DeviceName: device,
    Ebs: {
      VolumeId: volume.id,
      Status: 'attached',
      AttachTime: new Date(volume.attachment?.attachedAt ?? instance.createdAt),
      DeleteOnTermination: volume.attachment?.deleteOnTermination ?? false,
    },
  }));
}
