/** What must hold of protected backups where nothing has gone wrong for days, read off the simulated Regions. */

import type { Policy, PolicyFile } from '../../src/lib/policy/policy.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView, SnapshotView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';
import { isCopy } from './copies.ts';
import { keyOf } from './deployment.ts';
import type { Guardians } from './guardians.ts';
import { waysOf } from './policies.ts';
import { PARTNER } from './shares.ts';

/** What was made later the next run sees to. */
const RECENT = 12 * HOUR;
/** Every day. */
const PRUNED_AT = 6 * HOUR;

type Tags = Readonly<Record<string, string>>;
type Part = ImageView | SnapshotView;

export interface AfterAll {
  readonly file: PolicyFile;
  readonly now: number;
  readonly regions: ReadonlyMap<string, SimulatedRegion>;
  readonly guardians: Guardians;
}

/** Whether a point that no rule keeps is right to be there: locked, set aside, or saved until a moment ago. */
export function mayStay(place: string, ids: readonly string[], all: AfterAll): boolean {
  const { file, now, regions, guardians } = all;
  const region = regions.get(place);
  if (!region) return false;
  const images = ids.flatMap((id) => region.image(id) ?? []);
  const snapshots = [...ids, ...images.flatMap(({ snapshotIds }) => snapshotIds)].filter(
    (id) => region.snapshot(id) !== undefined,
  );
  const [first] = [...images, ...ids.flatMap((id) => region.snapshot(id) ?? [])];
  const policy = policyOf(file, first?.tags ?? {});
  const disableFor = images.length > 0 ? policy?.removal?.disableFor : undefined;
  const locked = Math.max(0, ...snapshots.map((id) => region.protecting.lockOf(id)?.expiresOn ?? 0));
  const since = Math.max(
    0,
    ...images.flatMap(({ id, state }) =>
      state === 'disabled' ? (region.protecting.changedAt(id) ?? []) : [],
    ),
  );
  return (
    prunedBy(locked + (disableFor === undefined ? 0 : disableFor + 1.2 * HOUR)) >= now ||
    (disableFor !== undefined && prunedBy(since + disableFor) >= now) ||
    images.some(({ id }) => guardians.hasSaved(id)) ||
    (policy?.protect === undefined && images.some(({ isProtected }) => isProtected))
  );
}

/** When the prune is over that may delete what may go from an instant on. */
function prunedBy(free: number): number {
  return Math.ceil((free + 10 * MINUTE - PRUNED_AT) / DAY) * DAY + PRUNED_AT + 25 * MINUTE;
}

/** What the words ask for, told by no code of ours. `kept`: ids of what the rules keep. */
export function wronglyProtected(kept: ReadonlySet<string>, all: AfterAll): string[] {
  return [...all.regions].flatMap(([place, region]) => {
    const parts = [...region.images(), ...region.snapshots()].filter(({ tags }) => isOurs(tags));
    return parts.flatMap((part) =>
      wrongOf(part, { ...all, place, region, isKept: isKept(part, kept) }).map(
        (problem) => `${place}: ${part.id} ${problem}`,
      ),
    );
  });
}

function isKept(part: Part, kept: ReadonlySet<string>): boolean {
  return kept.has(part.id) || ('imageIds' in part && part.imageIds.some((id) => kept.has(id)));
}

interface Where extends AfterAll {
  readonly place: string;
  readonly region: SimulatedRegion;
  readonly isKept: boolean;
}

function wrongOf(part: Part, where: Where): string[] {
  const { tags } = part;
  const policy = policyOf(where.file, tags);
  const slot = Date.parse(tags['ec2-backup:slot'] ?? '');
  const isOld = slot < where.now - RECENT;
  return [
    ...(tags['ec2-backup:disabled'] === 'changing' ? ['is left half disabled'] : []),
    ...(where.isKept && part.state === 'disabled' ? ['is disabled, and the rules keep it'] : []),
    ...(policy && isOld && where.isKept ? unprotected(part, policy, { ...where, slot }) : []),
    ...(policy ? wronglyShared(part, policy, { ...where, isOld }) : []),
  ];
}

function unprotected(part: Part, policy: Policy, { region, now, slot }: Where & { slot: number }): string[] {
  const { lock, protect, deprecateAfter } = policy;
  if ('snapshotIds' in part) {
    const at = part.deprecatedAt ?? Infinity;
    return [
      ...(protect === true && !part.isProtected ? ['is not protected'] : []),
      ...(deprecateAfter !== undefined && at > Math.max(slot + deprecateAfter + MINUTE, now)
        ? ['is not deprecated']
        : []),
    ];
  }
  const until = lock ? slot + lock.for : 0;
  if (until < now + 1.2 * DAY) return [];
  const is = region.protecting.lockOf(part.id);
  return is && is.expiresOn >= until - HOUR ? [] : ['is not locked as its policy says'];
}

/** With everybody that the policy names and nobody else but whom people have added, or copies need. */
function wronglyShared(
  part: Part,
  { share, name }: Policy,
  { place, file, region, guardians, isKept: stays, isOld }: Where & { isOld: boolean },
): string[] {
  const named = (share ?? []).filter((account) => !place.startsWith(`${account}/`));
  const copied = waysOf(file).filter(({ policy, from }) => policy.name === name && keyOf(from) === place);
  const more = part.sharedWith.filter(
    (account) =>
      !named.includes(account) &&
      account !== PARTNER &&
      !guardians.hasShared(part.id, account) &&
      !copied.some((way) => way.place.account === account),
  );
  const isAway =
    part.state === 'disabled' || ('imageIds' in part && region.protecting.archivedAt(part.id) !== undefined);
  const needed = stays && isOld && !isAway && !isCopy(part.tags) ? named : [];
  return [
    ...more.map((account) => `is shared with ${account}, and no policy says so`),
    ...needed
      .filter((account) => !part.sharedWith.includes(account))
      .map((account) => `is not shared with ${account}`),
  ];
}

function policyOf({ policies }: PolicyFile, { 'ec2-backup:policy': name }: Tags): Policy | undefined {
  return policies.find((policy) => policy.name === name);
}
