/** A whole rehearsal by the packaged function and its queue, on moto: each round sends the next one on. */

import { afterAll, expect, test } from 'vitest';
import { Copy } from '../package/packaged.ts';
import { instance } from './account.ts';
import { onMoto } from './backends.ts';
import { Line } from './line.ts';
import { motoAccount } from './moto-account.ts';
import { COMMAND, rehearsedPolicies, remains, results, started } from './rehearsals.ts';
import { backupSlots, lastHours } from './steps.ts';

/** More than one ever takes here. */
const MOST_ROUNDS = 10;

onMoto('rehearse in its function on moto', (server) => {
  let copy: Copy | undefined;
  afterAll(() => copy?.remove());

  test('[H1] a scheduled message, and round after round until all is well and nothing is left', async () => {
    const account = await motoAccount(server());
    await account.openToAgents();
    const { id } = await account.launch({ tags: { Backup: 'sets' } });
    const [slot = ''] = lastHours(account, 1);
    await backupSlots(account, 'sets', [slot]);
    // The policies are packaged with the function, and the subnet is one that moto has made.
    const { SubnetId = '' } = await instance(account, id);
    copy = new Copy(rehearsedPolicies(SubnetId, COMMAND));
    const { code, said } = copy.serverless(['package']);
    expect([code, code === 0 ? '' : said]).toEqual([0, '']);
    const bundle = copy.unpack('rehearse');
    const line = await Line.open(server(), copy, 'Rehearse');
    const before = await remains(account);

    const scheduled = { job: 'rehearse', policy: 'sets', slot, trigger: 'schedule' };
    await line.send(JSON.stringify(scheduled), 'fan-out/sets');
    const logs: string[] = [];
    for (let round = 0; round < MOST_ROUNDS && (await line.waiting()) > 0; round += 1) {
      const ended = await line.processOne(server(), bundle);
      expect([ended.code, ended.notes]).toEqual([0, '']);
      logs.push(ended.out);
    }
    expect([await line.waiting(), await line.dead()]).toEqual([0, 0]);
    expect(logs.length).toBeGreaterThan(2);
    expect(logs.filter((log) => log.includes('"Rehearsed"'))).toHaveLength(1);
    expect(await started(account)).toHaveLength(1);
    expect(await results(account)).toEqual(['snapshot ok', 'snapshot ok']);
    expect(await remains(account)).toEqual(before);
  });
});
