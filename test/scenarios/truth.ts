/** What is restorable in a simulated Region, read off its state without the code under test. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';

export interface GoodPoint {
  readonly key: string;
  readonly slot: number;
  readonly id: string;
}

/** The newest good point of each policy and source, worked out from the truth and not by the code under test. */
export function newestGood(region: SimulatedRegion, deployment: string): ReadonlyMap<string, GoodPoint> {
  const snapshots = new Map(region.snapshots().map((snapshot) => [snapshot.id, snapshot]));
  const isDone = (id: string): boolean => snapshots.get(id)?.state === 'completed';
  const images = region
    .images()
    .filter(({ state, snapshotIds }) => state === 'available' && snapshotIds.every(isDone));
  const sets = new Map<string, { tags: Readonly<Record<string, string>>; parts: string[] }>();
  for (const { id, tags } of snapshots.values()) {
    if (tags['ec2-backup:kind'] === 'image') continue;
    const key = ['policy', 'source', 'slot'].map((mark) => tags[`ec2-backup:${mark}`]).join(' ');
    const set = sets.get(key) ?? { tags, parts: [] };
    sets.set(key, set);
    set.parts.push(id);
  }
  const whole = [...sets.values()].filter(
    ({ tags, parts }) =>
      parts.every(isDone) && parts.length === tags['ec2-backup:volumes']?.split(';').length,
  );
  const newest = new Map<string, GoodPoint>();
  const all = [...images, ...whole.map(({ tags, parts }) => ({ tags, id: [...parts].sort()[0] ?? '' }))];
  for (const { id, tags } of all) {
    if (tags['ec2-backup:deployment'] !== deployment || tags['ec2-backup:slot'] === undefined) continue;
    const key = `${tags['ec2-backup:policy']} ${tags['ec2-backup:source']}`;
    const slot = Date.parse(tags['ec2-backup:slot']);
    if (slot > (newest.get(key)?.slot ?? -Infinity)) newest.set(key, { key, slot, id });
  }
  return newest;
}
