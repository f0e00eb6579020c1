/** What DLM holds after changes: it merges updates, may answer nothing, and its lists may be minutes behind. */

import { describeError } from '../aws/errors.ts';
import { listLifecyclePolicies } from '../aws/read-lifecycle-policies.ts';
import { driftOf } from '../plan/lifecycle-drift.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from '../plan/lifecycle-policy.ts';
import { MARK } from '../plan/marks.ts';
import { driftText } from '../plan/plan-lifecycle.ts';
import type { RunContext } from './context.ts';
import type { LifecycleOutcome } from './outcome.ts';
import { READS_TRUSTWORTHY_AFTER } from './read-lag.ts';

const FIRST_WAIT = 5000;

/** A creating or changing call that was sent. */
export interface Sent {
  readonly action: 'create-lifecycle-policy' | 'update-lifecycle-policy';
  readonly policy: string;
  /** Absent: the call had no answer. */
  readonly id?: string;
  /** How it was left unanswered. */
  readonly unanswered?: string;
  readonly wanted: WantedLifecyclePolicy;
}

/** Everything that was sent with how it ended, in order. Looks until all is as wanted, for at most five minutes in all. */
export async function verify(
  sent: readonly (Sent | LifecycleOutcome)[],
  context: RunContext,
): Promise<readonly LifecycleOutcome[]> {
  const { clock } = context;
  if (sent.every(isEnded)) return sent;
  const last = clock.now() + READS_TRUSTWORTHY_AFTER;
  for (let wait = FIRST_WAIT; ; wait *= 2) {
    const found = await look(context);
    const isOver = clock.now() >= last;
    const ended = sent.map((one) => (isEnded(one) ? one : judge(one, found, isOver)));
    if (ended.every(isEnded)) return ended;
    await clock.sleep(Math.min(wait, last - clock.now()));
  }
}

function isEnded(one: Sent | LifecycleOutcome): one is LifecycleOutcome {
  return 'status' in one;
}

type Found = { readonly policies: readonly LifecyclePolicy[] } | { readonly problem: string };

async function look({ clients }: RunContext): Promise<Found> {
  try {
    const policies: LifecyclePolicy[] = [];
    for await (const policy of listLifecyclePolicies(clients)) policies.push(policy);
    return { policies };
  } catch (error) {
    return { problem: describeError(error) };
  }
}

function judge(sent: Sent, found: Found, isOver: boolean): Sent | LifecycleOutcome {
  const { action, policy, wanted } = sent;
  const existing = 'policies' in found ? found.policies.find((one) => isIt(one, sent)) : undefined;
  const drift = existing && driftOf(existing, wanted);
  const outcome = { action, policy, id: sent.id ?? existing?.id ?? policy };
  if (drift?.length === 0) return { ...outcome, status: 'done' };
  if (!isOver) return sent;
  return { ...outcome, status: 'failed', error: whyNot(sent, found, existing) };
}

/** By its id; what an unanswered call may have made, by its tags. */
function isIt({ id, tags }: LifecyclePolicy, sent: Sent): boolean {
  if (sent.id !== undefined) return id === sent.id;
  return [MARK.deployment, MARK.policy].every((key) => tags.get(key) === sent.wanted.tags[key]);
}

function whyNot(sent: Sent, found: Found, existing: LifecyclePolicy | undefined): string {
  if ('problem' in found) return `what DLM made of it could not be read: ${found.problem}`;
  if (!existing) {
    return sent.unanswered === undefined
      ? 'DLM took the call, but 5 minutes later it does not list it'
      : `DLM did not answer (${sent.unanswered}) and lists no such lifecycle policy 5 minutes later: the next run makes it`;
  }
  const drift = driftOf(existing, sent.wanted).map(driftText).join('; ');
  const why =
    existing.state === 'ERROR' && existing.statusMessage !== undefined ? ` (${existing.statusMessage})` : '';
  return `DLM took the call, but 5 minutes later ${drift}${why}; if it stays so, policies apply --replace ${sent.policy} makes it anew`;
}
