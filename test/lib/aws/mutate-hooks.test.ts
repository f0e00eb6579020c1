/** The exact input of the command that tells an instance, and how its end is read. */

import {
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALL_SERVICES, awsClients } from '../../../src/lib/aws/clients.ts';
import { sendHook } from '../../../src/lib/aws/mutate-hooks.ts';
import { listCommandsSince, readHookRun, type SentCommand } from '../../../src/lib/aws/read-agents.ts';

const ssmOnce = new SSMClient({ region: 'us-east-1', maxAttempts: 1 });
const ssmClient = new SSMClient({ region: 'us-east-1' });
const once = mockClient(ssmOnce);
const ssm = mockClient(ssmClient);

beforeEach(() => {
  once.reset();
  ssm.reset();
});

const ORDER = {
  instance: 'i-1',
  document: 'db-freeze',
  stage: 'pre-script' as const,
  executionId: '6f9619ff-8b86-8011-842d-00c04fc964ff',
  delivery: 60,
  parameters: { database: 'orders' },
  comment: 'a backup',
};

test('a stage is sent by the client that never retries, with DLM’s two parameters and the policy’s own', async () => {
  once.on(SendCommandCommand).resolves({ Command: { CommandId: 'c-1' } });
  expect(await sendHook({ ssmOnce }, ORDER)).toBe('c-1');
  expect(once.commandCalls(SendCommandCommand).map(({ args }) => args[0].input)).toEqual([
    {
      InstanceIds: ['i-1'],
      DocumentName: 'db-freeze',
      Comment: 'a backup',
      TimeoutSeconds: 60,
      Parameters: {
        database: ['orders'],
        command: ['pre-script'],
        executionId: ['6f9619ff-8b86-8011-842d-00c04fc964ff'],
      },
    },
  ]);
});

test('the client for commands of the real SDK makes one attempt', async () => {
  const { ssmOnce: real } = awsClients({ region: 'us-east-1' }, ALL_SERVICES);
  expect(await (real as SSMClient).config.maxAttempts()).toBe(1);
});

test('an answer without an id is an error: nobody knows what became of the command', async () => {
  once.on(SendCommandCommand).resolves({});
  await expect(sendHook({ ssmOnce }, ORDER)).rejects.toThrow('CommandId of SendCommand');
});

describe('the end of a command', () => {
  const read = () => readHookRun({ ssm: ssmClient }, { command: 'c-1', instance: 'i-1' });

  test('is not known before there is an invocation', async () => {
    ssm.on(ListCommandInvocationsCommand).resolves({ CommandInvocations: [] });
    expect(await read()).toBeUndefined();
    expect(ssm.commandCalls(ListCommandInvocationsCommand)[0]?.args[0].input).toEqual({
      CommandId: 'c-1',
      InstanceId: 'i-1',
      Details: true,
    });
  });

  test.each([
    { details: 'Success', plugins: [0], run: { status: 'Success' } },
    { details: 'In Progress', plugins: [-1], run: { status: 'InProgress' } },
    { details: 'InProgress', plugins: [], run: { status: 'InProgress' } },
    { details: 'Delivery Timed Out', plugins: [-1], run: { status: 'DeliveryTimedOut' } },
    // Steps for other platforms are skipped, and the first one that failed says why.
    { details: 'Failed', plugins: [0, 201, 1], run: { status: 'Failed', exitCode: 201 } },
  ])('$details of steps with $plugins', async ({ details, plugins, run }) => {
    ssm.on(ListCommandInvocationsCommand).resolves({
      CommandInvocations: [
        { StatusDetails: details, CommandPlugins: plugins.map((ResponseCode) => ({ ResponseCode })) },
      ],
    });
    expect(await read()).toEqual(run);
  });
});

describe('the commands of an instance', () => {
  const sentAt = new Date('2026-11-22T03:00:05Z');

  async function all(): Promise<SentCommand[]> {
    const since = Date.UTC(2026, 10, 22, 2, 55);
    const commands: SentCommand[] = [];
    for await (const command of listCommandsSince({ ssm: ssmClient }, { instance: 'i-1', since }))
      commands.push(command);
    return commands;
  }

  test('are asked for since a time, page after page, and told with their comments', async () => {
    ssm
      .on(ListCommandsCommand)
      .resolvesOnce({ Commands: [], NextToken: 'more' })
      .resolves({
        Commands: [
          { CommandId: 'c-1', Comment: 'mine', StatusDetails: 'In Progress', RequestedDateTime: sentAt },
          { CommandId: 'c-2', Status: 'Success' },
        ],
      });
    expect(await all()).toEqual([
      { id: 'c-1', comment: 'mine', status: 'InProgress', sentAt: sentAt.getTime() },
      { id: 'c-2', comment: '', status: 'Success', sentAt: 0 },
    ]);
    const [first, second] = ssm.commandCalls(ListCommandsCommand).map(({ args }) => args[0].input);
    expect(first).toEqual({
      InstanceId: 'i-1',
      Filters: [{ key: 'InvokedAfter', value: '2026-11-22T02:55:00Z' }],
      MaxResults: 50,
    });
    expect(second).toMatchObject({ NextToken: 'more' });
  });
});

test.each([
  { what: 'a step does not say when it ended', StatusDetails: 'Failed', more: [{}] },
  { what: 'it was timed out', StatusDetails: 'Execution Timed Out', more: [] },
  { what: 'it was cancelled', StatusDetails: 'Cancelled', more: [] },
])('the end of a command is not known where $what', async ({ StatusDetails, more }) => {
  const CommandPlugins = [{ ResponseFinishDateTime: new Date(Date.UTC(2026, 10, 22, 3)) }, ...more];
  ssm.on(ListCommandInvocationsCommand).resolves({ CommandInvocations: [{ StatusDetails, CommandPlugins }] });
  const run = await readHookRun({ ssm: ssmClient }, { command: 'c-1', instance: 'i-1' });
  expect(run).not.toHaveProperty('endedAt');
});

test('the end of a command is when its last step ended', async () => {
  const steps = [4, 9, 7].map((second) => ({
    ResponseFinishDateTime: new Date(Date.UTC(2026, 10, 22, 3, 0, second)),
  }));
  ssm
    .on(ListCommandInvocationsCommand)
    .resolves({ CommandInvocations: [{ StatusDetails: 'Success', CommandPlugins: steps }] });
  const run = await readHookRun({ ssm: ssmClient }, { command: 'c-1', instance: 'i-1' });
  expect(run?.endedAt).toBe(Date.UTC(2026, 10, 22, 3, 0, 9));
});
