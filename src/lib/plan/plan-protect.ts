/** What to protect, age, share and set aside now, from the verdicts of retention and what there is. */

import { destinationsOf } from '../policy/places.ts';
import type { Place, Policy, PolicyFile } from '../policy/policy.ts';
import type { Warning } from './actions.ts';
import { refusal } from './guard.ts';
import { groupBy } from './group-by.ts';
import { compareText } from './order.ts';
import type { PointVerdict } from './point-verdicts.ts';
import { dueForArchive, planArchive } from './protect-archive.ts';
import type { ProtectAction, SetAsideAction } from './protect-actions.ts';
import type { ImageFacts, ProtectFacts } from './protect-facts.ts';
import { imageActions, setAsideAction } from './protect-images.ts';
import { lockActions } from './protect-locks.ts';
import { planShares, toldAccounts, type SharePlan, type Sharing } from './protect-shares.ts';
import { guardInput, type Refusal } from './plan-prune.ts';
import { isRule } from './retention.ts';

export interface ProtectInput {
  readonly file: PolicyFile;
  readonly now: number;
  readonly place: Place;
  /** Of everything in the place, or of one policy, after all checks and the guard. */
  readonly verdicts: readonly PointVerdict[];
  /** Points that retention lets go, whatever else keeps them for now, by id. */
  readonly letGo: ReadonlySet<string>;
  readonly facts: ProtectFacts;
  /** The exact number of AMIs whose disabling was accepted beforehand. */
  readonly accept?: number;
}

export interface ProtectPlan {
  readonly actions: readonly ProtectAction[];
  /** Policies of which too many AMIs would be disabled at once. */
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Warning[];
}

/** Whether a policy asks for anything that this file knows. */
export function isProtecting(policy: Policy): boolean {
  const { lock, protect, archiveAfter, deprecateAfter, share, removal } = policy;
  const others = [lock, archiveAfter, deprecateAfter, share, removal];
  return protect === true || others.some((word) => word !== undefined);
}

/** By policy, source and slot, oldest first. */
export function planProtect(input: ProtectInput): ProtectPlan {
  const { file, verdicts, facts } = input;
  const policies = new Map(file.policies.map((policy) => [policy.name, policy]));
  const due = verdicts.filter((entry) => isDue(entry, policies.get(entry.point.policy), input));
  const archive = planArchive(
    due.map(({ point }) => point).filter(({ id }) => facts.staysLong.has(id)),
    facts,
  );
  const archived = new Set([...facts.archiving, ...archive.actions.map(({ id }) => id)]);
  const each = verdicts.map((entry) =>
    planPoint(entry, policies.get(entry.point.policy), { ...input, archived }),
  );
  const disabling = each.flatMap(({ aside }) => (aside?.action === 'disable-image' ? aside : []));
  const refused = guardDisabling(disabling, input);
  const isRefused = new Set(refused.map(({ policy }) => policy));
  const enabling = each.flatMap(({ aside }) => (aside?.action === 'enable-image' ? aside : []));
  const actions = [
    ...enabling,
    ...each.flatMap((one) => one.actions),
    ...archive.actions,
    ...disabling.filter(({ policy }) => !isRefused.has(policy)),
  ];
  return {
    actions: actions.sort(inOrder),
    refused,
    warnings: [...each.flatMap(({ warnings }) => warnings), ...archive.waiting, ...stale(verdicts, policies)],
  };
}

function inOrder(a: ProtectAction, b: ProtectAction): number {
  return compareText(a.policy, b.policy) || compareText(a.source, b.source) || a.slot - b.slot;
}

interface PlannedPoint {
  readonly actions: readonly ProtectAction[];
  readonly aside?: SetAsideAction;
  readonly warnings: readonly Warning[];
}

interface Surroundings extends ProtectInput, Pick<Sharing, 'archived'> {}

