/**
 * Whole rehearsals of the library, round by round as the function goes through them, on both accounts. moto's machines run at once
 * and its commands end well at once: what fails, hangs or comes late is in test/scenarios/rehearse.test.ts.
 */

import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { readPrefixList } from '../../src/lib/aws/read-rehearsals.ts';
import { images, REGION, snapshots } from './account.ts';
import { onEachBackend, onMoto } from './backends.ts';
import { motoAccount } from './moto-account.ts';
import { COMMAND, destinationsOf, groups, Rehearsed, remains, results, started } from './rehearsals.ts';

onEachBackend((open) => {
  describe('rehearse', () => {
    test('an AMI is started where nothing comes in or goes out, is found well, and nothing of it stays', async () => {
      const account = await open();
      const rehearsed = await Rehearsed.of(account, 'images');
      const before = await remains(account);
      expect((await rehearsed.round()).isLeft).toBe(true);
      const [machine, second] = await started(account);
      expect(second).toBeUndefined();
      const [group] = await groups(account);
      expect(group?.GroupName).toMatch(/^ec2-backup-wire-rehearsal-images-/);
      expect([group?.IpPermissions ?? [], group?.IpPermissionsEgress ?? []]).toEqual([[], []]);
      const { InstanceType, SubnetId } = rehearsed.source;
      const ImageId = (await images(account))[0]?.ImageId;
      expect(machine).toMatchObject({ ImageId, InstanceType, SubnetId });
      expect(machine?.SecurityGroups?.map(({ GroupId }) => GroupId)).toEqual([group?.GroupId]);
      expect([machine?.KeyName, machine?.PublicIpAddress, machine?.IamInstanceProfile]).toEqual(
        Array(3).fill(undefined),
      );
      // Of each volume of the AMI one, which goes with the instance.
      expect(
        machine?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.DeleteOnTermination]),
      ).toEqual([
        ['/dev/sda1', true],
        ['/dev/sdf', true],
      ]);
      expect(await results(account)).toEqual([]);
      const { said, done } = await rehearsed.toTheEnd();
      expect(said).toEqual(['ok: both status checks passed']);
      expect(done).toEqual(['tag-result done', 'terminate-instance done', 'delete-group done']);
      expect(await results(account)).toEqual(['AMI ok']);
      expect(await remains(account)).toEqual(before);
    });

    test('a machine with a command reaches Systems Manager alone and is sent it once; a set leaves no AMI', async () => {
      const account = await open();
      const endpoints = await account.openToAgents();
      const rehearsed = await Rehearsed.of(account, 'sets', COMMAND);
      const { clients } = rehearsed.context;
      const storage = await readPrefixList(clients, `com.amazonaws.${REGION}.s3`);
      const before = await remains(account);
      // On the simulated account the temporary AMI takes its time, on moto none.
      for (let round = 0; round < 2; round += 1) await rehearsed.round();
      const [group] = await groups(account);
      expect(group?.IpPermissionsEgress?.flatMap(destinationsOf).sort()).toEqual(
        [`tcp 443 ${endpoints}`, `tcp 443 ${storage}`].sort(),
      );
      const [machine] = await started(account);
      expect(machine?.IamInstanceProfile?.Arn).toMatch(
        /:instance-profile\/ec2-backup\/wire\/wire-ap-northeast-2-rehearsal$/,
      );
      const { said, done } = await rehearsed.toTheEnd();
      expect(said).toEqual([expect.stringMatching(/^ok: the command ended with exit code 0: /)]);
      expect(done.filter((step) => !step.startsWith('send-command'))).toEqual([
        'tag-result done',
        'terminate-instance done',
        'deregister-image done',
        'delete-group done',
      ]);
      expect(await rehearsed.commands()).toBe(1);
      expect(await results(account)).toEqual(['snapshot ok', 'snapshot ok']);
      expect(await remains(account)).toEqual(before);
    });

    test.each([
      'CreateSecurityGroup',
      'RevokeSecurityGroupEgress',
      'AuthorizeSecurityGroupEgress',
      'RegisterImage',
      'RunInstances',
      'SendCommand',
      'CreateTags',
      'TerminateInstances',
      'DeregisterImage',
      'DeleteSecurityGroup',
    ])('[H1] one machine and one command, whatever becomes of the answer to %s', async (action) => {
      const account = await open();
      await account.openToAgents();
      const rehearsed = await Rehearsed.of(account, 'sets', COMMAND);
      const before = await remains(account);
      await account.loseAnswer(action);
      const { said } = await rehearsed.toTheEnd();
      expect(said).toEqual([expect.stringMatching(/^ok: /)]);
      expect(await started(account)).toHaveLength(1);
      expect(await rehearsed.commands()).toBe(1);
      expect(await snapshots(account)).toHaveLength(2);
      expect(await remains(account)).toEqual(before);
    });
  });
});

onMoto('rehearse on moto', (server) => {
  test('a machine that somebody has stopped is a failure, told on the point, and is taken away', async () => {
    const account = await motoAccount(server());
    const rehearsed = await Rehearsed.of(account, 'images');
    const before = await remains(account);
    await rehearsed.round();
    const ids = (await started(account)).flatMap(({ InstanceId }) => InstanceId ?? []);
    await account.ec2.send(new StopInstancesCommand({ InstanceIds: ids }));
    const { said } = await rehearsed.toTheEnd();
    expect(said).toEqual([`failed: ${ids.join()} is stopped, expected running`]);
    expect(await results(account)).toEqual([`AMI failed: ${ids.join()} is stopped, expected running`]);
    expect(await remains(account)).toEqual(before);
  });
});
