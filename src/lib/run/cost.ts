/** What a deployment's snapshots in a place are, for `cost`: the same points and verdicts as `plan`, and their sizes. */

import { listImageDevices, type SnapshotSize } from '../aws/read-snapshot-sizes.ts';
import type { Filter } from '../aws/shapes.ts';
import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import type { CostFacts } from '../plan/cost-report.ts';
import { dlmNames } from '../plan/lifecycle-details.ts';
import { MARK } from '../plan/marks.ts';
import { acceptedPlan } from '../plan/outlook.ts';
import { planPrune, type PrunePlan } from '../plan/plan-prune.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import { steadyOf } from '../plan/steady.ts';
import type { RunContext } from './context.ts';
import { outlookInput } from './outlook.ts';
import { requireKnownPolicy } from './prune.ts';
import { readAllSources, readEach, readSizedPoints } from './read.ts';

/** Reads only; asks nothing that costs money. A ConfigurationError for a policy that the file does not have. */
export async function readCost(context: RunContext, policy: string | undefined): Promise<CostFacts> {
  requireKnownPolicy(context.file, policy);
  const [points, sources] = await Promise.all([readSizedPoints(context), readAllSources(context)]);
  const snapshots = await sizedOwn(points.sizes, points.points, context);
  const input = await outlookInput({ points, sources, snapshots }, context);
  const { file, place } = context;
  const plan = planPrune(input.prune, input.checks);
  const steady = steadyOf(acceptedPlan(input), input);
  return { place, deployment: file.deployment, plan, snapshots, byDlm: dlmNames(file), steady };
}

/** What the points of a plan that was made already cost now, and after it, by the sizes that were read with its points. */
export async function costOfPlan(
  plan: PrunePlan,
  sizes: readonly SnapshotSize[],
  context: RunContext,
): Promise<CostFacts> {
  const { file, place } = context;
  const points = plan.verdicts.map(({ point }) => point);
  return {
    ...{ place, deployment: file.deployment, plan, byDlm: dlmNames(file) },
    snapshots: await sizedOwn(sizes, points, context),
  };
}

/** Of all snapshots of the deployment in the place; those of no point too. */
export function sizedOwn(
  sizes: readonly SnapshotSize[],
  points: readonly RecoveryPoint[],
  context: RunContext,
): Promise<SizedSnapshot[]> {
  const filters = [{ name: `tag:${MARK.deployment}`, values: [context.file.deployment] }];
  return sizedSnapshots({ sizes, points, filters }, context);
}

interface Sizes {
  readonly sizes: readonly SnapshotSize[];
  readonly points: readonly RecoveryPoint[];
  /** By which EC2 lists their AMIs: asked for where snapshots do not tell their volume. */
  readonly filters: readonly Filter[];
}

/** What failed stores nothing and is left out. */
export async function sizedSnapshots(
  { sizes, points, filters }: Sizes,
  context: RunContext,
): Promise<SizedSnapshot[]> {
  const isUntold = sizes.some(({ volumeId }) => volumeId === undefined);
  const images = isUntold ? await readEach(context, 'AMIs', listImageDevices(context.clients, filters)) : [];
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
