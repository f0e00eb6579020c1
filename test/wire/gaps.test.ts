/** An account that does not answer who uses what: nothing is deleted then. And one that does not tell of agents. */

import { expect, test } from 'vitest';
import { everything } from './account.ts';
import { onMoto } from './backends.ts';
import { motoAccount } from './moto-account.ts';
import { COMMAND, Rehearsed, remains, results } from './rehearsals.ts';
import { backupSlots, lastHours, prune } from './steps.ts';

onMoto(
  'on moto without DescribeImageReferences',
  (server) => {
    test('[H6] keeps every AMI, says why, and ends with 3', async () => {
      const account = await motoAccount(server());
      await account.launch({ tags: { Backup: 'images' } });
      const made = await backupSlots(account, 'images', lastHours(account, 4));
      const before = await everything(account);
      const { code, answer } = await prune(account);
      expect([code, answer.counts]).toMatchObject([3, { done: 0, failed: 0, 'not-attempted': 2 }]);
      expect(answer.outcomes.map(({ id }) => id)).toEqual(made.slice(0, 2));
      expect(answer.outcomes[0]?.error).toMatch(/^whether it is in use could not be checked: /);
      expect(answer.outcomes[0]?.error).toContain('DescribeImageReferences');
      expect(await everything(account)).toEqual(before);
    });

    test('[H6] goes on pruning snapshots, which no such call could tell of', async () => {
      const account = await motoAccount(server());
      await account.createVolume({ Backup: 'disks' });
      const [oldest] = await backupSlots(account, 'disks', lastHours(account, 2));
      const { code, answer } = await prune(account);
      expect([code, answer.outcomes.map(({ id }) => id)]).toEqual([0, [oldest]]);
    });
  },
  ['describe_image_references'],
);

onMoto(
  'on moto without DescribeLockedSnapshots and the Recycle Bin, as it is',
  (server) => {
    test('[H28] keeps what may be locked', async () => {
      const account = await motoAccount(server());
      await account.createVolume({ Backup: 'disks' });
      await backupSlots(account, 'disks', lastHours(account, 2));
      const before = await everything(account);
      const { code, answer } = await prune(account);
      expect([code, answer.counts]).toMatchObject([3, { done: 0, failed: 0, 'not-attempted': 1 }]);
      expect(answer.outcomes[0]?.error).toMatch(/DescribeLockedSnapshots.*ListImagesInRecycleBin/);
      expect(await everything(account)).toEqual(before);
    });
  },
  ['describe_locked_snapshots', 'list_images_in_recycle_bin', 'list_snapshots_in_recycle_bin'],
);

onMoto(
  'on moto without DescribeInstanceInformation',
  (server) => {
    test('what cannot ask for the agent has failed when its time is over, and is taken away', async () => {
      const account = await motoAccount(server());
      await account.openToAgents();
      const rehearsed = await Rehearsed.of(account, 'images', COMMAND);
      const before = await remains(account);
      for (let round = 0; round < 2; round += 1) expect((await rehearsed.round()).isLeft).toBe(true);
      await rehearsed.context.clock.sleep(50 * 60_000);
      const { said } = await rehearsed.toTheEnd();
      expect(said).toEqual([expect.stringMatching(/^failed: its agent could not be looked at by /)]);
      expect(await rehearsed.commands()).toBe(0);
      expect(await results(account)).toEqual([expect.stringMatching(/^AMI failed: /)]);
      expect(await remains(account)).toEqual(before);
    });
  },
  ['describe_instance_information'],
);
