import type {
  CommandInvocationStatus,
  CommandPlugin,
  ListCommandInvocationsRequest,
  ListCommandInvocationsResult,
} from '@aws-sdk/client-ssm';
import { SECOND } from './clock.ts';
import { guestAt } from './ssm-guests.ts';
import type { CommandRecord } from './ssm-records.ts';
import { instanceState } from './states.ts';
import type { Command, World } from './world.ts';

/** For so long a command has no invocation yet. */
export const DELIVERING = 2 * SECOND;

export function isDelivered(world: World, { sentAt }: CommandRecord): boolean {
  return world.now() >= sentAt + DELIVERING;
}

interface End {
  readonly status: CommandInvocationStatus;
  readonly details: string;
  /** -1 while it runs, and where it never ran. */
  readonly exitCode: number;
}

const EXPIRED: End = { status: 'TimedOut', details: 'Delivery Timed Out', exitCode: -1 };

/** How a command stands on its instance. It ends with the instance, which is then never heard of again. */
export function endOf(world: World, command: CommandRecord): End {
  const now = world.now();
  const { expiresAt = Infinity } = command;
  if (now >= expiresAt && expiresAt < command.endsAt) return EXPIRED;
  if (now >= command.endsAt) return finalOf(world, command);
  const instance = world.store.instances.get(command.instanceId, now);
  if (instance === undefined || instanceState(instance, now) !== 'running') return EXPIRED;
  return command.undelivered === undefined
    ? { status: 'InProgress', details: 'In Progress', exitCode: -1 }
    : { status: 'Pending', details: 'Pending', exitCode: -1 };
}

function finalOf(world: World, command: CommandRecord): End {
  const { undelivered, hook, vss, instanceId } = command;
  if (undelivered !== undefined) {
    const status = undelivered === 'Undeliverable' ? 'Failed' : 'TimedOut';
    return { status, details: undelivered, exitCode: -1 };
  }
  if (vss?.timedOut === true) return { status: 'TimedOut', details: 'Execution Timed Out', exitCode: -1 };
  const runs = world.store.guestRuns.get(instanceId) ?? [];
  const exitCode =
    hook === undefined
      ? (vss?.exitCode ?? command.exitCode)
      : (guestAt(runs, world.now()).exitCodes.get(command.id) ?? command.exitCode);
  const status = exitCode === 0 ? 'Success' : 'Failed';
  return { status, details: status, exitCode };
}

/** One that installs comes first. What is cut short never says when it ended. */
function stepsOf(world: World, command: CommandRecord, { status, details, exitCode }: End): CommandPlugin[] {
  const now = world.now();
  const { installedAt, endsAt } = command;
  const isOver = now >= endsAt && status !== 'TimedOut';
  const last = {
    Name: 'run',
    StatusDetails: details,
    ResponseCode: exitCode,
    ...(isOver && { ResponseFinishDateTime: new Date(endsAt) }),
  };
  if (installedAt === undefined || now < installedAt) return [last];
  const install = {
    Name: 'install',
    StatusDetails: 'Success',
    ResponseCode: 0,
    ResponseFinishDateTime: new Date(installedAt),
  };
  return [install, last];
}

/** Without its command it is an empty list, not an error. */
export const listCommandInvocations: Command<ListCommandInvocationsRequest, ListCommandInvocationsResult> = {
  parameters: { CommandId: true, InstanceId: true, Details: true, MaxResults: true, NextToken: true },
  run(world, input) {
    const page = world.pager.page<CommandRecord>({
      command: 'ListCommandInvocations',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [1, 50],
      find: () =>
        [...world.store.ssmCommands.values()].filter(
          (command) =>
            isDelivered(world, command) &&
            (input.CommandId === undefined || command.id === input.CommandId) &&
            (input.InstanceId === undefined || command.instanceId === input.InstanceId),
        ),
    });
    const token = page.nextToken === undefined ? {} : { NextToken: page.nextToken };
    return {
      CommandInvocations: page.items.map((command) => {
        const { status, details, exitCode } = endOf(world, command);
        return {
          CommandId: command.id,
          InstanceId: command.instanceId,
          Comment: command.comment,
          DocumentName: command.document,
          Status: status,
          StatusDetails: details,
          CommandPlugins:
            input.Details === true ? stepsOf(world, command, { status, details, exitCode }) : [],
        };
      }),
      ...token,
    };
  },
};
