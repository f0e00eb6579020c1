/** A new instance: a temporary AMI where there is none, the launch, the AMI away again, the status checks. */

import { describeError, errorCode } from '../aws/errors.ts';
import { dropImage, registerImage, runInstance } from '../aws/mutate-restore.ts';
import { listImages } from '../aws/read-images.ts';
import { RESTORED } from '../plan/marks.ts';
import type { ImageOrder, InstanceTarget, RestorePlan } from '../plan/restore-plan.ts';
import type { Tag } from '../plan/restore-sheet.ts';
import type { RunContext } from './context.ts';
import { poll } from './poll.ts';
import { resend } from './resend.ts';
import { untilChecked, untilStarted } from './restore-follow.ts';
import { failedStep, type RestoreOutcome, type RestoreReport, type RestoreRun } from './restore-outcome.ts';

export async function restoreInstance(
  target: InstanceTarget,
  run: RestoreRun,
  context: RunContext,
): Promise<RestoreReport> {
  const launched = await launch(target, run, context);
  const outcomes: RestoreOutcome[] = [...launched.outcomes];
  const { instance: id } = launched;
  const ended = id === undefined ? undefined : await untilStarted(id, context);
  // By now EC2 has read the AMI, or nothing was launched of it.
  if ('volumes' in target.image) outcomes.push(...(await dropTemporary(run.mark, launched.image, context)));
  if (id === undefined) return { outcomes, volumes: [] };
  const { outcome, instance } = ended ?? (await untilChecked(id, context));
  outcomes.push(outcome);
  return { outcomes, volumes: [], ...(instance && { instance }) };
}

interface Launched {
  readonly outcomes: readonly RestoreOutcome[];
  readonly instance?: string;
  /** A temporary AMI that this run made or found. */
  readonly image?: string;
}

async function launch(target: InstanceTarget, run: RestoreRun, context: RunContext): Promise<Launched> {
  const { mark, plan, alreadyMade } = run;
  if (alreadyMade !== undefined)
    return {
      outcomes: [{ action: 'run-instance', id: alreadyMade, status: 'already-done' }],
      instance: alreadyMade,
    };
  const registered = 'id' in target.image ? undefined : await temporaryImage(target.image, run, context);
  if (registered?.outcome && registered.outcome.status !== 'done')
    return {
      outcomes: [registered.outcome],
      ...(registered.image !== undefined && { image: registered.image }),
    };
  const image = 'id' in target.image ? target.image.id : (registered?.image ?? '');
  const outcomes = registered ? [registered.outcome] : [];
  const made = registered ? { image } : {};
  const { tags, volumeTags } = target.launch;
  const order = {
    ...target.launch,
    image,
    tags: marked(tags, mark),
    volumeTags: marked(volumeTags, mark),
  };
  try {
    const instance = await resend(context, () => runInstance(context.clients, order, { token: mark }));
    return {
      outcomes: [...outcomes, { action: 'run-instance', id: instance, status: 'done' }],
      instance,
      ...made,
    };
  } catch (error) {
    const failed = failedStep('run-instance', plan.point.id, error);
    const told = errorCode(error) === 'IdempotentParameterMismatch' ? { ...failed, error: MISMATCH } : failed;
    return { outcomes: [...outcomes, told], ...made };
  }
}

const MISMATCH =
  'the same command has launched an instance before, which EC2 does not list yet or no more: run it again in 5 minutes to find it, or with --again WORD to make another one';

/** What a restore makes is found again by its mark. */
export function marked(tags: readonly Tag[], mark: string): Tag[] {
  return [...tags, { key: RESTORED.by, value: mark }];
}

export function temporaryName(deployment: string, mark: string): string {
  return `${deployment}/restore/${mark}`;
}

interface Registered {
  readonly outcome: RestoreOutcome;
  readonly image?: string;
}

const AVAILABLE_WITHIN = 15 * 60_000;

async function temporaryImage(order: ImageOrder, run: RestoreRun, context: RunContext): Promise<Registered> {
  const { plan, mark } = run;
  let image: string;
  try {
    image = await register(order, run, context);
  } catch (error) {
    return { outcome: failedStep('register-image', plan.point.id, error) };
  }
  const waiting = { what: `Waiting for the temporary AMI ${image}`, every: 5000, timeout: AVAILABLE_WITHIN };
  const settled = await poll(context, waiting, async () => {
    const found = await findTemporary(mark, context);
    const state = found.find(({ id }) => id === image)?.state;
    return state === 'pending' ? undefined : state;
  });
  const state = 'value' in settled ? settled.value : settled.problem;
  if (state === 'available')
    return { outcome: { action: 'register-image', id: image, status: 'done' }, image };
  return {
    outcome: { action: 'register-image', id: image, status: 'failed', error: `it is ${state}` },
    image,
  };
}

/** The name is taken when an earlier attempt, whose answer may have been lost, has registered it. */
async function register(order: ImageOrder, { plan, mark }: RestoreRun, context: RunContext): Promise<string> {
  const name = temporaryName(context.file.deployment, mark);
  const tags = marked(temporaryTags(plan), mark);
  try {
    return await resend(context, () => registerImage(context.clients, { ...order, name, tags }));
  } catch (error) {
    if (errorCode(error) !== 'InvalidAMIName.Duplicate') throw error;
    const waiting = { what: `Looking up the AMI ${name}`, every: 15_000, timeout: 5 * 60_000 };
    const found = await poll(context, waiting, async () => (await findTemporary(mark, context))[0]?.id);
    if ('value' in found) return found.value;
    throw new Error(
      `${describeError(error)}: an earlier attempt has just given it back; run the same command again`,
      {
        cause: error,
      },
    );
  }
}

function temporaryTags({ point }: RestorePlan): Tag[] {
  return [
    { key: RESTORED.from, value: point.id },
    { key: 'Name', value: `temporary, of a restore of ${point.source}` },
  ];
}

/** By its name too: a backup of what was restored may carry the machine's tags. */
async function findTemporary(
  mark: string,
  { clients, file }: RunContext,
): Promise<{ id: string; state: string }[]> {
  const found: { id: string; state: string }[] = [];
  const filters = [
    { name: `tag:${RESTORED.by}`, values: [mark] },
    { name: 'name', values: [temporaryName(file.deployment, mark)] },
  ];
  for await (const { id, state } of listImages(clients, filters)) {
    if (state !== 'deregistered') found.push({ id, state });
  }
  return found;
}

/** Also what an attempt that died has left. */
async function dropTemporary(
  mark: string,
  known: string | undefined,
  context: RunContext,
): Promise<RestoreOutcome[]> {
  const ids = new Set(known === undefined ? [] : [known]);
  const outcomes: RestoreOutcome[] = [];
  try {
    for (const { id } of await resend(context, () => findTemporary(mark, context))) ids.add(id);
  } catch (error) {
    outcomes.push(failedStep('deregister-image', temporaryName(context.file.deployment, mark), error));
  }
  for (const id of ids) {
    try {
      await resend(context, () => dropImage(context.clients, id));
      outcomes.push({ action: 'deregister-image', id, status: 'done' });
    } catch (error) {
      const isGone = errorCode(error).startsWith('InvalidAMIID.');
      outcomes.push(
        isGone
          ? { action: 'deregister-image', id, status: 'already-done' }
          : failedStep('deregister-image', id, error),
      );
    }
  }
  return outcomes;
}
