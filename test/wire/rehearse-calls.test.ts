/** The calls by which rehearsals change an account, and how their answers are read, one by one on both accounts. */

import { CreateImageCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { Clients } from '../../src/lib/aws/clients.ts';
import {
  allowEgress,
  createGroup,
  deleteGroup,
  launchRehearsal,
  revokeEgress,
  sendCommand,
  tagPoint,
  terminateInstance,
  type RehearsalOrder,
} from '../../src/lib/aws/mutate-rehearse.ts';
import { readChecks, readSubnet } from '../../src/lib/aws/read-ground.ts';
import {
  findCommand,
  listEndpoints,
  listGroups,
  readAgent,
  readInvocation,
  readPrefixList,
  type Group,
} from '../../src/lib/aws/read-rehearsals.ts';
import type { EgressRule } from '../../src/lib/plan/rehearse-egress.ts';
import { ACCOUNT, images, instance, REGION, snapshots, tagsOf, type Account } from './account.ts';
import { onEachBackend } from './backends.ts';
import { POLICIES } from './steps.ts';

const TAGS = [{ key: 'kind', value: 'rehearsal' }];
const ANYWHERE: EgressRule = { protocol: '-1', destination: '0.0.0.0/0' };
const PROFILE = `arn:aws:iam::${ACCOUNT}:instance-profile/ec2-backup/wire/wire-${REGION}-rehearsal`;
/** No instance and no group of either account has it. */
const NOBODY = '0123456789abcdef0';

interface World {
  readonly account: Account;
  readonly clients: Clients;
  readonly subnet: string;
  readonly vpc: string;
  readonly group: string;
}

/** A machine in a subnet, and a group of the VPC of that. */
async function world(account: Account): Promise<World> {
  const { clients } = account.context(POLICIES);
  const { id } = await account.launch({ tags: {} });
  const subnet = (await instance(account, id)).SubnetId ?? '';
  const vpc = (await readSubnet(clients, subnet))?.vpc ?? '';
  const group = await createGroup(clients, { name: 'wire-rehearsal', vpc, tags: TAGS });
  return { account, clients, subnet, vpc, group };
}

/** An order for the AMI of two volumes of a machine. */
async function order(
  { account, subnet, group }: World,
  more: Partial<RehearsalOrder> = {},
): Promise<RehearsalOrder> {
  const { id: InstanceId } = await account.launch({ tags: {} });
  const { ImageId = '' } = await account.ec2.send(
    new CreateImageCommand({ InstanceId, Name: 'wire/db', NoReboot: true }),
  );
  await account.settle();
  const devices = ['/dev/sda1', '/dev/sdf'];
  return { image: ImageId, type: 't3.micro', subnet, group, devices, tags: TAGS, token: 'one', ...more };
}

/** Every group with the mark, or under other names. */
async function groupsOf(clients: Clients, name = 'wire-rehearsal*'): Promise<Group[]> {
  const filters = [
    { name: 'tag-key', values: ['kind'] },
    { name: 'group-name', values: [name] },
  ];
  return all(listGroups(clients, filters));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}

onEachBackend((open) => {
  describe('a security group', () => {
    test('is made once by its name, with its tags, and everything may go out of it', async () => {
      const { clients, group, vpc } = await world(await open());
      const [made, second] = await groupsOf(clients);
      expect(made).toEqual({ id: group, egress: [ANYWHERE], tags: new Map([['kind', 'rehearsal']]) });
      expect(second).toBeUndefined();
      expect(await groupsOf(clients, 'wire-else*')).toEqual([]);
      const again = createGroup(clients, { name: 'wire-rehearsal', vpc, tags: TAGS });
      expect(await codeOf(again)).toBe('InvalidGroup.Duplicate');
      expect(await groupsOf(clients)).toHaveLength(1);
    });

    test('has of its rules what was not revoked and what was allowed, each read as it was written', async () => {
      const here = await world(await open());
      const { account, clients, group, vpc } = here;
      const endpoints = await account.openToAgents();
      const list = (await readPrefixList(clients, `com.amazonaws.${REGION}.s3`)) ?? '';
      await revokeEgress(clients, group, [ANYWHERE]);
      expect((await groupsOf(clients))[0]?.egress).toEqual([]);
      expect(await codeOf(revokeEgress(clients, group, [ANYWHERE]))).toBe('InvalidPermission.NotFound');
      const https = { protocol: 'tcp', from: 443, to: 443 };
      const wanted = [endpoints, list, '10.0.0.0/8', 'fd00::/8'].map((destination) => ({
        ...https,
        destination,
      }));
      for (const rule of wanted) await allowEgress(clients, group, [rule]);
      const { egress = [] } = (await groupsOf(clients))[0] ?? {};
      expect([...egress].sort(byDestination)).toEqual([...wanted].sort(byDestination));
      for (const rule of wanted)
        expect(await codeOf(allowEgress(clients, group, [rule]))).toBe('InvalidPermission.Duplicate');
      const services = (await all(listEndpoints(clients, vpc))).map(({ service, type, groups }) => [
        service.split('.').at(-1),
        type,
        ...groups,
      ]);
      expect(services.sort()).toEqual([
        ['s3', 'Gateway'],
        ['ssm', 'Interface', endpoints],
        ['ssmmessages', 'Interface', endpoints],
      ]);
    });

    test('is deleted once, and not while a machine is in it', async () => {
      const here = await world(await open());
      const { account, clients, group } = here;
      const machine = await launchRehearsal(clients, await order(here));
      expect(await codeOf(deleteGroup(clients, group))).toBe('DependencyViolation');
      await account.settle();
      await terminateInstance(clients, machine);
      await account.settle();
      await deleteGroup(clients, group);
      expect(await groupsOf(clients)).toEqual([]);
      expect(await codeOf(deleteGroup(clients, group))).toBe('InvalidGroup.NotFound');
      for (const change of [revokeEgress, allowEgress])
        expect(await codeOf(change(clients, group, [ANYWHERE]))).toBe('InvalidGroup.NotFound');
    });
  });

  describe('a machine', () => {
    test('is launched once a token, of the snapshots of its AMI, with tags on all of it', async () => {
      const here = await world(await open());
      const { account, clients, group, subnet } = here;
      const asked = await order(here);
      const id = await launchRehearsal(clients, asked);
      expect(await launchRehearsal(clients, asked)).toBe(id);
      expect(await codeOf(launchRehearsal(clients, { ...asked, type: 't3.small' }))).toBe(
        'IdempotentParameterMismatch',
      );
      const other = await launchRehearsal(clients, { ...asked, token: 'two' });
      expect(other).not.toBe(id);
      await account.settle();
      const made = await instance(account, id);
      expect(made).toMatchObject({ ImageId: asked.image, InstanceType: 't3.micro', SubnetId: subnet });
      expect([tagsOf(made), made.SecurityGroups?.map(({ GroupId }) => GroupId)]).toEqual([
        { kind: 'rehearsal' },
        [group],
      ]);
      const VolumeIds = (made.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []);
      const volumes = await Promise.all(VolumeIds.map((volume) => volumeOf(account, volume)));
      const [image] = await images(account);
      const mapped = image?.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId);
      expect(volumes.map(({ SnapshotId }) => SnapshotId)).toEqual(mapped);
      expect(volumes.map(({ Size }) => Size)).toEqual([8, 20]);
      for (const volume of volumes) expect(tagsOf(volume)).toEqual({ kind: 'rehearsal' });
      expect(await readChecks(clients, id)).toBe('ok');
    });

    test('is terminated with its volumes; one that never was is not found', async () => {
      const here = await world(await open());
      const { account, clients } = here;
      const id = await launchRehearsal(clients, await order(here));
      await account.settle();
      const { BlockDeviceMappings = [] } = await instance(account, id);
      await terminateInstance(clients, id);
      await terminateInstance(clients, id);
      await account.settle();
      expect((await instance(account, id)).State?.Name).toBe('terminated');
      expect(BlockDeviceMappings).toHaveLength(2);
      for (const { Ebs } of BlockDeviceMappings)
        expect(await codeOf(volumeOf(account, Ebs?.VolumeId ?? ''))).toBe('InvalidVolume.NotFound');
      expect(await codeOf(terminateInstance(clients, `i-${NOBODY}`))).toBe('InvalidInstanceID.NotFound');
      expect(await readChecks(clients, id)).toBeUndefined();
    });

    test('answers a command that is known again by its comment; without an agent nothing is heard of it', async () => {
      const here = await world(await open());
      const { account, clients } = here;
      await account.openToAgents();
      const asked = await order(here);
      const mute = await launchRehearsal(clients, asked);
      const id = await launchRehearsal(clients, { ...asked, profile: PROFILE, token: 'two' });
      await account.settle();
      expect([await readAgent(clients, mute), await readAgent(clients, id)]).toEqual([undefined, 'Linux']);
      const [document, comment] = ['AWS-RunShellScript', 'rehearsal images/2026-11-22T03:00:00Z'];
      expect(await findCommand(clients, id, comment)).toBeUndefined();
      const text = 'systemctl is-active postgresql';
      const command = await sendCommand(clients, { instance: id, document, text, comment, runsFor: 600 });
      await account.settle();
      expect(await findCommand(clients, id, comment)).toBe(command);
      expect(await findCommand(clients, id, 'rehearsal images/2026-11-22T04:00:00Z')).toBeUndefined();
      expect(await findCommand(clients, mute, comment)).toBeUndefined();
      expect(await readInvocation(clients, { command, instance: id })).toMatchObject({
        status: 'Success',
        exitCode: 0,
      });
      // Of a command that was not sent to it there is no invocation, which is no error here.
      expect(await readInvocation(clients, { command, instance: mute })).toBeUndefined();
    });
  });

  test('the result is put on all parts of a point, or on none where one is gone', async () => {
    const account = await open();
    const { clients } = account.context(POLICIES);
    const kind = { kind: 'part' };
    const ids = [await account.foreignSnapshot(kind), await account.foreignSnapshot(kind)];
    await account.settle();
    const tag = { key: 'ec2-backup:rehearsed', value: 'ok 2026-11-22T03:00:00Z' };
    const gone = tagPoint(clients, [...ids, `snap-${NOBODY}`], tag);
    expect(await codeOf(gone)).toBe('InvalidSnapshot.NotFound');
    expect((await snapshots(account)).map(tagsOf)).toEqual([kind, kind]);
    await tagPoint(clients, ids, tag);
    await account.settle();
    expect((await snapshots(account)).map(tagsOf)).toEqual(Array(2).fill({ ...kind, [tag.key]: tag.value }));
  });
});

function byDestination(a: EgressRule, b: EgressRule): number {
  return a.destination < b.destination ? -1 : 1;
}

async function volumeOf({ ec2 }: Account, id: string) {
  const { Volumes = [], NextToken } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  // The first page may be empty.
  const next = NextToken && (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id], NextToken })));
  const [volume] = [...Volumes, ...(next ? (next.Volumes ?? []) : [])];
  if (!volume) throw new Error(`expected volume ${id}, but it is on no page`);
  return volume;
}
