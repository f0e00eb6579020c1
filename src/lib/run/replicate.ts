/** Copies of recovery points to one place: read, plan, share, copy, unshare, report. */

import { describeError } from '../aws/errors.ts';
import type { CopyAction, ShareAction, Warning } from '../plan/actions.ts';
import { copyActions, shareActions } from '../plan/copy-actions.ts';
import { keysToAsk, type KeyManagers } from '../plan/copy-refusal.ts';
import {
  copiedPolicies,
  isBehind,
  planCopies,
  type CopySource,
  type CopyVerdict,
  type InFlight,
} from '../plan/plan-copies.ts';
import { planUnshares } from '../plan/plan-shares.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import { destinationsOf, samePlace, sourcePlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { applyCopies, type CopyEnd } from './apply-copy.ts';
import { requirePolicy } from './backup.ts';
import type { RunContext } from './context.ts';
import { inPlace } from './elsewhere.ts';
import { ConfigurationError } from './errors.ts';
import { isLeft } from './outcome.ts';
import { formatPlace } from './place.ts';
import { readCopySource, readInFlight, readKeys, readParts, readShared } from './read-copies.ts';
import { readPolicyPoints } from './read.ts';
import type { RunRequest } from './request.ts';
import { isLastRound, type Left } from './rounds.ts';
import { settleCopies } from './settle.ts';

export interface ReplicateRequest {
  /** Only this policy's points. */
  readonly policy?: string;
  /** ms since the epoch: the same run again is the same request to EC2. */
  readonly slot: number;
}

export interface ReplicatePlan {
  /** The destination. */
  readonly place: Place;
  readonly slot: number;
  /** One for each good recovery point of the places that are copied here. */
  readonly verdicts: readonly CopyVerdict[];
  readonly actions: readonly CopyAction[];
  /** What must come before some of the actions. */
  readonly shares: readonly ShareAction[];
  readonly unshares: readonly ShareAction[];
  /** Those that should have been here for a day. */
  readonly behind: number;
  readonly warnings: readonly Warning[];
  /** Places that could not be read, a sentence each: nothing of theirs is copied. */
  readonly errors: readonly string[];
}

export interface ReplicateReport extends CopyEnd {
  readonly plan: ReplicatePlan;
}

/** Reads and decides; changes nothing. A ConfigurationError where nothing is copied to the place. */
export async function planReplicateRun(
  request: ReplicateRequest,
  context: RunContext,
): Promise<ReplicatePlan> {
  const { file, place } = context;
  const ways = await waysTo(request, context);
  const names = [
    ...new Set(ways.flatMap((from) => copiedPolicies(file, from, place).map(({ name }) => name))),
  ];
  const { points: made } = await readPolicyPoints(context, names);
  const inFlight = await readInFlight(context);
  const read = await Promise.all(ways.map((from) => attempt(from, () => readFrom(from, context))));
  const sources = read.flatMap(({ value }) => value ?? []);
  const decision: Decision = {
    request,
    made,
    inFlight,
    sources: sources.map(({ source }) => source),
    keys: new Map(sources.flatMap(({ keys }) => [...keys])),
  };
  const verdicts = decide(decision, context);
  const orders = await Promise.all(
    sources.map(({ source }) =>
      attempt(source.place, () => orderFrom(source, { verdicts, decision, context })),
    ),
  );
  const done = orders.flatMap(({ value }) => value ?? []);
  const now = context.clock.now();
  return {
    place,
    slot: request.slot,
    verdicts,
    actions: done.flatMap(({ actions }) => actions),
    shares: done.flatMap(({ shares }) => shares),
    unshares: done.flatMap(({ unshares }) => unshares),
    behind: verdicts.filter((verdict) => isBehind(verdict, now)).length,
    warnings: [...sources.flatMap(({ warnings }) => warnings), ...done.flatMap(({ warnings }) => warnings)],
    errors: [...read, ...orders].flatMap(({ error }) => error ?? []),
  };
}

/** The places that something is copied from. */
async function waysTo({ policy }: ReplicateRequest, context: RunContext): Promise<readonly Place[]> {
  const { file, place, elsewhere } = context;
  const only = policy === undefined ? file : { ...file, policies: [requirePolicy(file, policy)] };
  const home = (await elsewhere?.home()) ?? place;
  const ways = sourcePlaces(file, home).filter((from) => copiedPolicies(only, from, place).length > 0);
  if (ways.length > 0) return ways;
  const whose = policy === undefined ? 'no policy has' : `policy ${policy} does not have`;
  throw new ConfigurationError(`${whose} copies to ${formatPlace(place)}: nothing is copied there`);
}

interface Attempt<T> {
  readonly value?: T;
  readonly error?: string;
}

/** One place that cannot be read leaves the others alone. */
async function attempt<T>(from: Place, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: `nothing is copied from ${formatPlace(from)}: ${describeError(error)}` };
  }
}

