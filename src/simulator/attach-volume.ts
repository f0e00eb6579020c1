import type { AttachVolumeRequest, VolumeAttachment } from '@aws-sdk/client-ec2';
import { attach } from './console-volumes.ts';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { INSTANCE_ID, VOLUME_ID, checkId, find } from './lookup.ts';
import { instanceState } from './states.ts';
import type { Command } from './world.ts';

export const attachVolume: Command<AttachVolumeRequest, VolumeAttachment> = {
  parameters: { VolumeId: true, InstanceId: true, Device: true, DryRun: true },
  run(world, { VolumeId, InstanceId, Device: device = '' }) {
    const now = world.now();
    const { volumes, instances } = world.store;
    const volume = find(checkId(VOLUME_ID, VolumeId, 'VolumeId'), {
      shelf: volumes,
      kind: VOLUME_ID,
      time: now,
    });
    const id = checkId(INSTANCE_ID, InstanceId, 'InstanceId');
    const instance = find(id, { shelf: instances, kind: INSTANCE_ID, time: now });
    if (device === '') throw missingParameter('Device');
    if (volume.attachment !== undefined)
      throw new SimulatedServiceError('VolumeInUse', `${volume.id} is already attached to an instance`);
    if (now < (volume.availableFrom ?? 0))
      throw new SimulatedServiceError('IncorrectState', `${volume.id} is not 'available'.`);
    const state = instanceState(instance, now);
    if (state !== 'running' && state !== 'stopped')
      throw new SimulatedServiceError('IncorrectState', `Instance '${id}' is not 'running'.`);
    if (volume.zone !== instance.zone) {
      const message = `The volume '${volume.id}' is not in the same availability zone as instance '${id}'`;
      throw new SimulatedServiceError('InvalidVolume.ZoneMismatch', message);
    }
    if (instance.volumes.has(device))
      throw invalidValue(
        `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
      );
    attach(instance, volume, { device, attachedAt: now, deleteOnTermination: false });
    return {
      VolumeId: volume.id,
      InstanceId: id,
      Device: device,
      State: 'attaching',
      AttachTime: new Date(now),
    };
  },
};
