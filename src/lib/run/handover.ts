/** What of a deployment remains in a place, read for `handover`. It changes nothing. */

import type { DeploymentClients } from '../aws/deployment-clients.ts';
import { listImages } from '../aws/read-images.ts';
import { listBinned, type Binned } from '../aws/read-recycle-bin.ts';
import { IMAGES_A_CALL } from '../aws/read-users.ts';
import { quotaOf } from '../aws/request-quotas.ts';
import { listDescribedSizes, type DescribedSize } from '../aws/read-snapshot-sizes.ts';
import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import { storedBySnapshot } from '../plan/cost-rows.ts';
import { planHandover } from '../plan/handover.ts';
import { handoverBackups, otherImages, pointLike } from '../plan/handover-backups.ts';
import type { Handover, InBin, StackFound, Temporary } from '../plan/handover-shapes.ts';
import type { Image, Snapshot } from '../plan/inventory.ts';
import { DLM_POLICY, MARK, readOwnership, RESTORED } from '../plan/marks.ts';
import { copyRegions } from '../plan/lifecycle-legacy.ts';
import type { LifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { isOurs } from '../plan/plan-lifecycle.ts';
import { assemblePoints, type RecoveryPoint } from '../plan/recovery-points.ts';
import { allPlaces, samePlace } from '../policy/places.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { sizedOwn, sizedSnapshots } from './cost.ts';
import { readGroup } from './doctor-deployment.ts';
import { readLifecyclePolicies } from './policies.ts';
import { readAllSources, readEach } from './read.ts';
import { reading } from './reading.ts';
import { readSafety } from './read-safety.ts';
import { readRehearsals } from './rehearse-read.ts';
import { temporaryName } from './restore-instance.ts';

/** A ReadError where a list cannot be had: what is left out of a handover would be billed for ever. */
export async function readHandover(
  context: RunContext,
  deployment: DeploymentClients,
  { uses = false }: HandoverAsks = {},
): Promise<Handover> {
  const { file, place, clock } = context;
  const [sources, lifecyclePolicies, [described, all]] = await Promise.all([
    readAllSources(context),
    readLifecyclePolicies(context),
    readBackups(context),
  ]);
  const snapshots = described.map(({ snapshot }) => snapshot);
  const temporary = await readTemporary(context, all);
  const images = all.filter(({ id }) => !temporary.images.includes(id));
  const marked = <T extends Image | Snapshot>({ tags, ...rest }: T) => ({
    ...rest,
    ownership: readOwnership(tags, file),
  });
  const points = assemblePoints(images.map(marked), snapshots.map(marked), clock.now());
  const ids = lifecyclePolicies.filter((policy) => isOurs(policy, file)).map(({ id }) => id);
  const owner = { ...file, lifecyclePolicies: new Set(ids) };
  const known = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  const others = otherImages({ images, owner });
  const candidates = [...points.points, ...others.map((image) => pointLike(image, known, owner))];
  const count = candidates.filter(({ imageId }) => imageId !== undefined).length;
  const asks = { uses: uses || count <= ASKED };
  const safety = await readSafety(context, candidates, points.points, asks);
  const bin = await reading(readBin(context));
  const sizes = await groupsOfSizes({ described, points: points.points, lifecyclePolicies: ids }, context);
  return planHandover({
    place,
    owner: file,
    stack: await readStack(deployment, context),
    backups: handoverBackups({ owner, images, snapshots, points, safety }),
    temporary,
    lifecyclePolicies: lifecyclePolicies.filter((policy) => isOurs(policy, file)),
    ...sources,
    ...('value' in bin && { binned: bin.value }),
    sizes,
    stored: new Map(sizes.flatMap((each) => [...storedBySnapshot(each)])),
    elsewhere: allPlaces(file, place).filter((other) => !samePlace(other, place)),
    warnings: [
      ...safety.failures,
      ...(asks.uses ? [] : [unasked(count, file)]),
      ...lifecyclePolicies.filter((policy) => isOurs(policy, file)).flatMap(copiesOfDlm),
      ...('value' in bin ? [] : [`the Recycle Bin could not be read: ${bin.problem}`]),
    ],
  });
}

/** Of so many AMIs who uses them is asked without a word: half of EC2's quota lets that take a minute. */
const ASKED = 5000;

export interface HandoverAsks {
  /** Who uses them is asked of any number of AMIs. */
  readonly uses?: boolean;
}

/** EC2 answers for a few AMIs a call, and deregisters one that is in use without a word: so nothing is said to be free. */
function unasked(count: number, { limits }: PolicyFile): string {
  const calls = Math.ceil(count / IMAGES_A_CALL);
  const { refillPerSecond } = quotaOf('DescribeImageReferences');
  const minutes = Math.ceil(calls / (refillPerSecond * limits.share) / 60);
  return (
    `who uses the ${count} AMIs was not asked, so no command that removes one is printed: ` +
    `that takes ${calls} calls, some ${minutes} minutes; --uses asks`
  );
}

/** Snapshots before images, always: a snapshot whose AMI is being made is not to be told as one of no AMI. */
async function readBackups(context: RunContext): Promise<[DescribedSize[], Image[]]> {
  const { clients } = context;
  const described = await readEach(context, 'snapshots', listDescribedSizes(clients));
  return [described, await readEach(context, 'AMIs', listImages(clients))];
}

/** In another Region nothing but the id of a lifecycle policy that is not there tells whose they are. */
function copiesOfDlm(policy: LifecyclePolicy): string[] {
  const regions = copyRegions(policy);
  if (regions.length === 0) return [];
  return [
    `${policy.id} has DLM copy to ${regions.join(', ')}: what it made there is not told by handover, here or there; it carries the tag ${DLM_POLICY}=${policy.id}`,
  ];
}

/** The deployment's, of which `cost` tells, and what DLM made, which `cost` leaves out: each is reckoned as if it were alone. */
async function groupsOfSizes(
  { described, points, lifecyclePolicies }: Described,
  context: RunContext,
): Promise<readonly (readonly SizedSnapshot[])[]> {
  const carrying = (key: string, values: readonly string[]) =>
    described.filter(({ snapshot }) => values.includes(snapshot.tags.get(key) ?? '')).map(({ size }) => size);
  const own = await sizedOwn(carrying(MARK.deployment, [context.file.deployment]), points, context);
  if (lifecyclePolicies.length === 0) return [own];
  const isOwn = new Set(own.map(({ id }) => id));
  const sizes = carrying(DLM_POLICY, lifecyclePolicies).filter(({ id }) => !isOwn.has(id));
  const filters = [{ name: `tag:${DLM_POLICY}`, values: lifecyclePolicies }];
  return [own, await sizedSnapshots({ sizes, points: [], filters }, context)];
}

interface Described {
  readonly described: readonly DescribedSize[];
  readonly points: readonly RecoveryPoint[];
  /** Ids. */
  readonly lifecyclePolicies: readonly string[];
}

/** By their names and tokens as well as their tags, which anybody may have copied. */
async function readTemporary(context: RunContext, images: readonly Image[]): Promise<Temporary> {
  const { all, unreadable } = await readRehearsals(context);
  const prefix = temporaryName(context.file.deployment, '');
  const restores = images.filter(
    ({ name, tags, state }) => name.startsWith(prefix) && tags.has(RESTORED.by) && state !== 'deregistered',
  );
  return {
    instances: all.flatMap(({ instances }) =>
      instances
        .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down')
        .map(({ id }) => id),
    ),
    images: [...all.flatMap((one) => one.images.map(({ id }) => id)), ...restores.map(({ id }) => id)].sort(),
    groups: all.flatMap(({ groups }) => groups.map(({ id }) => id)),
    unreadable,
  };
}

async function readStack(clients: DeploymentClients, { file }: RunContext): Promise<StackFound> {
  const group = await readGroup(clients, file);
  if (!('value' in group)) return { problem: group.problem };
  return group.value === undefined ? 'not here' : 'here';
}

/** What is in the bin shows no tags: ours carries the backup's name, or is told to be made for an AMI that does. */
async function readBin({ clients, file }: RunContext): Promise<InBin[]> {
  const all: Binned[] = [];
  for await (const one of listBinned(clients)) all.push(one);
  return all
    .filter(({ name }) => name.startsWith(`${file.deployment}/`))
    .map(({ kind, id, name, until }) => ({
      kind,
      id,
      name,
      parts: kind === 'image' ? all.filter((one) => isMadeFor(id, one)).map((part) => part.id) : [],
      ...(until !== undefined && { until }),
    }));
}

function isMadeFor(image: string, { kind, name }: Binned): boolean {
  return (
    kind === 'snapshot' &&
    [`for ${image}`, `for DestinationAmi ${image}`].some((words) => name.includes(words))
  );
}
