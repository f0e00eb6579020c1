/**
 * The queue of `backup` as the packaged template has it, on moto: a message in, sent on to its place, processed by the
 * packaged function, and one that can never run in the dead-letter queue.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Copy } from '../package/packaged.ts';
import { images, REGION, tagsOf } from './account.ts';
import { onMoto } from './backends.ts';
import { Line } from './line.ts';
import { motoAccount } from './moto-account.ts';
import { lastHours, POLICIES } from './steps.ts';

onMoto('the queue of backup on moto', (server) => {
  const copy = new Copy(POLICIES);
  let bundle = '';

  beforeAll(() => {
    const { code, said } = copy.serverless(['package']);
    if (code !== 0) throw new Error(`serverless package failed: ${said}`);
    bundle = copy.unpack('backup');
  });
  afterAll(() => copy.remove());

  async function processOne(line: Line): Promise<number | null> {
    return (await line.processOne(server(), bundle)).code;
  }

  test('[H1] a message in, sent on to its place, processed; the same message again is dropped', async () => {
    const account = await motoAccount(server());
    const line = await Line.open(server(), copy, 'Backup');
    const { id } = await account.launch({ tags: { Backup: 'images' } });
    const [slot = ''] = lastHours(account, 1);
    const scheduled = JSON.stringify({ job: 'backup', policy: 'images', slot, trigger: 'schedule' });
    await line.send(scheduled, 'fan-out/images');
    await line.send(scheduled, 'fan-out/images');
    expect(await line.waiting()).toBe(1);

    expect(await processOne(line)).toBe(0);
    expect(await images(account)).toEqual([]);
    expect(await line.waiting()).toBe(1);

    expect(await processOne(line)).toBe(0);
    expect((await images(account)).map(tagsOf)).toMatchObject([
      { 'ec2-backup:source': id, 'ec2-backup:slot': slot, 'ec2-backup:trigger': 'schedule' },
    ]);
    expect(await line.waiting()).toBe(0);
    expect(await line.dead()).toBe(0);
  });

  test('a request that cannot start is delivered three times, then lies in the dead-letter queue', async () => {
    const account = await motoAccount(server());
    const line = await Line.open(server(), copy, 'Backup');
    const [slot] = lastHours(account, 1);
    const place = { account: '999999999999', region: REGION };
    const body = JSON.stringify({ job: 'backup', policy: 'images', slot, place });
    await line.send(body, `${place.account}/${place.region}`);
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      expect(await processOne(line)).not.toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    expect(await line.receiveNone()).toBe(true);
    expect(await line.dead()).toBe(1);
    expect(await images(account)).toEqual([]);
  });
});