function planPoint(entry: PointVerdict, policy: Policy | undefined, input: Surroundings): PlannedPoint {
  const { point } = entry;
  const { facts, letGo } = input;
  const found = point.imageId === undefined ? undefined : facts.images.get(point.imageId);
  const aside = found && setAsideAction(entry, found, { isWanted: !letGo.has(point.id) });
  const isBack = aside?.action === 'enable-image';
  const image = found && isBack ? { ...found, state: 'available' } : found;
  // What goes, or is not whole, is not protected any more, and shared with nobody new.
  const stays = isKeptByRules(entry, input.now) && (point.state === 'good' || isBack);
  const shares = point.copiedFrom ? NO_SHARES : sharesOf(entry, policy, { ...input, image, mayAdd: stays });
  return {
    actions: [
      ...(policy && stays ? keepingActions(entry, policy, { ...input, image }) : []),
      ...shares.actions,
    ],
    warnings: shares.refused.map(({ id, reason }) => ({ id, policy: point.policy, reason })),
    ...(aside && { aside }),
  };
}

/**
 * Kept by a rule, and not only because of a hold, a user, a tag that cannot be read, or a clock that was wrong: a lock would
 * keep it for good.
 */
function isKeptByRules({ point: { slot }, verdict }: PointVerdict, now: number): boolean {
  return slot <= now && verdict.decision === 'keep' && verdict.reasons.some(isRule);
}

const NO_SHARES: SharePlan = { actions: [], refused: [] };

interface WithImage {
  /** As it will be once it is enabled again. */
  readonly image: ImageFacts | undefined;
}

function keepingActions(
  entry: PointVerdict,
  policy: Policy,
  { facts, now, image }: ProtectInput & WithImage,
): ProtectAction[] {
  return [
    ...(policy.lock ? lockActions(entry.point, policy.lock, { ...facts, now }) : []),
    ...(image ? imageActions(entry, image, { policy, now }) : []),
  ];
}

/** Of what is made here: a copy is another account's, or as good as the original. */
function sharesOf(
  { point }: PointVerdict,
  policy: Policy | undefined,
  { facts, place, archived, image, mayAdd }: Surroundings & WithImage & Pick<Sharing, 'mayAdd'>,
): SharePlan {
  const copiedTo = new Set(
    policy ? destinationsOf(policy, place).map(({ place: { account } }) => account) : [],
  );
  const accounts = policy?.share?.filter((account) => account !== place.account);
  const { imageId: id } = point;
  const images = id === undefined || !image ? facts.images : new Map([[id, image]]);
  return planShares(point, { accounts, copiedTo, archived, mayAdd }, { ...facts, images });
}

function isDue(
  { point, verdict }: PointVerdict,
  policy: Policy | undefined,
  { facts, now }: ProtectInput,
): boolean {
  const after = policy?.archiveAfter;
  if (after === undefined || !isKeptByRules({ point, verdict }, now)) return false;
  return dueForArchive(point, after, { ...facts, now });
}

/** As the guard of a prune: an edit that lets go of much is to be noticed before the first step of it, too. */
function guardDisabling(disabling: readonly SetAsideAction[], input: ProtectInput): Refusal[] {
  const points = groupBy(input.verdicts, ({ point }) => point.policy);
  return [...groupBy(disabling, ({ policy }) => policy)].flatMap(([policy, actions]) => {
    const deletions = actions.length;
    const reason = refusal(guardInput(policy, points.get(policy) ?? [], { ...input, deletions }));
    return reason === undefined ? [] : [{ policy, reason: reason.replace('delete', 'disable'), deletions }];
  });
}

/** What is protected for a policy that has no word on it any more stays so, and nobody is told why but here. */
function stale(verdicts: readonly PointVerdict[], policies: ReadonlyMap<string, Policy>): Warning[] {
  const kept = groupBy(
    verdicts.filter(
      ({ point, verdict }) =>
        verdict.reasons.length === 1 &&
        verdict.reasons[0] === 'deregistration protected' &&
        policies.get(point.policy)?.protect === undefined,
    ),
    ({ point }) => point.policy,
  );
  return Array.from(kept, ([policy, entries]) => ({
    id: policy,
    policy,
    reason: `${entries.length} of its AMIs are kept only because they are protected from deregistration: protect: false lets prunes lift that`,
  }));
}

/** The accounts of which it must be known what they may use. */
export function accountsToAsk(file: PolicyFile, told: Iterable<string | undefined>): readonly string[] {
  const named = file.policies.flatMap(({ share = [] }) => share);
  return [...new Set([...named, ...Array.from(told).flatMap(toldAccounts)])].sort(compareText);
}
