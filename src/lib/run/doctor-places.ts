import { askDryRun } from '../aws/dry-run.ts';
import { isDenied } from '../aws/error-hints.ts';
import { describeError } from '../aws/errors.ts';
import type { PlaceAnswer, RoleAnswer } from '../plan/doctor-places.ts';
import { isProtecting } from '../plan/plan-protect.ts';
import { copyPlaces, hasCopies, hasRehearsals, samePlace, sourcePlaces, targetOf } from '../policy/places.ts';
import type { Place, PolicyFile, Target } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { ConfigurationError, ReadError } from './errors.ts';
import { reach, type Connect, type Reached } from './reach.ts';
import { JOBS, type Job } from './request.ts';
import { sideBySide } from './side-by-side.ts';

/** Gets into each target, and each place of copies, as the functions do, with the own credentials in place of theirs. */
export async function readPlaces(context: RunContext, connect: Connect): Promise<readonly PlaceAnswer[]> {
  const { file, place } = context;
  const home = { file, region: place.region, connect };
  const targets = targetsOf(file, place);
  const seen = new Set<string>();
  // Roles belong to an account: those of its other Regions are the same.
  const first = new Set(targets.filter(({ account }) => seen.size < seen.add(account).size));
  const work = async (target: Target): Promise<PlaceAnswer> => {
    const { account, rolePrefix } = target;
    if (rolePrefix === undefined && account !== place.account) return { target, roles: [] };
    const [own] = jobsIn(target, context);
    const ofAccount = targets.filter((one) => one.account === account);
    const more = JOBS.filter(
      (job) => job !== own && ofAccount.some((one) => jobsIn(one, context).includes(job)),
    );
    const jobs = rolePrefix !== undefined && first.has(target) ? [own, ...more] : [own];
    const tried = await Promise.all(jobs.map((job) => tryRole(job, reach(job, target, home))));
    const roles = tried.map(({ answer }) => answer);
    const clients = tried[0]?.reached?.clients;
    if (!clients) return { target, roles };
    const action = own === 'backup' ? 'DescribeInstances' : 'DescribeSnapshots';
    return { target, roles, lists: await askDryRun(clients, { action }) };
  };
  const late = (target: Target): PlaceAnswer => ({ target, roles: [] });
  return sideBySide(targets, { clock: context.clock }, { work, late });
}

/** Those of the file, and where its copies go besides; none where backups stay where they are made, at home. */
function targetsOf(file: PolicyFile, home: Place): readonly Target[] {
  const implicit = copyPlaces(file, home).filter((to) => !file.targets.some((one) => samePlace(one, to)));
  return [...file.targets, ...implicit.flatMap((to) => targetOf(file, to, home) ?? [])];
}

/** The jobs that work in a place; the first one needs nothing that the place may lack. */
function jobsIn(target: Place, { file, place }: RunContext): [Job, ...Job[]] {
  const isSource = sourcePlaces(file, place).some((one) => samePlace(one, target));
  const isCopied = copyPlaces(file, place).some((one) => samePlace(one, target));
  const everywhere: Job[] = [
    ...(hasRehearsals(file) ? (['rehearse'] as const) : []),
    ...(file.policies.some(isProtecting) ? (['protect'] as const) : []),
  ];
  if (!isSource)
    return [...(isCopied ? (['replicate', 'prune'] as const) : (['prune'] as const)), 'watch', ...everywhere];
  const copying: Job[] = hasCopies(file) ? ['replicate'] : [];
  return ['backup', ...copying, 'prune', 'register-policies', 'watch', ...everywhere];
}

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
