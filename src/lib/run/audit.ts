/** What a place holds, of whoever, held against the policy file: read for `audit`. It changes nothing. */

import type { DeploymentClients } from '../aws/deployment-clients.ts';
import { listImages } from '../aws/read-images.ts';
import { listBinned } from '../aws/read-recycle-bin.ts';
import { listDescribedSizes, type DescribedSize } from '../aws/read-snapshot-sizes.ts';
import { partitionOf } from '../aws/regions.ts';
import { coverageOf } from '../plan/audit-coverage.ts';
import { freedByDeleting, freedByOrphans } from '../plan/audit-freed.ts';
import { orphansOf } from '../plan/audit-orphans.ts';
import type { Audit } from '../plan/audit-report.ts';
import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import { freeingOfEach } from '../plan/cost-freed.ts';
import { storedBySnapshot } from '../plan/cost-rows.ts';
import { unread, warn, type Check, type Reading } from '../plan/doctor-check.ts';
import { lifecycleChecks } from '../plan/doctor-lifecycle.ts';
import { MARK } from '../plan/marks.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import { assemblePoints, type RecoveryPoint } from '../plan/recovery-points.ts';
import type { RunContext } from './context.ts';
import { sizedOwn, sizedSnapshot } from './cost.ts';
import { deploymentChecks, readGroup } from './doctor-deployment.ts';
import { planPoliciesRun, readLifecyclePolicies } from './policies.ts';
import { decidePrune, sourceFacts } from './prune.ts';
import { inOrder, markImage, markSnapshot, readAllSources, readEach } from './read.ts';
import { reading } from './reading.ts';

export interface AuditRead {
  readonly audit: Audit;
  readonly plan: PrunePlan;
}

/** A ReadError where a list cannot be had: what is missing in it would be taken for what does not exist. */
export async function readAudit(context: RunContext, deployment: DeploymentClients): Promise<AuditRead> {
  const { file, place, clients, clock } = context;
  const [sources, lifecyclePolicies, [described, images]] = await Promise.all([
    readAllSources(context),
    readLifecyclePolicies(context),
    inOrder(
      context,
      () => readEach(context, 'snapshots', listDescribedSizes(clients)),
      () => readEach(context, 'AMIs', listImages(clients)),
    ),
  ]);
  const snapshots = described.map(({ snapshot }) => snapshot);
  const points = assemblePoints(
    images.map((image) => markImage(image, file)),
    snapshots.map((snapshot) => markSnapshot(snapshot, file)),
    clock.now(),
  );
  const plan = await decidePrune({}, { points, sources }, context);
  const bin = await reading(readBinnedImages(context));
  const own = await readOwnSizes(described, points.points, context);
  const others = sizesOfOthers(described, context);
  const freed = freedByDeleting(images, freeingOfEach([own, others]));
  const all = { file, now: clock.now(), ...sources, lifecyclePolicies, images, snapshots };
  const orphans = orphansOf({
    ...all,
    place,
    plan,
    sources: new Set(sourceFacts(sources, file).keys()),
    stored: new Map([...storedBySnapshot(others), ...storedBySnapshot(own)]),
    freed,
    ...('value' in bin && { binned: bin.value }),
  });
  const isOrphan = new Set(orphans.map(({ id }) => id));
  const audit = {
    place,
    deployment: file.deployment,
    coverage: coverageOf(all),
    orphans,
    freed: freedByOrphans(orphans, freed),
    drift: await readDrift(deployment, context),
    warnings: [
      // What stands among the orphans need not be said twice.
      ...plan.warnings.filter(({ id }) => !isOrphan.has(id)).map(({ id, reason }) => `${id}: ${reason}`),
      ...('value' in bin ? [] : [`the Recycle Bin could not be read: ${bin.problem}`]),
    ],
  };
  return { audit, plan };
}

/** The numbers of `cost`. */
function readOwnSizes(
  described: readonly DescribedSize[],
  points: readonly RecoveryPoint[],
  context: RunContext,
): Promise<SizedSnapshot[]> {
  const { deployment } = context.file;
  const own = described.filter(({ snapshot }) => snapshot.tags.get(MARK.deployment) === deployment);
  return sizedOwn(
    own.map(({ size }) => size),
    points,
    context,
  );
}

/** Reckoned as if there were only theirs: `cost` reckons the deployment's own as if there were only those. */
function sizesOfOthers(described: readonly DescribedSize[], { file }: RunContext): SizedSnapshot[] {
  return described
    .filter(
      ({ snapshot, size }) =>
        snapshot.tags.get(MARK.deployment) !== file.deployment && size.state !== 'error',
    )
    .map(({ size }) => sizedSnapshot(size, undefined, undefined));
}

async function readBinnedImages({ clients }: RunContext): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { kind, id } of listBinned(clients)) if (kind === 'image') ids.add(id);
  return ids;
}

/** What `doctor` says of the deployment and `policies plan` of DLM, but for what is as it should be. */
async function readDrift(clients: DeploymentClients, context: RunContext): Promise<Check[]> {
  const { file, place } = context;
  const home = { file, place: { ...place, partition: partitionOf(place.region) } };
  const checks = await deploymentChecks(clients, await readGroup(clients, file), home);
  const plan = await reading(planPoliciesRun({}, context));
  return [...checks, ...lifecycleDrift(plan)].filter(({ level }) => level !== 'ok' && level !== 'skip');
}

function lifecycleDrift(plan: Reading<Awaited<ReturnType<typeof planPoliciesRun>>>): Check[] {
  const name = 'lifecycle policies';
  if (!('value' in plan)) return [unread(name, plan, 'dlm:GetLifecyclePolicies and iam:GetRole')];
  const { warnings } = plan.value;
  return [
    ...lifecycleChecks(plan.value, []),
    ...warnings.map(({ id, reason }) => warn(name, `${id}: ${reason}`)),
  ];
}
