/** What a policy file would do to the points of an account: reads and decides, changes nothing. */

import type { SizedSnapshot } from '../plan/cost-estimate.ts';
import { outlookOf } from '../plan/outlook.ts';
import { previewOf, type Preview } from '../plan/preview.ts';
import type { RecoveryPoints } from '../plan/recovery-points.ts';
import type { PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { sizedOwn } from './cost.ts';
import { ConfigurationError } from './errors.ts';
import { outlookInput } from './outlook.ts';
import { readAllSources, readSizedPoints, type Sources } from './read.ts';

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
  const [points, sources] = await Promise.all([readSizedPoints(context), readAllSources(context)]);
  const snapshots = await sizedOwn(points.sizes, points.points, context);
  const previews: Preview[] = [];
  for (const file of files) {
    previews.push(await previewFile({ ...request, points, sources, snapshots }, { ...context, file }));
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
  readonly snapshots: readonly SizedSnapshot[];
}

async function previewFile({ days, policy, ...read }: Read, context: RunContext): Promise<Preview> {
  const outlook = outlookOf({ ...(await outlookInput(read, context)), days });
  return previewOf({ outlook, snapshots: read.snapshots, days, ...(policy !== undefined && { policy }) });
}
