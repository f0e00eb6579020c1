/** What must stay because it is being copied, or is to be copied, to another place. What cannot be read keeps all. */

import { describeError } from '../aws/errors.ts';
import { groupBy } from '../plan/group-by.ts';
import { planCopies, type CopySource } from '../plan/plan-copies.ts';
import type { RecoveryPoint } from '../plan/recovery-points.ts';
import { counts } from '../plan/retention.ts';
import { COPYING_UNCHECKED, type SafetyChecks } from '../plan/safety.ts';
import { destinationsOf, samePlace } from '../policy/places.ts';
import type { Place, Policy } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { inPlace } from './elsewhere.ts';
import { readPolicyPoints } from './read.ts';

export type Copying = Pick<SafetyChecks, 'copying' | 'failures'>;

/** One pair of lists for each destination of a policy that has a candidate. */
export async function readCopying(
  context: RunContext,
  candidates: readonly RecoveryPoint[],
  points: readonly RecoveryPoint[],
): Promise<Copying> {
  const originals = groupBy(
    candidates.filter(({ copiedFrom }) => !copiedFrom),
    ({ policy }) => policy,
  );
  const copying = new Map<string, string[]>();
  const failures: string[] = [];
  const { file, place } = context;
  const destinations = file.policies
    .filter(({ name }) => originals.has(name))
    .flatMap((policy) => destinationsOf(policy, place).map((to) => ({ policy, to: to.place })));
  for (const group of groupBy(destinations, ({ to }) => `${to.account}/${to.region}`).values()) {
    const [{ to } = { to: place }] = group;
    const policies = group.map(({ policy }) => policy);
    const here = policies.flatMap(({ name }) => originals.get(name) ?? []);
    const pins = await pinsFor({ to, policies, here, points }, context).catch((error: unknown) => {
      failures.push(
        `copies in account ${to.account}, Region ${to.region} could not be checked, so what depends on it is kept: ${describeError(error)}`,
      );
      return new Map(here.map(({ id }) => [id, COPYING_UNCHECKED] as const));
    });
    for (const [id, pin] of pins) copying.set(id, [...(copying.get(id) ?? []), pin]);
  }
  return { copying, failures };
}

/** What this product has disabled is wanted where it is copied to as if it had not. */
function asIfEnabled(point: RecoveryPoint): RecoveryPoint {
  return counts(point) ? { ...point, state: 'good' } : point;
}

interface Question {
  readonly to: Place;
  readonly policies: readonly Policy[];
  readonly here: readonly RecoveryPoint[];
  readonly points: readonly RecoveryPoint[];
}

/**
 * Why candidates must stay for a destination, by id. Whether what is to be copied can be copied at all is not asked: what
 * its rules want there is kept here for as long as they want it.
 */
async function pinsFor(
  { to, policies, here, points }: Question,
  context: RunContext,
): Promise<ReadonlyMap<string, string>> {
  const names = policies.map(({ name }) => name);
  const there = await inPlace(to, context);
  const { points: made } = await readPolicyPoints(there, names);
  const { file, place, clock } = context;
  const source: CopySource = { place, points: points.map(asIfEnabled), snapshots: new Map() };
  const verdicts = names.flatMap((policy) =>
    planCopies({
      file,
      now: clock.now(),
      to,
      policy,
      sources: [source],
      made,
      inFlight: { snapshots: 0, images: 0 },
      keys: new Map(),
    }),
  );
  const isWanted = new Set(
    verdicts
      .filter(({ status }) => status === 'copy' || status === 'waiting' || status === 'failed')
      .map(({ point }) => point.id),
  );
  const isCopied = new Set(
    made.flatMap(({ state, copiedFrom }) =>
      state === 'pending' && copiedFrom && samePlace(copiedFrom.place, place) ? copiedFrom.point : [],
    ),
  );
  const where = `${to.account}/${to.region}`;
  return new Map(
    here
      .filter(({ id }) => isCopied.has(id) || isWanted.has(id))
      .map(({ id }) => [id, isCopied.has(id) ? 'being copied' : `to be copied to ${where}`]),
  );
}
