/** What is really in a simulated Region, read from its views and judged without any code of ours. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from './history.ts';

const PREFIX = 'ec2-backup:';

/** One line for each AMI and each snapshot outside of one: what it is, without the ids and times that runs differ in. */
export function endState(region: SimulatedRegion): string[] {
  const snapshots = new Map(region.snapshots().map((snapshot) => [snapshot.id, snapshot]));
  const lineOf = (what: string, volumes: readonly string[], tags: Tags): string =>
    `${what} of ${volumes.join(' ')} ${JSON.stringify(Object.entries(tags).sort())}`;
  const images = region.images().map(({ name, state, snapshotIds, tags }) => {
    const volumes = snapshotIds.map((id) => snapshots.get(id)?.volumeId ?? 'missing').sort();
    return lineOf(`AMI ${name} ${state}`, volumes, tags);
  });
  const parts = region
    .snapshots()
    .map(({ volumeId, state, tags, imageIds }) =>
      lineOf(`snapshot ${state}${imageIds.length > 0 ? ' mapped' : ''}`, [volumeId], tags),
    );
  return [...images, ...parts].sort();
}

type Tags = Readonly<Record<string, string>>;

/** A whole backup: policy, source and slot, and how many there are of it. */
export interface GoodPoints {
  /** Number of good points by `policy source slot`. */
  readonly counts: ReadonlyMap<string, number>;
  /** The newest slot with a good point, by `policy source`. */
  readonly newest: ReadonlyMap<string, string>;
}

/** Every good recovery point: an available AMI with all its snapshots, or a completed snapshot of every volume. */
export function goodPoints(region: SimulatedRegion): GoodPoints {
  const completed = region.snapshots().filter(({ state }) => state === 'completed');
  const ids = new Set(completed.map(({ id }) => id));
  const images = region.images().filter(({ tags }) => isOurs(tags));
  const identities = [
    ...images
      .filter(({ state, snapshotIds }) => state === 'available' && snapshotIds.every((id) => ids.has(id)))
      .map(identityOf),
    ...setsOf(completed)
      .filter(isWhole)
      .map(([first]) => identityOf(first)),
  ];
  const counts = new Map<string, number>();
  const newest = new Map<string, string>();
  for (const { group, slot } of identities) {
    counts.set(`${group} ${slot}`, (counts.get(`${group} ${slot}`) ?? 0) + 1);
    if (slot > (newest.get(group) ?? '')) newest.set(group, slot);
  }
  return { counts, newest };
}

/** Snapshots that an AMI of ours was made of and that no AMI maps any more. */
export function orphans(region: SimulatedRegion): string[] {
  return region
    .snapshots()
    .filter(
      ({ tags, imageIds }) => isOurs(tags) && tags[`${PREFIX}kind`] === 'image' && imageIds.length === 0,
    )
    .map(({ id }) => id);
}

/** AMIs and snapshots of others as they are, to be compared with how they were. */
export function foreignState(region: SimulatedRegion): string[] {
  return [...region.images(), ...region.snapshots()]
    .filter(({ tags }) => !isOurs(tags))
    .map(({ id, state, tags }) => `${id} ${state} ${JSON.stringify(tags)}`)
    .sort();
}

/** What the mutating calls of the Region named that was not ours to delete. */
export function foreignCalls(region: SimulatedRegion, foreign: readonly string[]): string[] {
  const deleting = region.calls.filter(({ command }) => /^(Delete|Deregister)/.test(command));
  return deleting
    .map(({ input }) => JSON.stringify(input))
    .filter((text) => foreign.some((id) => text.includes(id)));
}

/** One array for each set: snapshots of one identity that were started at one instant. */
function setsOf(snapshots: readonly SnapshotView[]): SnapshotView[][] {
  const sets = new Map<string, SnapshotView[]>();
  for (const snapshot of snapshots) {
    if (!isOurs(snapshot.tags) || snapshot.tags[`${PREFIX}kind`] === 'image') continue;
    const { group, slot } = identityOf(snapshot);
    const key = `${group} ${slot} ${snapshot.startedAt}`;
    sets.set(key, [...(sets.get(key) ?? []), snapshot]);
  }
  return [...sets.values()];
}

function isWhole(set: readonly SnapshotView[]): set is [SnapshotView, ...SnapshotView[]] {
  const sheet = set[0]?.tags[`${PREFIX}volumes`]?.split(';') ?? [];
  return set.length > 0 && set.length === sheet.length;
}

function identityOf({ tags }: ImageView | SnapshotView): { group: string; slot: string } {
  return {
    group: `${tags[`${PREFIX}policy`]} ${tags[`${PREFIX}source`]}`,
    slot: tags[`${PREFIX}slot`] ?? '',
  };
}
