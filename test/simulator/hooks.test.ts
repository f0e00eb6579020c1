import {
  DescribeDocumentCommand,
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { DLM_CONTRACT } from '../support/hooking.ts';
import { newPlace, present, type TestPlace } from './support.ts';

const SECOND = 1000;
const ID = '6f9619ff-8b86-d011-b42d-00c04fc964ff';

interface Machine extends TestPlace {
  readonly id: string;
  /** Sends a stage and waits for its end: the detailed status with the exit code. */
  readonly run: (stage: string) => Promise<string>;
}

function machine(): Machine {
  const place = newPlace();
  const { region, clock } = place;
  region.hooks.createDocument({ name: 'freeze', parameters: DLM_CONTRACT });
  const { id } = region.runInstance();
  region.hooks.setAgent(id, 'online');
  const run = async (stage: string): Promise<string> => {
    const { Command: command } = await region.clients.ssm.send(
      order(id, { command: [stage], executionId: [ID] }),
    );
    clock.advance(45 * SECOND);
    const { CommandInvocations: invocations = [] } = await region.clients.ssm.send(
      new ListCommandInvocationsCommand({ CommandId: present(command?.CommandId), Details: true }),
    );
    const [invocation] = invocations;
    return `${invocation?.StatusDetails ?? ''} ${invocation?.CommandPlugins?.[0]?.ResponseCode ?? ''}`;
  };
  return { ...place, id, run };
}

function order(id: string, parameters: Record<string, string[]>, more: object = {}): SendCommandCommand {
  return new SendCommandCommand({
    InstanceIds: [id],
    DocumentName: 'freeze',
    TimeoutSeconds: 30,
    Parameters: parameters,
    ...more,
  });
}

describe('a document that freezes and thaws', () => {
  test('freezes with the pre-script and thaws with the post-script', async () => {
    const { region, id, run } = machine();
    expect(await run('pre-script')).toBe('Success 0');
    expect(region.hooks.frozenSince(id)).toBeDefined();
    expect(await run('post-script')).toBe('Success 0');
    expect(region.hooks.frozenSince(id)).toBeUndefined();
    expect(region.hooks.freezes(id)).toMatchObject([{ by: 'post-script' }]);
  });

  test('says by its exit codes what was expected instead', async () => {
    const { run } = machine();
    expect(await run('post-script')).toBe('Failed 205');
    expect(await run('pre-script')).toBe('Success 0');
    expect(await run('pre-script')).toBe('Failed 204');
    expect(await run('dry-run')).toBe('Success 0');
  });

  test('thaws by itself after 60 s, and tells the post-script once', async () => {
    const { region, clock, id, run } = machine();
    await run('pre-script');
    clock.advance(60 * SECOND);
    expect(region.hooks.freezes(id)).toMatchObject([{ by: 'auto-thaw' }]);
    const [freeze] = region.hooks.freezes(id);
    expect((freeze?.to ?? 0) - (freeze?.from ?? 0)).toBe(60 * SECOND);
    expect(await run('post-script')).toBe('Failed 203');
    expect(await run('post-script')).toBe('Failed 205');
  });

  test('has scripts that fail, on one instance or on all', async () => {
    const { region, id, run } = machine();
    region.hooks.setScripts({ pre: 'fails' });
    expect(await run('pre-script')).toBe('Failed 201');
    expect(region.hooks.frozenSince(id)).toBeUndefined();
    region.hooks.setScripts({ pre: 'works', post: 'fails' }, id);
    await run('pre-script');
    expect(await run('post-script')).toBe('Failed 202');
  });

  test.each([
    { delivery: 'late' as const, status: 'Delivery Timed Out -1' },
    { delivery: 'refused' as const, status: 'Undeliverable -1' },
  ])('may never get there ($delivery)', async ({ delivery, status }) => {
    const { region, id, run } = machine();
    region.hooks.setScripts({ delivery });
    expect(await run('pre-script')).toBe(status);
    expect(region.hooks.frozenSince(id)).toBeUndefined();
  });

  test('has no invocation at first, which is an empty list', async () => {
    const { region, id } = machine();
    const { Command: command } = await region.clients.ssm.send(order(id, {}));
    const list = new ListCommandInvocationsCommand({ CommandId: present(command?.CommandId) });
    expect((await region.clients.ssm.send(list)).CommandInvocations).toEqual([]);
  });
});

describe('SendCommand refuses', () => {
  test.each([
    { title: 'no document', more: { DocumentName: 'thaw' }, name: 'InvalidDocument' },
    { title: 'an unknown parameter', more: { Parameters: { database: ['a'] } }, name: 'InvalidParameters' },
    {
      title: 'a value that is not allowed',
      more: { Parameters: { command: ['freeze'] } },
      name: 'InvalidParameters',
    },
    { title: 'an id that is none', more: { Parameters: { executionId: ['7'] } }, name: 'InvalidParameters' },
    { title: 'a short delivery', more: { TimeoutSeconds: 29 }, name: 'ValidationException' },
  ])('$title', async ({ more, name }) => {
    const { region, id } = machine();
    await expect(region.clients.ssm.send(order(id, {}, more))).rejects.toMatchObject({ name });
  });

  test('an instance that is not online, which the list still names when it was once', async () => {
    const { region, id } = machine();
    const pings = async (): Promise<unknown[]> =>
      (
        await region.clients.ssm.send(new DescribeInstanceInformationCommand({}))
      ).InstanceInformationList?.map(({ PingStatus }) => PingStatus) ?? [];
    expect(await pings()).toEqual(['Online']);
    region.hooks.setAgent(id, 'lost');
    expect(await pings()).toEqual(['ConnectionLost']);
    await expect(region.clients.ssm.send(order(id, {}))).rejects.toMatchObject({ name: 'InvalidInstanceId' });
    region.hooks.setAgent(id, 'unknown');
    expect(await pings()).toEqual([]);
  });
});

test('DescribeDocument says which parameters a document has', async () => {
  const { region } = machine();
  const { Document: document } = await region.clients.ssm.send(
    new DescribeDocumentCommand({ Name: 'freeze' }),
  );
  expect(document).toMatchObject({ DocumentType: 'Command', Status: 'Active' });
  expect(document?.Parameters?.map(({ Name }) => Name)).toEqual(['executionId', 'command']);
  await expect(region.clients.ssm.send(new DescribeDocumentCommand({ Name: 'other' }))).rejects.toMatchObject(
    {
      name: 'InvalidDocument',
    },
  );
});
