/** What must hold at each call that locks, ages, shares, sets aside or deletes, read off the simulated Regions. */

import type { Policy, PolicyFile } from '../../src/lib/policy/policy.ts';
import { slotsBetween } from '../../src/lib/policy/schedule.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { ImageView } from '../../src/simulator/views.ts';
import { isOurs } from '../support/history.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';
import { resticReasons } from '../support/restic-reference.ts';
import { isCopy } from './copies.ts';
import type { Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import { goodSlots, type Groups, type Slots } from './ledger.ts';
import { wrongLock, type LockInput } from './lock-calls.ts';

/** What was done so long before a call was seen by the run that makes it: EC2's lists lag for minutes, and runs take some. */
export const SEEN_WITHIN = 25 * MINUTE;
/** Of an archive at least. */
const ARCHIVED = 90 * DAY;
const STEP = MINUTE / 2;

export interface Watched {
  readonly deployment: Deployment;
  readonly fileAt: (now: number) => PolicyFile;
  readonly members: readonly Member[];
  readonly ever: () => Groups;
}

export class ProtectCalls {
  readonly problems: string[] = [];
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Looks at the calls of a place, and lets the plan say what becomes of them. */
  watched(place: string, plan: FaultPlan): FaultPlan {
    const region = this.#watched.deployment.everywhere.get(place);
    return (call) => {
      const fault = plan(call);
      const see = SEEN.get(call.command);
      // What EC2 refuses does no harm.
      if (fault === undefined && see && region)
        for (const problem of see(call.input as Input, this.#sight(place, region)))
          this.problems.push(`${place}: ${problem}, at ${new Date(this.#now()).toISOString()}`);
      return fault;
    };
  }

  #now(): number {
    return this.#watched.deployment.clock.now();
  }

  #sight(place: string, region: SimulatedRegion): Sight {
    const { fileAt, members, ever } = this.#watched;
    const now = this.#now();
    const files = new Set<PolicyFile>();
    for (let at = now - SEEN_WITHIN; at <= now; at += STEP) files.add(fileAt(at));
    const policiesOf = ({ 'ec2-backup:policy': name }: Tags): readonly Policy[] =>
      [...files].flatMap(({ policies }) => policies.filter((policy) => policy.name === name));
    return { place, region, now, policiesOf, members, ever };
  }
}

const NONE: Slots = new Map();

type Tags = Readonly<Record<string, string>>;

interface Input extends LockInput {
  readonly ImageId?: string;
  readonly DeleteAssociatedSnapshots?: boolean;
}

interface Sight {
  readonly place: string;
  readonly region: SimulatedRegion;
  readonly now: number;
  /** As the files said that the caller may go by. */
  readonly policiesOf: (tags: Tags) => readonly Policy[];
  readonly members: readonly Member[];
  readonly ever: () => Groups;
}

type See = (input: Input, sight: Sight) => readonly string[];

const SEEN: ReadonlyMap<string, See> = new Map<string, See>([
  ['LockSnapshot', seeLock],
  ['ModifySnapshotTier', seeArchive],
  ['DisableImage', seeDisable],
  ['DisableImageDeregistrationProtection', seeLift],
  ['DeregisterImage', seeDeregister],
  ['DeleteSnapshot', ({ SnapshotId: id = '' }, sight) => seeEnd([id], sight)],
]);

function seeLock(input: Input, { region, now, policiesOf }: Sight): readonly string[] {
  const snapshot = region.snapshot(input.SnapshotId ?? '');
  if (!snapshot) return [];
  const { id, tags } = snapshot;
  const words = policiesOf(tags).flatMap(({ lock }) => lock ?? []);
  if (!isOurs(tags) || words.length === 0) return [`${id} is locked, and no policy says so`];
  const found = region.protecting.lockOf(id);
  const is = found && found.expiresOn > now && found.createdOn < now - SEEN_WITHIN ? found : undefined;
  const slot = Date.parse(tags['ec2-backup:slot'] ?? '');
  return wrongLock(input, { words, is, slot, now }).map((problem) => `${id}: ${problem}`);
}

function seeArchive({ SnapshotId: id = '' }: Input, sight: Sight): readonly string[] {
  const { region, now, policiesOf } = sight;
  const snapshot = region.snapshot(id);
  if (!snapshot) return [];
  const { tags, imageIds } = snapshot;
  const slot = Date.parse(tags['ec2-backup:slot'] ?? '');
  const policies = policiesOf(tags).filter(
    ({ archiveAfter = Infinity }) => slot + archiveAfter <= now + MINUTE,
  );
  const why = [
    ...(!isOurs(tags) || policies.length === 0 ? ['no policy says so'] : []),
    ...(isCopy(tags) ? ['it is a copy'] : []),
    ...(imageIds.length > 0 || tags['ec2-backup:kind'] === 'image' ? ['it is of an AMI'] : []),
    ...(policies.some((policy) => staysLong({ tags, slot, policy }, sight))
      ? []
      : ['the rules let go of it within 90 days']),
  ];
  return why.map((problem) => `${id} is archived, and ${problem}`);
}

/** By the rules alone, told by no code of ours, should the source go on as it does. */
function staysLong(
  { tags, slot, policy }: { readonly tags: Tags; readonly slot: number; readonly policy: Policy },
  { place, members, ever, now }: Sight,
): boolean {
  const source = tags['ec2-backup:source'] ?? '';
  const made = goodSlots(ever().get(`${place} ${policy.name} ${source}`) ?? NONE);
  const goesOn = members.some(({ id, to }) => id === source && to > now);
  const coming = goesOn
    ? [...slotsBetween(policy.schedule, policy.timezone, now + HOUR, now + ARCHIVED - DAY)]
    : [];
  const all = [...new Set([...made, slot, ...coming])].sort((a, b) => b - a);
  const reasons = resticReasons(all, policy.keep, policy.timezone);
  const lock = policy.lock ? slot + policy.lock.for : 0;
  return (reasons[all.indexOf(slot)]?.length ?? 0) > 0 || lock >= now + ARCHIVED;
}

function seeDisable({ ImageId: id = '' }: Input, sight: Sight): readonly string[] {
  const { region, now, policiesOf } = sight;
  const image = region.image(id);
  if (!image) return [];
  const removals = policiesOf(image.tags).filter(({ removal }) => removal);
  return [
    ...(!isOurs(image.tags) || removals.length === 0 ? [`${id} is disabled, and no policy says so`] : []),
    ...(isEnabledAgain(image, sight) ? [`${id} is disabled, and somebody had enabled it`] : []),
    ...lockedOf(image.snapshotIds, region, now).map(
      (one) => `${id} is disabled, and its snapshot ${one} is locked`,
    ),
  ];
}

function seeLift({ ImageId: id = '' }: Input, { region, policiesOf }: Sight): readonly string[] {
  const image = region.image(id);
  const isTheirs =
    image?.isProtected === true && policiesOf(image.tags).every(({ protect }) => protect === undefined);
  return isTheirs ? [`${id} loses the protection that somebody has given it`] : [];
}

function seeDeregister(
  { ImageId: id = '', DeleteAssociatedSnapshots: all }: Input,
  sight: Sight,
): readonly string[] {
  const { region, now, policiesOf } = sight;
  const image = region.image(id);
  // What failed nobody can miss.
  if (!image || (image.state !== 'available' && image.state !== 'disabled')) return [];
  return [
    // A rehearsal's AMI maps the snapshots of a set, and leaves them.
    ...(all === true ? seeEnd(image.snapshotIds, sight) : []),
    ...(isEnabledAgain(image, sight) ? [`${id} is deregistered, and somebody had enabled it`] : []),
    ...tooSoon(image, { policies: policiesOf(image.tags), region, now }),
  ];
}

/** In one phase where all files say two, or without having been disabled for as long as they say. */
function tooSoon(
  { id, state }: ImageView,
  {
    policies,
    region,
    now,
  }: { readonly policies: readonly Policy[]; readonly region: SimulatedRegion; readonly now: number },
): readonly string[] {
  const least = Math.min(...policies.map(({ removal }) => removal?.disableFor ?? 0));
  if (least === 0 || policies.length === 0) return [];
  const since = state === 'disabled' ? region.protecting.changedAt(id) : undefined;
  if (since === undefined) return [`${id} is deregistered, and was not disabled before`];
  const hours = ((now - since) / HOUR).toFixed(1);
  return now - since < least
    ? [`${id} is deregistered ${hours} h after it was disabled, expected ${least / HOUR} h`]
    : [];
}

function seeEnd(ids: readonly string[], { region, now }: Sight): readonly string[] {
  return lockedOf(ids, region, now).map((id) => `${id} is locked, and is to be deleted`);
}

/** Those whose lock everybody could see. */
function lockedOf(ids: readonly string[], region: SimulatedRegion, now: number): readonly string[] {
  return ids.filter((id) => {
    const lock = region.has(id) ? region.protecting.lockOf(id) : undefined;
    return lock !== undefined && lock.expiresOn > now && lock.createdOn < now - SEEN_WITHIN;
  });
}

/** It carries the time at which we have disabled it, and is not disabled any more. */
function isEnabledAgain({ id, state, tags }: ImageView, { region, now }: Sight): boolean {
  const isSetAside = !Number.isNaN(Date.parse(tags['ec2-backup:disabled'] ?? ''));
  const changedAt = region.protecting.changedAt(id) ?? now;
  return isSetAside && state === 'available' && changedAt < now - SEEN_WITHIN;
}
