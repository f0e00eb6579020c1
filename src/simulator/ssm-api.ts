import type {
  Command as SsmCommand,
  CommandFilter,
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
import { SimulatedServiceError } from './errors.ts';
import type { InstanceRecord } from './records.ts';
import { isOnline, resultOn } from './ssm-agents.ts';
import { checkDocumentParameters, findDocument, isHook, type DocumentRecord } from './ssm-documents.ts';
import { runHook, type Sent } from './ssm-hooks.ts';
import { DELIVERING, endOf, isDelivered } from './ssm-invocations.ts';
import type { CommandRecord } from './ssm-records.ts';
import { checkVssTags, isVss } from './ssm-vss-document.ts';
import { runVss } from './ssm-vss.ts';
import type { Command, World } from './world.ts';

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
    const document = findDocument(world, DocumentName);
    if (Comment.length > 100)
      throw new SimulatedServiceError('ValidationException', `A comment of ${Comment.length} characters.`);
    checkDocumentParameters(document, Parameters);
    if (isVss(document)) checkVssTags(Parameters['tags']?.[0]);
    if (TimeoutSeconds < 30)
      throw new SimulatedServiceError('ValidationException', `TimeoutSeconds is ${TimeoutSeconds}.`);
    const now = world.now();
    const [id = ''] = ids;
    const instance = ids.length === 1 ? world.store.instances.get(id, now) : undefined;
    if (instance === undefined || !isOnline(world, instance)) {
      const message = `Instances [[${ids.join(', ')}]] not in a valid state for account ${world.account}`;
      throw new SimulatedServiceError('InvalidInstanceId', message);
    }
    const sent = {
      id: world.ids.uuid(),
      instanceId: id,
      document: document.name,
      comment: Comment,
      parameters: Parameters,
      timeout: TimeoutSeconds,
      sentAt: now,
    };
    const command: CommandRecord = {
      ...sent,
      ...(isVss(document) ? runVss(world, instance, sent) : runOther(world, { document, instance, sent })),
    };
    world.store.ssmCommands.set(command.id, command);
    return { Command: render(world, command) };
  },
};

export const listCommands: Command<ListCommandsRequest, ListCommandsResult> = {
  parameters: {
    InstanceId: true,
    Filters: { key: true, value: true },
    MaxResults: true,
    NextToken: true,
  },
  run(world, input) {
    const after = invokedAfter(input.Filters ?? []);
    const page = world.pager.page<CommandRecord>({
      command: 'ListCommands',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [1, 50],
      find: () =>
        [...world.store.ssmCommands.values()].filter(
          ({ instanceId, sentAt }) =>
            (input.InstanceId === undefined || instanceId === input.InstanceId) &&
            sentAt > after &&
            sentAt <= world.readTime(),
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
    if (command?.instanceId !== InstanceId || command === undefined || !isDelivered(world, command))
      throw new SimulatedServiceError('InvocationDoesNotExist', 'UnknownError');
    const { status, details, exitCode } = endOf(world, command);
    const isOver = status !== 'InProgress';
    return {
      CommandId: command.id,
      InstanceId: command.instanceId,
      Comment: command.comment,
      DocumentName: command.document,
      Status: status,
      StatusDetails: details,
      ResponseCode: exitCode,
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
          .filter((instance) => isOnline(world, instance) || instance.ping !== undefined),
    });
    const token = page.nextToken === undefined ? {} : { NextToken: page.nextToken };
    return {
      InstanceInformationList: page.items.map(({ id, ping, agentPlatform }) => ({
        InstanceId: id,
        PingStatus: ping ?? ('Online' as const),
        PlatformType: agentPlatform ?? world.store.agents.platform,
        ResourceType: 'EC2Instance' as const,
      })),
      ...token,
    };
  },
};

/** ms since the epoch. @throws Error for a filter that the simulated account does not know */
function invokedAfter(filters: readonly CommandFilter[]): number {
  let after = -Infinity;
  for (const { key, value } of filters) {
    if (key !== 'InvokedAfter')
      throw new Error(`The simulated account does not know the filter ListCommands '${key}'`);
    if (value === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(value))
      throw new SimulatedServiceError('InvalidFilterKey', `InvokedAfter does not take ${value}.`);
    after = Date.parse(value);
  }
  return after;
}

interface Given {
  readonly document: DocumentRecord;
  readonly instance: InstanceRecord;
  readonly sent: Sent;
}

function runOther(world: World, { document, instance, sent }: Given): Omit<CommandRecord, keyof Sent> {
  return isHook(document) ? runHook(world, sent) : runScript(world, instance);
}

function runScript(
  world: World,
  instance: InstanceRecord,
): Pick<CommandRecord, 'endsAt' | 'exitCode' | 'output'> {
  return { endsAt: world.now() + DELIVERING + world.store.agents.takes, ...resultOn(world, instance) };
}

function render(world: World, command: CommandRecord): SsmCommand {
  // Every status of a delivered invocation is one of the whole command too.
  const status = isDelivered(world, command) ? (endOf(world, command).status as CommandStatus) : 'Pending';
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
