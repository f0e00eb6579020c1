/** Recovery points of this deployment that nobody looks after any more: why, and what to do. */

import { keepingPolicies } from '../policy/policy.ts';
import { BY_HAND, costsOf, type Orphan, type OrphanCause, type OrphansInput } from './audit-orphan.ts';
import { copyRulesOf } from './copy-rules.ts';
import type { PointVerdict } from './point-verdicts.ts';

/** A recovery point of this deployment. */
export function pointOrphan(entry: PointVerdict, input: OrphansInput): Orphan[] {
  const { point, verdict } = entry;
  const found = causeOf(entry, input);
  if (!found) return [];
  const { id, policy, source, snapshotIds, foreignSnapshots } = point;
  const own = snapshotIds.filter((part) => !foreignSnapshots.includes(part));
  const isPruned = verdict.decision === 'prune';
  return [
    {
      id,
      isOurs: true,
      ...found,
      policy,
      source,
      ...costsOf(id, own, input),
      action: isPruned
        ? `prune deletes it: ${verdict.reasons.join(', ')}`
        : whatKeeps(entry, found.cause, input),
      isPruned,
    },
  ];
}

function causeOf(
  { point }: PointVerdict,
  { file, place, sources }: OrphansInput,
): Pick<Orphan, 'cause' | 'detail'> | undefined {
  const { policy, source, state, detail = 'it failed', copiedFrom, kind, imageId } = point;
  if (state === 'failed' && kind === 'image' && imageId === undefined) return { cause: 'AMI gone', detail };
  if (state === 'failed') return { cause: 'failed', detail };
  if (!keepingPolicies(file).some(({ name }) => name === policy))
    return { cause: 'policy gone', detail: `policy ${policy} is not in the file` };
  if (copiedFrom) {
    // A copy's source is elsewhere.
    const from = copiedFrom.place;
    if (copyRulesOf(file, policy, { from, to: place })) return undefined;
    const detail = `policy ${policy} has no copies of ${from.account}/${from.region} to this place in the file`;
    return { cause: 'copies gone', detail };
  }
  if (!sources.has(source)) return { cause: 'source gone', detail: `${source} does not exist` };
  return undefined;
}

function whatKeeps({ point, verdict }: PointVerdict, cause: OrphanCause, { file }: OrphansInput): string {
  const why = `kept: ${verdict.reasons.join(', ')}`;
  switch (cause) {
    case 'policy gone':
      return `${why}. Write ${point.policy} under retired with rules, and prune deletes what they do not keep`;
    case 'copies gone':
      return `${why}. Write the copies there again, with rules, and prune deletes what they do not keep; ${BY_HAND}`;
    case 'source gone': {
      const policy = keepingPolicies(file).find(({ name }) => name === point.policy);
      return policy?.releaseAfterSourceGone === undefined
        ? `${why}. What rules count, and the last good one, stays for ever: with releaseAfterSourceGone in its policy all of them go in time`
        : `${why}. releaseAfterSourceGone of its policy lets it go in time`;
    }
    default:
      return why;
  }
}
