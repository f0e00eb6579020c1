import { askDryRun } from '../aws/dry-run.ts';
import { isDenied } from '../aws/error-hints.ts';
import { describeError } from '../aws/errors.ts';
import type { PlaceAnswer, RoleAnswer } from '../plan/doctor-places.ts';
import type { Target } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError, ReadError } from './errors.ts';
import { reach, type Connect, type Reached } from './reach.ts';
import { JOBS, type Job } from './request.ts';
import { sideBySide } from './side-by-side.ts';

/** Gets into each target as the functions do, with the own credentials in place of theirs. */
export async function readPlaces(context: RunContext, connect: Connect): Promise<readonly PlaceAnswer[]> {
  const { file, place } = context;
  const home = { file, region: place.region, connect };
  const seen = new Set<string>();
  // Roles belong to an account: those of its other Regions are the same.
  const first = new Set(file.targets.filter(({ account }) => seen.size < seen.add(account).size));
  const work = async (target: Target): Promise<PlaceAnswer> => {
    if (target.rolePrefix === undefined && target.account !== place.account) return { target, roles: [] };
    const jobs = target.rolePrefix !== undefined && first.has(target) ? TRAVELLING : TRAVELLING.slice(0, 1);
    const tried = await Promise.all(jobs.map((job) => tryRole(job, reach(job, target, home))));
    const [backup] = tried;
    const roles = tried.map(({ answer }) => answer);
    if (!backup?.reached) return { target, roles };
    return { target, roles, lists: await askDryRun(backup.reached.clients, { action: 'DescribeInstances' }) };
  };
  const late = (target: Target): PlaceAnswer => ({ target, roles: [] });
  return sideBySide(file.targets, { clock: context.clock }, { work, late });
}

/** `backup` is the first; `digest` reads what `watch` found and goes nowhere. */
const TRAVELLING = JOBS.filter((job) => job !== 'digest');

interface Tried {
  readonly answer: RoleAnswer;
  readonly reached?: Reached;
}

async function tryRole(job: Job, reaching: Promise<Reached>): Promise<Tried> {
  try {
    return { answer: { job, answer: 'assumed' }, reached: await reaching };
  } catch (error) {
    const root = error instanceof ReadError ? error.cause : error;
    const says = root instanceof ConfigurationError ? root.message : describeError(root);
    return { answer: { job, answer: isDenied(root) ? 'denied' : 'failed', says } };
  }
}
