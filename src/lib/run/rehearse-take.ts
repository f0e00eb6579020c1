/** One step of a rehearsal, and what is known after it. */

import { createHash } from 'node:crypto';
import { dropImage, registerImage } from '../aws/mutate-restore.ts';
import {
  allowEgress,
  createGroup,
  deleteGroup,
  launchRehearsal,
  revokeEgress,
  sendCommand,
  tagPoint,
  terminateInstance,
} from '../aws/mutate-rehearse.ts';
import { readChecks } from '../aws/read-ground.ts';
import { findCommand, readAgent, readInvocation, type Invocation } from '../aws/read-rehearsals.ts';
import { partitionOf } from '../aws/regions.ts';
import { REHEARSAL } from '../plan/marks.ts';
import type { CommandState, Rehearsal, Step } from '../plan/plan-rehearse.ts';
import { rehearsalProfileArn } from '../plan/rehearsal-profile.ts';
import {
  groupPrefix,
  imagePrefix,
  LAUNCH_TOKEN,
  rehearsalKey,
  rehearsalTags,
  rehearsedValue,
  type Verdict,
} from '../plan/rehearsal-marks.ts';
import { formatCompact } from '../policy/instant.ts';
import { isUnderWay } from './command-status.ts';
import type { RunContext } from './context.ts';
import { prepareLaunch, readPoint } from './rehearse-read.ts';
import {
  afterError,
  done,
  egressAfter,
  gone,
  type Acting,
  type Changing,
  type Rehearsing,
  type Taken,
} from './rehearse-taken.ts';
import { resend } from './resend.ts';

/** Never throws for what AWS answers. */
export async function takeStep(step: Acting, now: Rehearsing, context: RunContext): Promise<Taken> {
  try {
    return step.step === 'look' ? await look(step, now, context) : await act(step, now, context);
  } catch (error) {
    return afterError(step, error, { now, context });
  }
}

async function look(
  { at }: Extract<Step, { readonly step: 'look' }>,
  { rehearsal, policy }: Rehearsing,
  context: RunContext,
): Promise<Taken> {
  const { clients } = context;
  const instance = rehearsal.instances.find(({ state }) => state === 'running')?.id ?? '';
  switch (at) {
    case 'point':
      return { known: { isJudged: (await readPoint(rehearsal, context)).isJudged } };
    case 'launch':
      if (!policy?.rehearse) throw new Error('a rehearsal of no policy is not launched');
      return { known: { launch: await prepareLaunch(rehearsal, policy.rehearse, context) } };
    case 'checks':
      return { known: { checks: (await readChecks(clients, instance)) ?? 'not there yet' } };
    case 'agent': {
      const platform = await readAgent(clients, instance);
      return { known: { document: platform === undefined ? 'none' : documentFor(platform) } };
    }
    case 'command': {
      const id = await findCommand(clients, instance, commentOf(rehearsal));
      return { known: { command: id === undefined ? 'none' : await stateOf(id, instance, context) } };
    }
  }
}

function documentFor(platform: string): string {
  return platform === 'Windows' ? 'AWS-RunPowerShellScript' : 'AWS-RunShellScript';
}

function commentOf(rehearsal: Rehearsal): string {
  return `ec2-backup rehearsal ${rehearsalKey(rehearsal)}`;
}

/** Of a command's output so much is told, the end of it. */
const TAIL = 1000;

async function stateOf(command: string, instance: string, { clients }: RunContext): Promise<CommandState> {
  const found = await readInvocation(clients, { command, instance });
  if (!found || isUnderWay(found.status)) return { id: command };
  return { id: command, end: verdictOf(found) };
}

function verdictOf({ status, details, exitCode, output }: Invocation): Verdict {
  const tail = output.trim().slice(-TAIL);
  const said = tail === '' ? 'without output' : tail;
  if (status === 'Success')
    return { isOk: true, what: `the command ended with exit code ${exitCode}: ${said}` };
  const how = status === 'Failed' ? `exit code ${exitCode}` : details || status;
  return { isOk: false, what: `the command ended with ${how}: ${said}` };
}

