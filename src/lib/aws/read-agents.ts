/** What Systems Manager knows of instances, and how its commands end there. */

import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  type CommandPlugin,
} from '@aws-sdk/client-ssm';
import type { Clients } from './clients.ts';
import { everyPage } from './pages.ts';
import { optional, required } from './shapes.ts';

export interface Agent {
  readonly instance: string;
  /** Online, ConnectionLost or Inactive. */
  readonly ping: string;
  /** Linux, Windows or MacOS. */
  readonly platform?: string;
}

/** A page holds at most 50, and so do we ask. */
const AT_ONCE = 50;

/** The agents of these instances. Those that were never heard of are not among them. */
export async function* listAgents(
  { ssm }: Pick<Clients, 'ssm'>,
  instances: readonly string[],
): AsyncGenerator<Agent> {
  for (let start = 0; start < instances.length; start += AT_ONCE) {
    const ids = instances.slice(start, start + AT_ONCE);
    yield* everyPage(async (token) => {
      const answer = await ssm.send(
        new DescribeInstanceInformationCommand({
          Filters: [{ Key: 'InstanceIds', Values: ids }],
          MaxResults: AT_ONCE,
          ...optional('NextToken', token),
        }),
      );
      const items = (answer.InstanceInformationList ?? []).map(
        ({ InstanceId, PingStatus, PlatformType }) => ({
          instance: required(InstanceId, 'InstanceId of an agent'),
          ping: PingStatus ?? 'unknown',
          ...optional('platform', PlatformType),
        }),
      );
      return { items, nextToken: answer.NextToken };
    });
  }
}

/** How a command stands on its instance. */
export interface HookRun {
  /** Systems Manager's word, without spaces: Pending, InProgress, Delayed, Success, Failed, DeliveryTimedOut, … */
  readonly status: string;
  /** Of the first step that failed. */
  readonly exitCode?: number;
  /** When its last step ended, in ms since the epoch; only where it came to its end by itself, and each step says when. */
  readonly endedAt?: number;
}

/**
 * Undefined for a moment after it was sent. Not by GetCommandInvocation, which of a document with several steps wants the name
 * of one.
 */
export async function readHookRun(
  { ssm }: Pick<Clients, 'ssm'>,
  { command, instance }: { readonly command: string; readonly instance: string },
): Promise<HookRun | undefined> {
  const runs = everyPage(async (token) => {
    const answer = await ssm.send(
      new ListCommandInvocationsCommand({
        CommandId: command,
        InstanceId: instance,
        Details: true,
        ...optional('NextToken', token),
      }),
    );
    return { items: answer.CommandInvocations ?? [], nextToken: answer.NextToken };
  });
  for await (const { Status, StatusDetails, CommandPlugins } of runs) {
    const steps = CommandPlugins ?? [];
    const status = wordOf(StatusDetails ?? Status);
    return {
      status,
      ...optional('exitCode', exitCodeOf(steps)),
      ...(CAME_TO_ITS_END.has(status) && optional('endedAt', endOf(steps))),
    };
  }
  return undefined;
}

function wordOf(status: string | undefined): string {
  return (status ?? 'Pending').replaceAll(' ', '');
}

const CAME_TO_ITS_END: ReadonlySet<string> = new Set(['Success', 'Failed']);

/** A step without one may go on where the others have ended. */
function endOf(steps: readonly CommandPlugin[]): number | undefined {
  const times = steps.flatMap(({ ResponseFinishDateTime }) => ResponseFinishDateTime?.getTime() ?? []);
  return times.length === 0 || times.length < steps.length ? undefined : Math.max(...times);
}

/** A step that was not run, as one for another platform, has none or 0. */
function exitCodeOf(steps: readonly CommandPlugin[]): number | undefined {
  return steps.map(({ ResponseCode }) => ResponseCode ?? 0).find((code) => code > 0);
}

/** A command as it was sent to an instance. */
export interface SentCommand {
  readonly id: string;
  readonly comment: string;
  /** Its name or ARN, as it was sent; absent where the list does not say. */
  readonly document?: string;
  /** As that of a `HookRun`. */
  readonly status: string;
  /** ms since the epoch. */
  readonly sentAt: number;
}

/** The commands that an instance was sent since a time (ms). A list of AWS, which may be behind. */
export function listCommandsSince(
  { ssm }: Pick<Clients, 'ssm'>,
  { instance, since }: { readonly instance: string; readonly since: number },
): AsyncGenerator<SentCommand> {
  const value = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z');
  return everyPage(async (token) => {
    const answer = await ssm.send(
      new ListCommandsCommand({
        InstanceId: instance,
        Filters: [{ key: 'InvokedAfter', value }],
        MaxResults: AT_ONCE,
        ...optional('NextToken', token),
      }),
    );
    const items = (answer.Commands ?? []).map(
      ({ CommandId, Comment, DocumentName, Status, StatusDetails, RequestedDateTime }) => ({
        id: required(CommandId, 'CommandId of a command'),
        comment: Comment ?? '',
        ...optional('document', DocumentName),
        status: wordOf(StatusDetails ?? Status),
        sentAt: RequestedDateTime?.getTime() ?? 0,
      }),
    );
    return { items, nextToken: answer.NextToken };
  });
}
