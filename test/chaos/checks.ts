/** What must hold when a seed is over: a line for each thing that does not. */

import type { Policy, PolicyFile } from '../../src/lib/policy/policy.ts';
import { slotsBetween } from '../../src/lib/policy/schedule.ts';
import type { Ringing } from '../../src/simulator/stack-alarms.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';
import { resticReasons } from '../support/restic-reference.ts';
import type { Member } from './fleet.ts';
import { goodSlots, type Groups, type Slots } from './ledger.ts';
import type { Missing, Tellings } from './tellings.ts';

/** What a check may look at. */
export interface Ended {
  readonly file: PolicyFile;
  readonly start: number;
  readonly now: number;
  readonly members: readonly Member[];
  /** Every point that ever was. */
  readonly ever: Groups;
  /** What there is at the end. */
  readonly present: Groups;
  readonly alarms: ReadonlyMap<string, readonly Ringing[]>;
  readonly tellings: Tellings;
  /** Whether what no rule keeps is right to be there. */
  readonly mayStay: (place: string, ids: readonly string[]) => boolean;
}

const NONE: Slots = new Map();

/** An instance is in the lists, and asked about by the scheduler's run, this long after its launch. */
const SEEN_AFTER = 10 * MINUTE;
/** From the end of a slot: the next watch, its being late, and the period of the alarm. */
const TOLD_WITHIN = 20 * HOUR;

/** Every slot of a source that was there all the time has a good point, or somebody was told that it has none. */
export function unmadeSlots(ended: Ended): string[] {
  return ended.file.policies.flatMap((policy) => {
    const slots = [...slotsBetween(policy.schedule, policy.timezone, ended.start, ended.now)];
    return ended.members
      .filter(({ policies }) => policies.includes(policy.name))
      .flatMap((member) => unmadeOf(member, { name: policy.name, slots }, ended));
  });
}

function unmadeOf(
  member: Member,
  { name, slots }: { readonly name: string; readonly slots: readonly number[] },
  ended: Ended,
): string[] {
  const group = `${member.place} ${name} ${member.id}`;
  const made = new Set(goodSlots(ended.ever.get(group) ?? NONE));
  const from = member.from + SEEN_AFTER;
  return slots.flatMap((slot, index) => {
    const end = Math.min(slots[index + 1] ?? Infinity, slot + DAY);
    // A slot that is not over yet, or of a source that left while it could be made, promises nothing.
    if (slot < from || made.has(slot) || end > Math.min(ended.now, member.to)) return [];
    const missing: Missing = {
      place: member.place,
      policy: name,
      source: member.id,
      slot,
      from: slot,
      to: end + TOLD_WITHIN,
    };
    if (ended.tellings.tells(missing, ended.alarms)) return [];
    return [`${group}: slot ${new Date(slot).toISOString()} was not made, and nobody was told`];
  });
}

/** No slot has two good points, and nothing that failed is left. */
export function unclean({ present, now }: Ended): string[] {
  const problems: string[] = [];
  for (const [group, slots] of present) {
    for (const [slot, points] of slots) {
      const of = `${group}: slot ${new Date(slot).toISOString()}`;
      const states = [...points.values()].map(({ goodness }) => goodness);
      if (states.filter((state) => state === 'good').length > 1) problems.push(`${of} is there twice`);
      const isOld = now - slot > 2 * DAY;
      if (isOld && states.includes('failed')) problems.push(`${of}: a failed point was not cleaned up`);
    }
  }
  return problems;
}

/** Of all that was ever good, exactly what the rules keep is there. */
export function wronglyKept(ended: Ended): string[] {
  return ended.file.policies.flatMap((policy) =>
    [...ended.ever]
      .filter(([group]) => group.split(' ')[1] === policy.name)
      .flatMap(([group, slots]) => wronglyKeptOf(group, slots, { policy, ended })),
  );
}

/** Ids of all that the rules keep of what there is. */
export function keptIds({
  file,
  ever,
  present,
}: Pick<Ended, 'file' | 'ever' | 'present'>): ReadonlySet<string> {
  const kept = file.policies.flatMap((policy) =>
    [...ever]
      .filter(([group]) => group.split(' ')[1] === policy.name)
      .flatMap(([group, slots]) =>
        expectedOf(slots, policy).flatMap((slot) =>
          [...(present.get(group)?.get(slot)?.values() ?? [])].flatMap(({ ids }) => ids),
        ),
      ),
  );
  return new Set(kept);
}

function expectedOf(slots: Slots, { keep, timezone }: Policy): number[] {
  const all = goodSlots(slots).sort((a, b) => b - a);
  const reasons = resticReasons(all, keep, timezone);
  return all.filter((_, index) => (reasons[index]?.length ?? 0) > 0);
}

function wronglyKeptOf(
  group: string,
  slots: Slots,
  { policy, ended }: { readonly policy: Policy; readonly ended: Ended },
): string[] {
  const expected = expectedOf(slots, policy);
  const actual = goodSlots(ended.present.get(group) ?? NONE).sort((a, b) => b - a);
  const gone = expected.filter((slot) => !actual.includes(slot));
  const [place = ''] = group.split(' ');
  const idsOf = (slot: number): string[] =>
    [...(ended.present.get(group)?.get(slot)?.values() ?? [])].flatMap(({ ids }) => ids);
  const left = actual.filter((slot) => !expected.includes(slot) && !ended.mayStay(place, idsOf(slot)));
  const told = (list: readonly number[]): string =>
    list.map((slot) => new Date(slot).toISOString()).join(' ');
  return [
    ...(gone.length > 0 ? [`${group}: the rules keep ${told(gone)}, which is gone`] : []),
    ...(left.length > 0 ? [`${group}: the rules let go of ${told(left)}, which is there`] : []),
  ];
}

/** Alarms that still ring after days of peace, and should not: that a policy has no source is no trouble that passes. */
export function stillRinging({ alarms, members, file }: Ended): string[] {
  const here = members.filter(({ to }) => to === Infinity).flatMap(({ policies }) => policies);
  const empty = file.policies.map(({ name }) => name).filter((name) => !here.includes(name));
  const right = new Set(empty.map((name) => `EmptySelectionAlarmOf${name}`));
  return [...alarms]
    .filter(([id, ringings]) => ringings.at(-1)?.to === Infinity && !right.has(id))
    .map(([id]) => `${id} still rings at the end`);
}