async function act(step: Changing, now: Rehearsing, context: RunContext): Promise<Taken> {
  const { rehearsal } = now;
  const { clients, clock } = context;
  const send = <T>(work: () => Promise<T>): Promise<T> => resend(context, work);
  switch (step.step) {
    case 'create-group': {
      const name = nameOf(rehearsal, context);
      const tags = rehearsalTags(context.file.deployment, rehearsal);
      const id = await createGroup(clients, { name, vpc: step.launch.vpc, tags });
      return done(step, id, { now, change: { groups: [{ id, egress: [ANYWHERE, ANYWHERE_V6] }] } });
    }
    case 'revoke-egress':
    case 'allow-egress':
      return changeEgress(step, now, context);
    case 'register-image': {
      const tags = rehearsalTags(context.file.deployment, rehearsal);
      const name = imageNameOf(rehearsal, context);
      const id = await registerImage(clients, { ...step.order, name, tags });
      return done(step, id, { now, change: { images: [{ id, state: 'pending' }] } });
    }
    case 'run-instance': {
      const id = await send(() => launchRehearsal(clients, orderOf(step, now, context)));
      return done(step, id, { now, change: { instances: [{ id, state: 'pending' }] } });
    }
    case 'send-command': {
      const { instance, document, text } = step;
      const order = { instance, document, text, comment: commentOf(rehearsal) };
      const runsFor = Math.max(60, Math.ceil((rehearsal.deadline - clock.now()) / 1000));
      const id = await sendCommand(clients, { ...order, runsFor });
      return { ...done(step, id, { now, change: {} }), known: { command: { id } } };
    }
    case 'tag-result':
      return tagResult(step, now, context);
    case 'terminate-instance': {
      await send(() => terminateInstance(clients, step.id));
      const instances = rehearsal.instances.map((one) =>
        one.id === step.id ? { ...one, state: 'shutting-down' } : one,
      );
      return done(step, step.id, { now, change: { instances } });
    }
    case 'deregister-image':
      await send(() => dropImage(clients, step.id));
      return gone(step, 'done', now);
    case 'delete-group':
      await send(() => deleteGroup(clients, step.id));
      return gone(step, 'done', now);
  }
}

/** What a new group has, of IPv6 only where its VPC has that. */
const ANYWHERE = { protocol: '-1', destination: '0.0.0.0/0' };
const ANYWHERE_V6 = { protocol: '-1', destination: '::/0' };

function nameOf({ policy, slot }: Rehearsal, { file }: RunContext): string {
  return `${groupPrefix(file)}${policy}-${formatCompact(slot)}`;
}

function imageNameOf({ policy, slot }: Rehearsal, { file }: RunContext): string {
  return `${imagePrefix(file)}${policy}/${formatCompact(slot)}`;
}

function orderOf(
  { launch, image, group }: Extract<Step, { readonly step: 'run-instance' }>,
  { rehearsal, policy }: Rehearsing,
  { file, place }: RunContext,
) {
  const parts = [file.deployment, place.account, place.region, rehearsalKey(rehearsal), rehearsal.point];
  const profile = rehearsalProfileArn(file.deployment, { ...place, partition: partitionOf(place.region) });
  const { type, subnet, devices } = launch;
  return {
    image,
    type,
    subnet,
    devices,
    group,
    ...(policy?.rehearse?.command !== undefined && { profile }),
    tags: rehearsalTags(file.deployment, rehearsal),
    token: launchToken(parts),
  };
}

/** At most 64 characters. */
function launchToken(parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${LAUNCH_TOKEN}${hash}`.slice(0, 64);
}

async function changeEgress(
  step: Extract<Step, { readonly step: 'revoke-egress' | 'allow-egress' }>,
  now: Rehearsing,
  context: RunContext,
): Promise<Taken> {
  const { group: id, rule } = step;
  const change = step.step === 'revoke-egress' ? revokeEgress : allowEgress;
  await resend(context, () => change(context.clients, id, [rule]));
  return done(step, id, { now, change: { groups: egressAfter(step, now) } });
}

async function tagResult(
  step: Extract<Step, { readonly step: 'tag-result' }>,
  now: Rehearsing,
  context: RunContext,
): Promise<Taken> {
  const { parts } = await readPoint(now.rehearsal, context);
  const tag = { key: REHEARSAL.result, value: rehearsedValue(step.verdict, context.clock.now()) };
  if (parts.length > 0) await resend(context, () => tagPoint(context.clients, parts, tag));
  const status = parts.length > 0 ? 'done' : 'already-done';
  return { ...done(step, now.rehearsal.point, { now, change: {}, status }), known: { isTagged: true } };
}
