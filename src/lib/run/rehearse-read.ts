/** What rehearsals there are, what could be rehearsed, and how one would be launched. */

import { listImages } from '../aws/read-images.ts';
import { listInstances } from '../aws/read-instances.ts';
import { listEndpoints, listGroups, readPrefixList } from '../aws/read-rehearsals.ts';
import type { Filter } from '../aws/shapes.ts';
import { listRestorableImages, listRestorableSnapshots } from '../aws/read-restorables.ts';
import type { Tags } from '../plan/inventory.ts';
import { MARK, readOwnership, REHEARSAL } from '../plan/marks.ts';
import { planRestore } from '../plan/plan-restore.ts';
import type { Rehearsal, RehearsalLaunch } from '../plan/plan-rehearse.ts';
import { assemblePoints } from '../plan/recovery-points.ts';
import {
  groupPrefix,
  imagePrefix,
  LAUNCH_TOKEN,
  readRehearsal,
  readRehearsed,
  rehearsalKey,
  type RehearsalFacts,
} from '../plan/rehearsal-marks.ts';
import type { Rehearsable } from '../plan/rehearse-choice.ts';
import { commandEgress, storageService, type EgressRule } from '../plan/rehearse-egress.ts';
import type { Restorables, RestoreRequest, Result } from '../plan/restorable.ts';
import { archivedOf, choosePoint } from '../plan/restore-point.ts';
import { volumesOfPoint } from '../plan/restore-volumes.ts';
import type { Rehearse } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { pointFilters } from './point-filters.ts';
import { readEach } from './read.ts';
import { readGround, readRestorables } from './restore-read.ts';

export interface Rehearsals {
  readonly all: readonly Rehearsal[];
  /** Ids of what is marked as a rehearsal's and does not say of which. */
  readonly unreadable: readonly string[];
}

/** All that is marked as a rehearsal's in the place, ended instances too as long as EC2 shows them. */
export async function readRehearsals(context: RunContext): Promise<Rehearsals> {
  const { clients, file } = context;
  const filters = [
    { name: `tag:${MARK.deployment}`, values: [file.deployment] },
    { name: 'tag-key', values: [REHEARSAL.key] },
  ];
  // In the order in which they are made: what comes first is seen where what comes later is.
  const groups = await readEach(
    context,
    "rehearsals' security groups",
    listGroups(clients, [...filters, named('group-name', groupPrefix(file))]),
  );
  const images = await readEach(
    context,
    'temporary AMIs',
    listImages(clients, [...filters, named('name', imagePrefix(file))]),
  );
  const instances = await readEach(
    context,
    'rehearsed instances',
    listInstances(clients, [...filters, { name: 'client-token', values: [`${LAUNCH_TOKEN}*`] }]),
  );
  const found = new Collected();
  for (const { id, egress, tags } of groups) found.of(id, tags)?.groups.push({ id, egress });
  for (const { id, state, tags } of images)
    if (state !== 'deregistered') found.of(id, tags)?.images.push({ id, state });
  for (const { id, state, stateReason, tags } of instances)
    found.of(id, tags)?.instances.push({ id, state, ...(stateReason !== undefined && { stateReason }) });
  return { all: [...found.byKey.values()], unreadable: found.unreadable };
}

/** A filter by what a name begins with. */
function named(name: string, prefix: string): Filter {
  return { name, values: [`${prefix}*`] };
}

type Parts = 'groups' | 'images' | 'instances';
type Collecting = RehearsalFacts & { readonly [P in Parts]: Rehearsal[P][number][] };

class Collected {
  readonly byKey = new Map<string, Collecting>();
  readonly unreadable: string[] = [];

  of(id: string, tags: Tags): Collecting | undefined {
    const facts = readRehearsal(tags);
    if (!facts) {
      this.unreadable.push(id);
      return undefined;
    }
    const key = rehearsalKey(facts);
    const known = this.byKey.get(key) ?? { ...facts, groups: [], images: [], instances: [] };
    this.byKey.set(key, known);
    return known;
  }
}