interface ReadSource {
  readonly source: CopySource;
  readonly keys: KeyManagers;
  readonly warnings: readonly Warning[];
}

async function readFrom(from: Place, context: RunContext): Promise<ReadSource> {
  const there = await inPlace(from, context);
  const source = await readCopySource(there);
  const asked = keysToAsk(source.snapshots, { place: from, to: context.place });
  return { source, ...(await readKeys(there, asked)) };
}

interface Decision {
  readonly request: ReplicateRequest;
  readonly made: readonly RecoveryPoint[];
  readonly inFlight: InFlight;
  readonly sources: readonly CopySource[];
  readonly keys: KeyManagers;
}

function decide({ request, ...read }: Decision, { file, place, clock }: RunContext): CopyVerdict[] {
  const { policy } = request;
  return planCopies({
    ...read,
    file,
    now: clock.now(),
    to: place,
    ...(policy !== undefined && { policy }),
  });
}

interface Decided {
  readonly verdicts: readonly CopyVerdict[];
  readonly decision: Decision;
  readonly context: RunContext;
}

interface Ordered extends Pick<ReplicatePlan, 'actions' | 'shares' | 'unshares' | 'warnings'> {
  readonly source: CopySource;
}

/** The calls for what is copied from one place. */
async function orderFrom(source: CopySource, { verdicts, decision, context }: Decided): Promise<Ordered> {
  const { file, place: to } = context;
  const there = await inPlace(source.place, context);
  const ofPlace = verdicts.filter(({ from }) => samePlace(from, source.place));
  const now = ofPlace.filter(({ status }) => status === 'copy');
  const parts = await readParts(now, there);
  const orders = now.map((verdict) => copyActions(verdict, { file, to, parts }));
  const actions = orders.flatMap((order) => order.actions);
  const ordered = { source, actions, warnings: orders.flatMap(({ warnings }) => warnings) };
  if (source.place.account === to.account) return { ...ordered, shares: [], unshares: [] };
  const shared = await readShared(there, to.account);
  const isShared = new Set(shared.map(({ id }) => id));
  const shares = actions
    .flatMap((action) => shareActions(action, to.account, parts.images.get(action.id)?.snapshotIds ?? []))
    .filter(({ id }) => !isShared.has(id));
  const others = await readSiblings(source, decision, context);
  const unshares = planUnshares({
    file,
    from: source.place,
    account: to.account,
    // A run of one policy judges no other.
    shared: shared.filter((one) => one.policy === (decision.request.policy ?? one.policy)),
    points: source.points,
    // While a place of that account cannot be read, nothing that is shared with it is taken back.
    destinations: others && [{ verdicts, made: decision.made }, ...others],
  });
  return { ...ordered, shares, unshares };
}

/** How copies to other Regions of the same account stand, to which the same is shared. Undefined when one cannot be read. */
async function readSiblings(source: CopySource, decision: Decision, context: RunContext) {
  const { file, place } = context;
  const siblings = siblingsOf(file, source.place, place);
  try {
    return await Promise.all(
      siblings.map(async (to) => {
        const there = await inPlace(to, context);
        const names = copiedPolicies(file, source.place, to).map(({ name }) => name);
        const { points: made } = await readPolicyPoints(there, names);
        const inFlight = { snapshots: 0, images: 0 };
        const verdicts = decide(
          { ...decision, request: { slot: 0 }, made, inFlight, sources: [source] },
          there,
        );
        return { verdicts, made };
      }),
    );
  } catch {
    return undefined;
  }
}

function siblingsOf(file: PolicyFile, from: Place, { account, region }: Place): Place[] {
  const all = file.policies.flatMap((policy) => destinationsOf(policy, from).map(({ place }) => place));
  const ofAccount = all.filter((place) => place.account === account && place.region !== region);
  return [...new Map(ofAccount.map((place) => [place.region, place])).values()];
}

/** Carries the plan out. */
export async function applyReplicate(plan: ReplicatePlan, context: RunContext): Promise<ReplicateReport> {
  const end = await applyCopies(plan, context);
  await settleCopies(
    end.outcomes.filter(({ action }) => action.startsWith('copy-')),
    context,
  );
  return { plan, ...end };
}

/**
 * What a later round has to do, if anything. What waits for EC2 to finish others is asked for again while that is likely to
 * be soon; a long wait ends well, and the next run of the schedule goes on.
 */
export function leftOfReplicate(
  { plan, outcomes, limited }: ReplicateReport,
  request: RunRequest,
): Left | undefined {
  const isIdle = !outcomes.some(({ status, action }) => status === 'done' && action.startsWith('copy-'));
  const left = { isIdle };
  if (outcomes.some(isLeft)) return left;
  const waits =
    limited.length > 0 ||
    plan.verdicts.some(({ status, isPartial }) => status === 'waiting' || isPartial === true);
  return waits && !isLastRound(request, left) ? left : undefined;
}
