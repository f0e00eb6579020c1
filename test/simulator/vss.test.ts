/** Amazon's documents for VSS, played on a Windows machine of the simulated account. */

import { ListCommandInvocationsCommand, ListCommandsCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { newPlace, present, type TestPlace } from './support.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const VSS = 'AWSEC2-VssInstallAndSnapshot';

interface Machine extends TestPlace {
  readonly id: string;
  /** Sends it and answers the command's id. */
  readonly send: (parameters?: Record<string, string>, document?: string) => Promise<string>;
  readonly statusOf: (command: string) => Promise<string>;
}

function machine(platform: 'Linux' | 'Windows' = 'Windows'): Machine {
  const place = newPlace();
  const { region } = place;
  const { id } = region.runInstance();
  region.hooks.setAgent(id, 'online', platform);
  const send = async (parameters: Record<string, string> = {}, document = VSS): Promise<string> => {
    const { Command: command } = await region.clients.ssm.send(
      new SendCommandCommand({
        InstanceIds: [id],
        DocumentName: document,
        Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
      }),
    );
    return present(command?.CommandId);
  };
  const statusOf = async (command: string): Promise<string> => {
    const { CommandInvocations: [found] = [] } = await region.clients.ssm.send(
      new ListCommandInvocationsCommand({ CommandId: command, Details: true }),
    );
    return `${found?.StatusDetails} ${found?.CommandPlugins?.at(-1)?.ResponseCode}`;
  };
  return { ...place, id, send, statusOf };
}

describe('a document of VSS', () => {
  test('makes a set with the tags that it is given and with its own, and marks it afterwards', async () => {
    const { region, clock, send, statusOf } = machine();
    const command = await send({ tags: 'Key=Name,Value=sql (1);Key=a:b,Value=', description: 'mine' });
    expect(region.snapshots()).toEqual([]);
    clock.advance(MINUTE + 3 * SECOND);
    expect(await statusOf(command)).toBe('In Progress -1');
    const [made] = region.snapshots();
    expect(made?.tags).toMatchObject({ Name: 'sql (1)', 'a:b': '' });
    expect(made?.tags['AwsVssConfig']).toBeDefined();
    expect(made?.tags['AppConsistent']).toBeUndefined();
    clock.advance(15 * SECOND);
    expect(region.snapshots()[0]?.tags).toMatchObject({ AppConsistent: 'True', Device: '/dev/xvda' });
    expect(await statusOf(command)).toBe('Success 0');
  });

  test.each([
    { title: 'a failed freeze', vss: { makes: 'crash' }, marked: ['False'], ends: 'Success 0' },
    { title: 'no mark', vss: { makes: 'crash', marks: 'nothing' }, marked: [undefined], ends: 'Success 0' },
    { title: 'no snapshot', vss: { makes: 'none' }, marked: [], ends: 'Failed 1' },
    { title: 'a failed end', vss: { ends: 'Failed' }, marked: ['True'], ends: 'Failed 1' },
    {
      title: 'a time-out',
      vss: { ends: 'Execution Timed Out' },
      marked: ['True'],
      ends: 'Execution Timed Out -1',
    },
    { title: 'no delivery', vss: { delivery: 'refused' }, marked: [], ends: 'Undeliverable -1' },
  ] as const)('may end with $title', async ({ vss, marked, ends }) => {
    const { region, clock, send, statusOf } = machine();
    region.hooks.setVss(vss);
    const command = await send();
    clock.advance(5 * MINUTE);
    expect(await statusOf(command)).toBe(ends);
    expect(region.snapshots().map(({ tags }) => tags['AppConsistent'])).toEqual(marked);
  });

  test('does nothing on another platform, which is a success', async () => {
    const { region, clock, send, statusOf } = machine('Linux');
    const command = await send();
    clock.advance(5 * MINUTE);
    expect(await statusOf(command)).toBe('Success 0');
    expect(region.snapshots()).toEqual([]);
  });

  test('fails where EC2 refuses the snapshots', async () => {
    const { region, clock, send, statusOf } = machine();
    const [first, second] = [await send(), await send()];
    clock.advance(5 * MINUTE);
    expect(await statusOf(first)).toBe('Success 0');
    // Less than 15 s after the first.
    expect(await statusOf(second)).toBe('Failed 1');
    expect(region.snapshots()).toHaveLength(1);
  });

  test.each([
    { title: 'a comma', tags: 'Key=Name,Value=a,b' },
    { title: 'a letter that is not of ASCII', tags: 'Key=Name,Value=한' },
    { title: 'its own tag', tags: 'Key=AppConsistent,Value=True' },
    { title: 'a key twice', tags: 'Key=a,Value=1;Key=a,Value=2' },
    { title: 'no key', tags: 'Key=,Value=1' },
  ])('refuses $title in tags', async ({ tags }) => {
    await expect(machine().send({ tags })).rejects.toMatchObject({ name: 'InvalidParameters' });
  });

  test('installs a version only where it installs at all', async () => {
    const { send } = machine();
    await send({ VssVersion: '2.5.0' });
    await expect(send({ VssVersion: '2.5.0' }, 'AWSEC2-CreateVssSnapshot')).rejects.toMatchObject({
      name: 'InvalidParameters',
    });
    await expect(send({ CopyOnly: 'yes' })).rejects.toMatchObject({ name: 'InvalidParameters' });
  });

  test('goes by its ARN, which names no account', async () => {
    const { region, send } = machine();
    await send({}, `arn:aws:ssm:${region.name}::document/${VSS}`);
    await expect(send({}, `arn:aws:ssm:${region.name}:444455556666:document/${VSS}`)).rejects.toMatchObject({
      name: 'InvalidDocument',
    });
  });
});

test('ListCommands tells the commands of an instance since a time', async () => {
  const { region, clock, id, send } = machine();
  await send();
  clock.advance(5 * MINUTE);
  const since = new Date(clock.now()).toISOString().replace('.000Z', 'Z');
  clock.advance(SECOND);
  const command = await send();
  const list = new ListCommandsCommand({ InstanceId: id, Filters: [{ key: 'InvokedAfter', value: since }] });
  const { Commands: commands } = await region.clients.ssm.send(list);
  expect(commands?.map(({ CommandId }) => CommandId)).toEqual([command]);
});