/** Every recovery point of a policy here, with what its tags say of its last rehearsal. */
export async function readRehearsables(context: RunContext, policy: string): Promise<readonly Rehearsable[]> {
  const { clients, clock, file } = context;
  const filters = pointFilters(file, [policy]);
  const archived = new Set<string>();
  const rehearsed = new Map<string, number>();
  const now = clock.now();
  const owned = <T extends { readonly id: string; readonly tags: Tags }>({ tags, ...rest }: T) => {
    const last = readRehearsed(tags);
    if (last) rehearsed.set(rest.id, last.at);
    return { ...rest, ownership: readOwnership(tags, file) };
  };
  const snapshots = await readEach(context, 'snapshots', listRestorableSnapshots(clients, filters));
  for (const { id, isArchived, readableUntil = 0 } of snapshots)
    if (isArchived && readableUntil <= now) archived.add(id);
  const images = await readEach(context, 'AMIs', listRestorableImages(clients, filters));
  const { points } = assemblePoints(images.map(owned), snapshots.map(owned), now);
  return points.map((point) => {
    const marks = [point.id, ...point.snapshotIds].flatMap((id) => rehearsed.get(id) ?? []);
    return {
      point,
      isArchived: point.snapshotIds.some((id) => archived.has(id)),
      ...(marks.length > 0 && { rehearsedAt: Math.max(...marks) }),
    };
  });
}

/** Whether the point says that the rehearsal has ended, and the ids of what its result is put on. */
export async function readPoint(
  { source, point: id, slot }: RehearsalFacts,
  context: RunContext,
): Promise<{ readonly isJudged: boolean; readonly parts: readonly string[] }> {
  const restorables = await readRestorables(context, source);
  const point = restorables.points.find((one) => one.id === id);
  if (!point) return { isJudged: false, parts: [] };
  const parts = point.imageId === undefined ? point.snapshotIds : [point.imageId];
  const isJudged = parts.some((part) => {
    const tags = (restorables.images.get(part) ?? restorables.snapshots.get(part))?.tags;
    return tags !== undefined && (readRehearsed(tags)?.at ?? -Infinity) >= slot;
  });
  return { isJudged, parts };
}

/** How a point would be launched, or everything that stands against it. */
export async function prepareLaunch(
  { source, point: id }: Pick<RehearsalFacts, 'source' | 'point'>,
  rehearse: Rehearse,
  context: RunContext,
): Promise<Result<RehearsalLaunch>> {
  const restorables = await readRestorables(context, source);
  const chosen = choosePoint(restorables, { source, point: id });
  if (!chosen.ok) return chosen;
  const point = chosen.value;
  const now = context.clock.now();
  const archived = archivedOf(point, restorables.snapshots, now);
  if (archived.length > 0) return refuse(`${archived.join(', ')} of ${id} is in the archive`);
  const request = requestOf(source, id, rehearse);
  const ground = await readGround(context, request, { point, restorables, asksKeys: false });
  const planned = planRestore({ point, restorables, request, file: context.file, ground, now });
  if (!planned.ok) return { ok: false, problems: planned.problems.map(withoutAdvice) };
  const { target } = planned.value;
  if (target.as !== 'instance' || !ground.subnet) return refuse(`${id} cannot be launched as an instance`);
  const { vpc } = ground.subnet;
  const egress = await readEgress(rehearse, vpc, context);
  if (!egress.ok) return egress;
  const { image, launch } = target;
  const devices = devicesOf(point, restorables);
  const { type, subnet } = launch;
  return { ok: true, value: { image, devices, type, subnet, vpc, egress: egress.value } };
}

function devicesOf(point: Rehearsable['point'], restorables: Restorables): string[] {
  return volumesOfPoint(point, restorables).map(({ device }) => device);
}

function requestOf(source: string, point: string, { subnet, instanceType }: Rehearse): RestoreRequest {
  return {
    source,
    point,
    as: 'instance',
    subnet,
    ...(instanceType !== undefined && { type: instanceType }),
    securityGroups: [],
    // None: nobody logs in.
    key: '',
    tags: [],
    withProfile: false,
    withAddress: false,
    adopt: false,
    machine: {},
    restoreDays: 1,
  };
}

/** The advice of restores names options that rehearsals do not have. */
function withoutAdvice(problem: string): string {
  return problem.replace(/: (?:name|only its volumes) [^:]*--.*$/s, '');
}

async function readEgress(
  { command }: Rehearse,
  vpc: string,
  context: RunContext,
): Promise<Result<readonly EgressRule[]>> {
  if (command === undefined) return { ok: true, value: [] };
  const endpoints = await readEach(context, 'VPC endpoints', listEndpoints(context.clients, vpc));
  const storage = storageService(endpoints);
  const prefixList = storage === undefined ? undefined : await readPrefixList(context.clients, storage);
  return commandEgress(endpoints, { vpc, prefixList });
}

function refuse(problem: string): Result<never> {
  return { ok: false, problems: [problem] };
}
