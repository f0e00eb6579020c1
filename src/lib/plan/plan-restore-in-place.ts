/** A new root volume for a source that runs. */

import type { InstanceInput } from './plan-restore-instance.ts';
import type { Result, RootTask } from './restorable.ts';
import type { RootTarget } from './restore-plan.ts';
import { volumesOfPoint } from './restore-volumes.ts';

const RUNNING_TASK: readonly string[] = ['pending', 'in-progress', 'failing'];

export function planInPlace({
  point,
  restorables,
  request,
  ground,
  volumeTags,
}: InstanceInput): Result<RootTarget> {
  const { source } = request;
  const { original } = ground;
  if (!original) return refuse(`--in-place: ${source} does not exist here`);
  if (original.state !== 'running')
    return refuse(
      `--in-place: ${source} is ${original.state}, expected running: EC2 replaces the root volume of nothing else`,
    );
  const root = original.volumes.find(({ device }) => device === original.rootDeviceName);
  if (!root) return refuse(`--in-place: ${source} has no root volume`);
  const after = newestTask(ground.rootTasks)?.id;
  const target = {
    as: 'in-place',
    instance: source,
    rootVolume: root.volumeId,
    tags: volumeTags,
    ...(after !== undefined && { after }),
  } as const;
  if (point.imageId !== undefined) return { ok: true, value: { ...target, from: { image: point.imageId } } };
  const snapshot = volumesOfPoint(point, restorables).find(
    ({ device }) => device === original.rootDeviceName,
  );
  if (!snapshot)
    return refuse(`--in-place: ${point.id} has no snapshot of the root device ${original.rootDeviceName}`);
  return { ok: true, value: { ...target, from: { snapshot: snapshot.snapshotId } } };
}

export function newestTask(tasks: readonly RootTask[]): RootTask | undefined {
  return [...tasks].sort((a, b) => b.startedAt - a.startedAt)[0];
}

export function isRunningTask({ state }: { readonly state: string }): boolean {
  return RUNNING_TASK.includes(state);
}

function refuse(problem: string): Result<never> {
  return { ok: false, problems: [problem] };
}
