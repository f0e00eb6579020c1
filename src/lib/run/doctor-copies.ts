import { askDryRun } from '../aws/dry-run.ts';
import { listImages } from '../aws/read-images.ts';
import { readKey } from '../aws/read-keys.ts';
import { listRestorableSnapshots } from '../aws/read-restorables.ts';
import type { Clients } from '../aws/clients.ts';
import type { Check } from '../plan/doctor-check.ts';
import { copyRoutes, routeChecks, type CopyRoute, type RouteAnswer } from '../plan/doctor-copies.ts';
import type { AskedCall } from '../plan/doctor-permissions.ts';
import { backupName } from '../plan/identity.ts';
import { MARK } from '../plan/marks.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { reach, type Connect, type Home } from './reach.ts';
import { reading } from './reading.ts';

/** So many snapshots of a route are looked at for their keys: there are few keys, and doctor is no audit. */
const LOOKED_AT = 200;

/** Each route by who copies on it. Where nobody gets in, the check of the place says so. */
export async function copyChecks(
  { file, place, clock }: Pick<RunContext, 'file' | 'place' | 'clock'>,
  connect: Connect,
): Promise<Check[]> {
  const home = { file, region: place.region, connect };
  const checks: Check[] = [];
  for (const route of copyRoutes(file, place)) {
    const [from, to] = await Promise.all([enter(route.from, home), enter(route.to, home)]);
    if (from && to) checks.push(...routeChecks(await ask(route, { from, to, file, now: clock.now() })));
  }
  return checks;
}

async function enter(place: CopyRoute['from'], home: Home): Promise<Clients | undefined> {
  const reached = await reading(reach('replicate', place, home));
  return 'value' in reached ? reached.value.clients : undefined;
}

interface Surroundings {
  readonly from: Clients;
  readonly to: Clients;
  readonly file: PolicyFile;
  readonly now: number;
}

async function ask(route: CopyRoute, { from, to, file, now }: Surroundings): Promise<RouteAnswer> {
  const { deployment } = file;
  const filters = [
    { name: `tag:${MARK.deployment}`, values: [deployment] },
    { name: `tag:${MARK.policy}`, values: route.policies },
  ];
  const found = await reading(originals(from, filters));
  const { image, snapshots } = 'value' in found ? found.value : { image: undefined, snapshots: [] };
  const [snapshot] = snapshots;
  const [policy = ''] = route.policies;
  const tags = [{ key: MARK.deployment, value: deployment }];
  const name = backupName(deployment, { policy, source: 'doctor', slot: now });
  const copying: AskedCall[] = [
    ...(image === undefined ? [] : [{ action: 'CopyImage', id: image } as const]),
    ...(snapshot === undefined ? [] : [{ action: 'CopySnapshot', id: snapshot.id } as const]),
  ].map((call) => ({ ...call, from: route.from.region, name, tags }));
  const isOther = route.from.account !== route.to.account;
  const { account } = route.to;
  const sharing: AskedCall[] = !isOther
    ? []
    : [
        ...(image === undefined ? [] : [{ action: 'ModifyImageAttribute', id: image, account } as const]),
        ...(snapshot === undefined
          ? []
          : [{ action: 'ModifySnapshotAttribute', id: snapshot.id, account } as const]),
      ];
  const answers = [];
  for (const call of sharing) answers.push(await askDryRun(from, call));
  for (const call of copying) answers.push(await askDryRun(to, call));
  const keys = isOther ? [...new Set(snapshots.flatMap(({ key }) => key ?? []))].sort() : [];
  const looked = [];
  for (const key of keys) looked.push({ key, found: await reading(readKey(from, key)) });
  return { route, answers, keys: looked };
}

type Filters = Parameters<typeof listImages>[1];

/** An AMI, and some snapshots. */
async function originals(clients: Clients, filters: Filters) {
  let image: string | undefined;
  for await (const { id, state } of listImages(clients, filters)) {
    if (state !== 'available') continue;
    image = id;
    break;
  }
  const snapshots: { id: string; key?: string }[] = [];
  for await (const { id, state, key } of listRestorableSnapshots(clients, filters ?? [])) {
    if (state === 'completed') snapshots.push({ id, ...(key !== undefined && { key }) });
    if (snapshots.length >= LOOKED_AT) break;
  }
  return { image, snapshots };
}
