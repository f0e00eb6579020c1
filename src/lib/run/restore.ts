/** One restore: read, plan, ask EC2 whether it would, apply, follow. */

import { createHash } from 'node:crypto';
import {
  createVolume,
  obstacleOf,
  registerImage,
  replaceRootVolume,
  runInstance,
} from '../aws/mutate-restore.ts';
import { listInstances } from '../aws/read-instances.ts';
import { RESTORED } from '../plan/marks.ts';
import { planRestore } from '../plan/plan-restore.ts';
import { isRunningTask, newestTask } from '../plan/plan-restore-in-place.ts';
import type { Ground, Restorables, RestoreRequest } from '../plan/restorable.ts';
import type { RestorePlan, RestoreTarget } from '../plan/restore-plan.ts';
import { choosePoint } from '../plan/restore-point.ts';
import { newestOf } from '../plan/copy-rules.ts';
import { allPlaces, samePlace } from '../policy/places.ts';
import type { Place } from '../policy/policy.ts';
import { binnedText } from '../plan/binned.ts';
import { formatInstant } from '../policy/instant.ts';
import type { RunContext } from './context.ts';
import { inPlace } from './elsewhere.ts';
import { ConfigurationError } from './errors.ts';
import { isFailure } from './outcome.ts';
import { formatPlace } from './place.ts';
import { readEach } from './read.ts';
import { reading } from './reading.ts';
import { requestReturns, untilReturned } from './restore-archive.ts';
import { restoreInPlace } from './restore-in-place.ts';
import { restoreInstance, temporaryName } from './restore-instance.ts';
import type { RestoreAction, RestoreReport, RestoreRun } from './restore-outcome.ts';
import { readBinned, readGround, readRestorables } from './restore-read.ts';
import { restoreVolumes } from './restore-volumes.ts';

/**
 * Reads and decides; changes nothing. Everything that stands against it, be it of the point or of the account, is one
 * ConfigurationError; a list that fails is a ReadError.
 */
export async function planRestoreRun(request: RestoreRequest, context: RunContext): Promise<RestoreRun> {
  const restorables = await readRestorables(context, request.source);
  const chosen = choosePoint(restorables, request);
  if (!chosen.ok) throw refusal([...chosen.problems, ...(await elsewhere(request, context, restorables))]);
  const point = chosen.value;
  const ground = await readGround(context, request, { point, restorables, asksKeys: true });
  const now = context.clock.now();
  const planned = planRestore({ point, restorables, request, file: context.file, ground, now });
  if (!planned.ok) throw refusal(planned.problems);
  const plan = planned.value;
  const mark = markOf(plan, request, context);
  const alreadyMade = await findMade(plan, { mark, ground }, context);
  if (alreadyMade === undefined && plan.archived.length === 0) {
    const obstacle = await askEc2(plan, context);
    if (obstacle !== undefined) throw refusal([`EC2 would not do it: ${obstacle}`]);
  }
  return { plan, mark, ...(alreadyMade !== undefined && { alreadyMade }) };
}

function refusal(problems: readonly string[]): ConfigurationError {
  const list =
    problems.length === 1 ? ` ${problems[0] ?? ''}` : problems.map((text) => `\n  - ${text}`).join('');
  return new ConfigurationError(`nothing was started:${list}`);
}

/** Where the point may be, when it is not here. */
async function elsewhere(
  { source, point }: RestoreRequest,
  context: RunContext,
  { points }: Restorables,
): Promise<string[]> {
  const bin = await reading(readBinned(context, source));
  const binned = 'value' in bin ? bin.value : [];
  const named = binned.filter(({ id }) => point === undefined || id === point);
  const hints = (named.length > 0 ? named : binned)
    .slice(0, 10)
    .map((entry) => binnedText(entry, context.place.region));
  if (!('value' in bin)) hints.push(`the Recycle Bin, where it may be, could not be read: ${bin.problem}`);
  const isHere = points.some(
    ({ id, snapshotIds }) => point === undefined || id === point || snapshotIds.includes(point),
  );
  if (isHere) return hints;
  const home = (await context.elsewhere?.home()) ?? context.place;
  const others = allPlaces(context.file, home).filter((place) => !samePlace(place, context.place));
  if (others.length === 0) return hints;
  const found = await Promise.all(
    others.map((place) => lookIn(place, { source, ...(point !== undefined && { point }) }, context)),
  );
  return [...hints, ...found];
}

