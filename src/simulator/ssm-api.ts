import type {
  Command as SsmCommand,
  CommandInvocationStatus,
  CommandStatus,
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  GetCommandInvocationRequest,
  GetCommandInvocationResult,
  ListCommandsRequest,
  ListCommandsResult,
  SendCommandRequest,
  SendCommandResult,
} from '@aws-sdk/client-ssm';
import { SECOND } from './clock.ts';
import { SimulatedServiceError } from './errors.ts';
import { isOnline, resultOn, type CommandRecord } from './ssm-agents.ts';
import { instanceState } from './states.ts';
import type { Command, World } from './world.ts';

/** For so long a command has no invocation yet. */
const DELIVERING = 2 * SECOND;
const DOCUMENTS: readonly (string | undefined)[] = ['AWS-RunShellScript', 'AWS-RunPowerShellScript'];

/** There is no client token: the same command again is a second one. */
export const sendCommand: Command<SendCommandRequest, SendCommandResult> = {
  parameters: {
    InstanceIds: true,
    DocumentName: true,
    Comment: true,
    Parameters: true,
    TimeoutSeconds: true,
  },
  run(world, { InstanceIds: ids = [], DocumentName, Comment = '', Parameters = {}, TimeoutSeconds = 3600 }) {
    if (DocumentName === undefined || !DOCUMENTS.includes(DocumentName))
      throw new SimulatedServiceError('InvalidDocument', `Document ${DocumentName} does not exist.`);
    if (Comment.length > 100)
      throw new SimulatedServiceError('ValidationException', `A comment of ${Comment.length} characters.`);
    if ((Parameters['commands'] ?? []).length === 0)
      throw new SimulatedServiceError('InvalidParameters', 'The parameter commands is missing.');
    const now = world.now();
    const [id = ''] = ids;
    const instance = ids.length === 1 ? world.store.instances.get(id, now) : undefined;
    if (instance === undefined || !isOnline(world, instance)) {
      const message = `Instances [[${ids.join(', ')}]] not in a valid state for account ${world.account}`;
      throw new SimulatedServiceError('InvalidInstanceId', message);
    }
    const command: CommandRecord = {
      id: world.ids.uuid(),
      instanceId: id,
      document: DocumentName,
      comment: Comment,
      parameters: Parameters,
      timeout: TimeoutSeconds,
      sentAt: now,
      endsAt: now + DELIVERING + world.store.agents.takes,
      ...resultOn(world, instance),
    };
    world.store.ssmCommands.set(command.id, command);
    return { Command: render(world, command) };
  },
};

export const listCommands: Command<ListCommandsRequest, ListCommandsResult> = {
  parameters: { InstanceId: true, MaxResults: true, NextToken: true },
  run(world, input) {
    const page = world.pager.page<CommandRecord>({
      command: 'ListCommands',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [1, 50],
      find: () =>
        [...world.store.ssmCommands.values()].filter(
          ({ instanceId }) => input.InstanceId === undefined || instanceId === input.InstanceId,
        ),
    });
    const token = page.nextToken === undefined ? {} : { NextToken: page.nextToken };
    return { Commands: page.items.map((command) => render(world, command)), ...token };
  },
};

export const getCommandInvocation: Command<GetCommandInvocationRequest, GetCommandInvocationResult> = {
  parameters: { CommandId: true, InstanceId: true },
  run(world, { CommandId = '', InstanceId }) {
    const command = world.store.ssmCommands.get(CommandId);
    const isThere = command?.instanceId === InstanceId && world.now() >= (command?.sentAt ?? 0) + DELIVERING;
    if (command === undefined || !isThere)
      throw new SimulatedServiceError('InvocationDoesNotExist', 'UnknownError');
    const status = statusOf(world, command);
    const isOver = status !== 'InProgress';
    return {
      CommandId: command.id,
      InstanceId: command.instanceId,
      Comment: command.comment,
      DocumentName: command.document,
      Status: status,
      StatusDetails: status,
      ResponseCode: isOver ? command.exitCode : -1,
      StandardOutputContent: isOver ? command.output : '',
      StandardErrorContent: '',
    };
  },
};

export const describeInstanceInformation: Command<
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult
> = {
  parameters: { Filters: { Key: true, Values: true }, MaxResults: true, NextToken: true },
  run(world, input) {
    const wanted = new Set<string>();
    for (const { Key, Values = [] } of input.Filters ?? []) {
      if (Key !== 'InstanceIds')
        throw new Error(
          `The simulated account does not know the filter DescribeInstanceInformation '${Key}'`,
        );
      for (const id of Values) wanted.add(id);
    }
    const now = world.now();
    const page = world.pager.page({
      command: 'DescribeInstanceInformation',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [5, 50],
      find: () =>
        world.store.instances
          .all(now)
          .filter(({ id }) => wanted.size === 0 || wanted.has(id))
          .filter((instance) => isOnline(world, instance)),
    });
    const token = page.nextToken === undefined ? {} : { NextToken: page.nextToken };
    return {
      InstanceInformationList: page.items.map(({ id }) => ({
        InstanceId: id,
        PingStatus: 'Online' as const,
        PlatformType: world.store.agents.platform,
        ResourceType: 'EC2Instance' as const,
      })),
      ...token,
    };
  },
};

/** A command ends with its instance, which is then never heard of again. */
function statusOf(world: World, { endsAt, exitCode, instanceId }: CommandRecord): CommandInvocationStatus {
  const now = world.now();
  if (now >= endsAt) return exitCode === 0 ? 'Success' : 'Failed';
  const instance = world.store.instances.get(instanceId, now);
  return instance !== undefined && instanceState(instance, now) === 'running' ? 'InProgress' : 'TimedOut';
}

function render(world: World, command: CommandRecord): SsmCommand {
  const isDelivered = world.now() >= command.sentAt + DELIVERING;
  // Every status of a delivered invocation is one of the whole command too.
  const status = isDelivered ? (statusOf(world, command) as CommandStatus) : 'Pending';
  return {
    CommandId: command.id,
    DocumentName: command.document,
    Comment: command.comment,
    InstanceIds: [command.instanceId],
    Parameters: command.parameters,
    RequestedDateTime: new Date(command.sentAt),
    Status: status,
    StatusDetails: status,
    TimeoutSeconds: command.timeout,
    TargetCount: 1,
  };
}
