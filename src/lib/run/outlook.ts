/** What a policy file makes of what was read of an account, as backups go on. */

import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import type { OutlookInput } from '../plan/outlook.ts';
import { pruneCandidates } from '../plan/plan-prune.ts';
import type { RecoveryPoint, RecoveryPoints } from '../plan/recovery-points.ts';
import { readOptIn } from '../plan/select-sources.ts';
import { destinationsOf, samePlace } from '../policy/places.ts';
import type { SourceKind } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { isBackedUp } from './place.ts';
import { sourceFacts } from './prune.ts';
import { readSafety } from './read-safety.ts';
import type { Sources } from './read.ts';

export interface OutlookRead {
  readonly points: RecoveryPoints;
  readonly sources: Sources;
  readonly snapshots: readonly SizedSnapshot[];
}

/** Of all policies. Asks whether what is to go is in use, and changes nothing. */
export async function outlookInput(
  { points, sources, snapshots }: OutlookRead,
  context: RunContext,
): Promise<Omit<OutlookInput, 'days'>> {
  const { file, place, clock } = context;
  const prune = { ...points, ...{ file, now: clock.now(), place, sources: sourceFacts(sources, file) } };
  const checks = await readSafety(context, pruneCandidates(prune), prune.points);
  return {
    ...sources,
    ...{ prune, checks, snapshots },
    isBackedUp: isBackedUp(file, place),
    goesOn: goesOnBy(sources, context),
  };
}

/** The source asks for the policy, and is backed up here. Of copies that is not known here: they go on while the file has them. */
function goesOnBy(
  sources: Sources,
  { file, place }: RunContext,
): (group: readonly RecoveryPoint[]) => boolean {
  const asked = new Set<string>();
  const add = (kind: SourceKind, all: Sources['instances'] | Sources['volumes']): void => {
    for (const source of all) {
      for (const name of readOptIn(source, kind, file).policies) asked.add(`${name} ${source.id}`);
    }
  };
  if (isBackedUp(file, place)) {
    add(
      'instance',
      sources.instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down'),
    );
    add('volume', sources.volumes);
  }
  return ([first]) => {
    if (!first) return false;
    if (!first.copiedFrom) return asked.has(`${first.policy} ${first.source}`);
    const policy = file.policies.find(({ name }) => name === first.policy);
    const places = policy ? destinationsOf(policy, first.copiedFrom.place) : [];
    return places.some((destination) => samePlace(destination.place, place));
  };
}