/** What another place has of a source, or that it could not be looked at. */
async function lookIn(
  place: Place,
  { source, point }: Pick<RestoreRequest, 'source' | 'point'>,
  context: RunContext,
): Promise<string> {
  const there = formatPlace(place);
  const read = await reading(inPlace(place, context).then((one) => readRestorables(one, source)));
  if (!('value' in read)) return `${there} could not be looked at: ${read.problem}`;
  const good = read.value.points.filter(({ state }) => state === 'good');
  const named = good.find(({ id, snapshotIds }) => id === point || snapshotIds.includes(point ?? ''));
  const newest = named ?? newestOf(good);
  if (!newest) return `${there} has no good point of ${source}`;
  return `${there} has ${newest.id} of slot ${formatInstant(newest.slot)}: restore it there, with --region ${place.region} and credentials of that account`;
}

/** The same of the deployment, point and choices is the same restore, whenever it runs. */
function markOf({ point, target }: RestorePlan, { again = '' }: RestoreRequest, context: RunContext): string {
  const { account, region } = context.place;
  const parts = [context.file.deployment, account, region, point.id, choicesOf(target), again];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Without what a restore in place changes itself. */
function choicesOf(target: RestoreTarget): object {
  if (target.as !== 'in-place') return target;
  const { rootVolume, after, ...choices } = target;
  return choices;
}

interface Trace {
  readonly mark: string;
  readonly ground: Ground;
}

/** What the same command made before: to be gone on with, not to be made again. */
async function findMade(
  { target }: RestorePlan,
  { mark, ground }: Trace,
  context: RunContext,
): Promise<string | undefined> {
  if (target.as === 'in-place') return findTask(ground, mark);
  if (target.as === 'volumes') return undefined;
  const filters = [{ name: `tag:${RESTORED.by}`, values: [mark] }];
  const made = await readEach(context, 'restored instances', listInstances(context.clients, filters));
  const isGone = ({ state }: { readonly state: string }): boolean =>
    state === 'terminated' || state === 'shutting-down';
  const live = made.find((instance) => !isGone(instance));
  const [gone] = made;
  if (live || !gone) return live?.id;
  throw refusal([
    `the same command made ${gone.id}, which is ${gone.state}; EC2 answers with that for a day: --again WORD makes another one`,
  ]);
}

function findTask({ rootTasks, original }: Ground, mark: string): string | undefined {
  const newest = newestTask(rootTasks);
  if (!newest) return undefined;
  const isSame = newest.tags.get(RESTORED.by) === mark;
  if (isSame && !newest.state.startsWith('fail')) return newest.id;
  if (!isRunningTask(newest)) return undefined;
  throw refusal([`${newest.id} is replacing the root volume of ${original?.id ?? ''} now: wait for it`]);
}

function askEc2({ target, point }: RestorePlan, { clients, file }: RunContext): Promise<string | undefined> {
  const dryRun = true;
  if (target.as === 'in-place') return obstacleOf(replaceRootVolume(clients, target, { dryRun }));
  if (target.as === 'volumes') {
    const [first] = target.volumes;
    if (!first) return Promise.resolve(undefined);
    return obstacleOf(createVolume(clients, { ...first, zone: target.zone, tags: target.tags }, { dryRun }));
  }
  const { image, launch } = target;
  if ('id' in image) return obstacleOf(runInstance(clients, { ...launch, image: image.id }, { dryRun }));
  const name = temporaryName(file.deployment, point.id);
  return obstacleOf(registerImage(clients, { ...image, name, tags: [], dryRun }));
}

/** Carries a plan out. With `wait`, archived snapshots are waited for; without, asking for them is all. */
export async function applyRestore(
  run: RestoreRun,
  context: RunContext,
  { wait }: { readonly wait: boolean },
): Promise<RestoreReport> {
  const { plan } = run;
  if (plan.archived.length === 0) return applyTarget(run, context);
  const requested = await requestReturns(plan, context);
  const stops = requested.some(isFailure)
    ? 'its snapshots could not be asked back from the archive'
    : wait
      ? await untilReturned(plan, context)
      : 'its snapshots are on their way back from the archive, which takes up to 72 hours: run the same command again then';
  if (stops === undefined) {
    const report = await applyTarget(run, context);
    return { ...report, outcomes: [...requested, ...report.outcomes] };
  }
  const left = {
    action: ACTION[plan.target.as],
    id: plan.point.id,
    status: 'not-attempted',
    error: stops,
  } as const;
  return { outcomes: [...requested, left], volumes: [] };
}

const ACTION: Readonly<Record<RestoreTarget['as'], RestoreAction>> = {
  instance: 'run-instance',
  volumes: 'create-volume',
  'in-place': 'replace-root-volume',
};

function applyTarget(run: RestoreRun, context: RunContext): Promise<RestoreReport> {
  const { target } = run.plan;
  switch (target.as) {
    case 'instance':
      return restoreInstance(target, run, context);
    case 'volumes':
      return restoreVolumes(target, run, context);
    case 'in-place':
      return restoreInPlace(target, run, context);
  }
}
