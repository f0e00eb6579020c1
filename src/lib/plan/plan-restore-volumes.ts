/** The volumes of a recovery point alone. */

import { RESTORED } from './marks.ts';
import type { InstanceInput } from './plan-restore-instance.ts';
import type { Ground, RestoreRequest, Result } from './restorable.ts';
import type { MappedVolume, VolumesTarget } from './restore-plan.ts';
import { volumesOfPoint } from './restore-volumes.ts';

export function planVolumes({
  point,
  restorables,
  request,
  sheet,
  ground,
  tags,
}: InstanceInput): Result<VolumesTarget> {
  const all = volumesOfPoint(point, restorables);
  const wanted = all.filter(({ device }) => request.devices?.includes(device) ?? true);
  const zone = request.zone ?? ground.attachTo?.zone ?? sheet.zone;
  const problems = [
    ...(all.length === 0 ? ['its restore sheet cannot be read, so its volumes are not known'] : []),
    ...deviceProblems(request, all),
    ...(zone === undefined ? ['the restore sheet names no zone: name one with --zone'] : []),
    ...attachProblems(request, ground, { zone, wanted, point: point.id }),
  ];
  if (zone === undefined || problems.length > 0) return { ok: false, problems };
  const volumes = wanted.map((volume) => {
    const { sizeGiB = 0, encrypted = false } = restorables.snapshots.get(volume.snapshotId) ?? {};
    return { ...volume, sizeGiB, encrypted };
  });
  const attachTo = request.attach;
  return {
    ok: true,
    value: { as: 'volumes', zone, volumes, tags, ...(attachTo !== undefined && { attachTo }) },
  };
}

function deviceProblems({ devices = [] }: RestoreRequest, all: readonly MappedVolume[]): string[] {
  const known = all.map(({ device }) => device);
  return devices
    .filter((device) => !known.includes(device))
    .map((device) => `--device ${device}: the recovery point has ${known.join(', ') || 'none'}`);
}

interface Attachment {
  readonly zone: string | undefined;
  readonly wanted: readonly MappedVolume[];
  readonly point: string;
}

/** Never over a device in use, unless by what the same point gave it before: then it is found done, or refused by EC2. */
function attachProblems(
  { attach }: RestoreRequest,
  { attachTo, attachedVolumes }: Ground,
  { zone, wanted, point }: Attachment,
): string[] {
  if (attach === undefined) return [];
  if (!attachTo) return [`--attach ${attach}: there is no such instance here`];
  const { id, state } = attachTo;
  const problems: string[] = [];
  if (state !== 'running' && state !== 'stopped')
    problems.push(`--attach ${id}: it is ${state}, expected running or stopped`);
  if (zone !== attachTo.zone)
    problems.push(
      `--attach ${id}: it is in zone ${attachTo.zone ?? ''} and the volumes would be in ${zone ?? ''}`,
    );
  const ofPoint = attachedVolumes
    .filter(({ tags }) => tags.get(RESTORED.from) === point)
    .map((volume) => volume.id);
  for (const { device } of wanted) {
    const user = attachTo.volumes.find((volume) => volume.device === device);
    if (device === '')
      problems.push(
        '--attach: the volume was not attached when it was backed up, so its device is not known',
      );
    else if (user && !ofPoint.includes(user.volumeId))
      problems.push(
        `--attach ${id}: its ${device} is in use by ${user.volumeId}: leave it out by naming other devices with --device`,
      );
  }
  return problems;
}
