/** What a policy file would do to the points of an account: reads and decides, changes nothing. */

import { pruneCandidates, type PruneInput } from '../plan/plan-prune.ts';
import { previewOf, type Preview } from '../plan/preview.ts';
import { readOptIn } from '../plan/select-sources.ts';
import { untilOfAll } from '../plan/until-of-all.ts';
import type { PolicyFile, SourceKind } from '../policy/policy.ts';
import type { RecoveryPoint, RecoveryPoints } from '../plan/recovery-points.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import { isBackedUp } from './place.ts';
import { sourceFacts } from './prune.ts';
import { readSafety } from './read-safety.ts';
import { readAllPoints, readAllSources, type Sources } from './read.ts';

export interface PreviewRequest {
  readonly files: readonly PolicyFile[];
  /** Only this policy's points. */
  readonly policy?: string;
  readonly days: number;
}

/** One preview a file, all of them on one reading of the account. Throws a ConfigurationError for files of two owners. */
export async function previewRun(
  { files, ...request }: PreviewRequest,
  context: RunContext,
): Promise<Preview[]> {
  for (const file of files) requireSameOwner(context.file, file);
  const [points, sources] = await Promise.all([readAllPoints(context), readAllSources(context)]);
  const now = context.clock.now();
  const previews: Preview[] = [];
  for (const file of files) {
    previews.push(await previewFile({ ...request, points, sources, now }, { ...context, file }));
  }
  return previews;
}

/** What the points' tags say was read by the words of the first file. */
function requireSameOwner(first: PolicyFile, other: PolicyFile): void {
  for (const field of ['deployment', 'optInTag'] as const) {
    if (other[field] === first[field]) continue;
    throw new ConfigurationError(
      `${field} is ${JSON.stringify(other[field])} in the other policy file, expected ${JSON.stringify(first[field])} as in the first: it would not find the same backups`,
    );
  }
}

interface Read extends Omit<PreviewRequest, 'files'> {
  readonly points: RecoveryPoints;
  readonly sources: Sources;
  readonly now: number;
}

async function previewFile(
  { points, sources, now, days, policy }: Read,
  context: RunContext,
): Promise<Preview> {
  const { file, place } = context;
  const prune: PruneInput = {
    ...points,
    ...{ file, now, place, sources: sourceFacts(sources, file) },
    ...(policy !== undefined && { policy }),
  };
  const checks = await readSafety(context, pruneCandidates(prune), prune.points);
  const considered = prune.points.filter((point) => policy === undefined || point.policy === policy);
  const goesOn = goesOnBy(sources, context);
  return previewOf({
    prune,
    checks,
    days,
    until: untilOfAll(considered, { ...prune, horizonDays: days, goesOn }),
  });
}

/** The source asks for the policy, and is backed up here. Of copies it is not known here, so they are taken to go on. */
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
  return ([first]) =>
    first !== undefined && (first.copiedFrom !== undefined || asked.has(`${first.policy} ${first.source}`));
}
