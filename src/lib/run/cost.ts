/** What a deployment's snapshots in a place are, for `cost`: the same points and verdicts as `plan`, and their sizes. */

import { listImageDevices, listSnapshotSizes, type SnapshotSize } from '../aws/read-snapshot-sizes.ts';
import type { Filter } from '../aws/shapes.ts';
import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import type { CostFacts } from '../plan/cost-report.ts';
import { dlmNames } from '../plan/lifecycle-details.ts';
import { MARK } from '../plan/marks.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import type { RunContext } from './context.ts';
import { planPruneRun, requireKnownPolicy } from './prune.ts';
import { readEach } from './read.ts';

/** Reads only; asks nothing that costs money. A ConfigurationError for a policy that the file does not have. */
export async function readCost(context: RunContext, policy: string | undefined): Promise<CostFacts> {
  requireKnownPolicy(context.file, policy);
  return costOfPlan(await planPruneRun({}, context), context);
}

/** The same of a plan that was made already. */
export async function costOfPlan(plan: PrunePlan, context: RunContext): Promise<CostFacts> {
  const { file, place } = context;
  const points = plan.verdicts.map(({ point }) => point);
  return {
    ...{ place, deployment: file.deployment, plan, byDlm: dlmNames(file) },
    snapshots: await readSizes(context, points),
  };
}

/** The sizes of all snapshots of the deployment in the place; those of no point too. */
export function readSizes(context: RunContext, points: readonly RecoveryPoint[]): Promise<SizedSnapshot[]> {
  const filters = [{ name: `tag:${MARK.deployment}`, values: [context.file.deployment] }];
  return readSizesOf(context, points, filters);
}

/** Of snapshots that filters let through; what failed stores nothing and is left out. */
export async function readSizesOf(
  context: RunContext,
  points: readonly RecoveryPoint[],
  filters: readonly Filter[],
): Promise<SizedSnapshot[]> {
  const { clients } = context;
  const sizes = await readEach(context, 'sizes of snapshots', listSnapshotSizes(clients, filters));
  const isUntold = sizes.some(({ volumeId }) => volumeId === undefined);
  const images = isUntold ? await readEach(context, 'AMIs', listImageDevices(clients, filters)) : [];
  const deviceOf = new Map(
    images.flatMap(({ devices }) => devices.map(({ device, snapshotId }) => [snapshotId, device] as const)),
  );
  const pointOf = new Map(points.flatMap((point) => point.snapshotIds.map((id) => [id, point] as const)));
  return sizes
    .filter(({ state }) => state !== 'error')
    .map((size) => sizedSnapshot(size, pointOf.get(size.id), deviceOf.get(size.id)));
}

/** `device` is that of a copied AMI's snapshot, which does not tell its volume. */
export function sizedSnapshot(
  { state, volumeId, ...size }: SnapshotSize,
  point: RecoveryPoint | undefined,
  device: string | undefined,
): SizedSnapshot {
  const lineage = volumeId ?? (point && device !== undefined ? copiedLineage(point, device) : size.id);
  const takenAt = point?.copiedFrom ? (point.copiedFrom.takenAt ?? point.slot) : size.startedAt;
  return { ...size, lineage, takenAt, isCompleted: state === 'completed' };
}

/** A copied AMI's snapshots do not tell of which volume they are: the same device of the same source stands for it. */
function copiedLineage({ source, copiedFrom }: RecoveryPoint, device: string): string {
  const place = copiedFrom ? `${copiedFrom.place.account}/${copiedFrom.place.region} ` : '';
  return `${place}${source} ${device}`;
}
