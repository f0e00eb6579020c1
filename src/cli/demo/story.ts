/** What people do to the account while the demo runs. Each event finds what it needs, or does nothing. */

import type { PolicyFile } from '../../lib/policy/policy.ts';
import { parseKeep } from '../../lib/policy/keep.ts';
import { MARK } from '../../lib/plan/marks.ts';
import { onCommand } from '../../simulator/faults.ts';
import type { SimulatedRegion } from '../../simulator/region.ts';
import type { Fleet } from './fleet.ts';

export interface DemoWorld {
  readonly region: SimulatedRegion;
  readonly fleet: Fleet;
  /** Edited by events. */
  file: PolicyFile;
  fileBeforeEdit?: PolicyFile;
}

export interface StoryEvent {
  /** When in the demo: 0 is its start, 1 its end. */
  readonly at: number;
  /** Does it and tells what was done; undefined when there was nothing to do it to. */
  readonly act: (world: DemoWorld) => string | undefined;
}

export const STORY: readonly StoryEvent[] = [
  { at: 0.2, act: failNextImage },
  { at: 0.33, act: useImageInLaunchTemplate },
  { at: 0.4, act: holdNewestSnapshot },
  { at: 0.5, act: terminate },
  { at: 0.6, act: disableLifecyclePolicy },
  { at: 0.8, act: shrinkRetention },
  { at: 0.85, act: restoreRetention },
];

function failNextImage({ region, file }: DemoWorld): string | undefined {
  if (file.policies.every(({ backup }) => backup !== 'image')) return undefined;
  region.faults = onCommand('CreateImage', 1, { kind: 'fails-later', reason: 'Internal error' });
  return 'EC2 has a bad day: the next AMI will end in state failed';
}

function useImageInLaunchTemplate({ region, fleet }: DemoWorld): string | undefined {
  const image = newestImage(region, fleet.ids.get('web-1'));
  if (!image) return undefined;
  region.createLaunchTemplate('web', image);
  return `launch template web begins to use ${image}, a backup of web-1`;
}

function holdNewestSnapshot({ region, fleet, file }: DemoWorld): string | undefined {
  const source = fleet.ids.get('db-1');
  const sets = region
    .snapshots()
    .filter(({ tags }) => tags[MARK.source] === source && tags[MARK.kind] === 'snapshots');
  const newest = sets.sort((a, b) => b.startedAt - a.startedAt)[0];
  if (!newest) return undefined;
  region.tag(newest.id, `${file.optInTag}:Hold`, 'audit 2026');
  return `${newest.id} of db-1 is tagged ${file.optInTag}:Hold=audit 2026`;
}

function terminate({ region, fleet }: DemoWorld): string | undefined {
  const id = fleet.ids.get('app-old');
  if (id === undefined) return undefined;
  region.terminateInstance(id);
  return `app-old (${id}) is terminated`;
}

function disableLifecyclePolicy({ region }: DemoWorld): string | undefined {
  const policy = region
    .lifecyclePolicies()
    .find(({ state, tags }) => state === 'ENABLED' && MARK.policy in tags);
  if (!policy) return undefined;
  region.editLifecyclePolicy(policy.id, { state: 'DISABLED' });
  return `somebody disables ${policy.id}, DLM's policy for ${policy.tags[MARK.policy] ?? ''}, in the console`;
}

function shrinkRetention(world: DemoWorld): string | undefined {
  const name = policyWithMostPoints(world);
  const keep = parseKeep('last=1');
  if (name === undefined || !keep.ok) return undefined;
  world.fileBeforeEdit = world.file;
  world.file = {
    ...world.file,
    policies: world.file.policies.map((policy) =>
      policy.name === name ? { ...policy, keep: keep.value } : policy,
    ),
  };
  return `somebody edits ${name} to keep: { last: 1 }`;
}

function restoreRetention(world: DemoWorld): string | undefined {
  if (!world.fileBeforeEdit) return undefined;
  world.file = world.fileBeforeEdit;
  return 'the edit is taken back';
}

function newestImage(region: SimulatedRegion, source: string | undefined): string | undefined {
  const images = region
    .images()
    .filter(({ tags, state }) => tags[MARK.source] === source && state === 'available');
  return images.sort((a, b) => b.createdAt - a.createdAt)[0]?.id;
}

function policyWithMostPoints({ region, file }: DemoWorld): string | undefined {
  const counts = new Map<string, number>();
  for (const { tags } of [
    ...region.images(),
    ...region.snapshots().filter((s) => s.tags[MARK.kind] !== 'image'),
  ]) {
    const policy = tags[MARK.policy];
    if (policy !== undefined) counts.set(policy, (counts.get(policy) ?? 0) + 1);
  }
  const running = file.policies.map(({ name }) => name).filter((name) => counts.has(name));
  return running.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))[0];
}
