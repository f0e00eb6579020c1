import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { newPlace, START } from './support.ts';

describe('the clock', () => {
  test('advances, is set, and sleeping is advancing', async () => {
    const clock = new SimulatedClock(START);
    clock.advance(10);
    await clock.sleep(20);
    expect(clock.now()).toBe(START + 30);
    clock.set(START + 100);
    expect(clock.now()).toBe(START + 100);
  });

  test('never goes backwards', () => {
    const clock = new SimulatedClock(START);
    expect(() => clock.set(START - 1)).toThrow(/cannot go back/);
    expect(() => clock.advance(-1)).toThrow(/cannot advance by -1 ms/);
    expect(() => new SimulatedClock(NaN)).toThrow(/start is NaN/);
  });
});

describe('sleepers', () => {
  test('sleep side by side: two of 400 ms end after 400 ms, a task of many in the order of its sleeps', async () => {
    const clock = new SimulatedClock(START);
    const seen: string[] = [];
    const task = async (name: string, ...lengths: readonly number[]): Promise<void> => {
      for (const ms of lengths) {
        await clock.sleep(ms);
        seen.push(`${name} ${clock.now() - START}`);
      }
    };
    await Promise.all([task('a', 400, 100), task('b', 400), task('c', 100, 150, 150), task('d', 450)]);
    expect(seen).toEqual(['c 100', 'c 250', 'a 400', 'b 400', 'c 400', 'd 450', 'a 500']);
    expect(clock.now()).toBe(START + 500);
  });

  test('wake when the clock is moved past them, the first time first', async () => {
    const clock = new SimulatedClock(START);
    const seen: number[] = [];
    const sleeps = [300, 100, 200].map((ms) => clock.sleep(ms).then(() => seen.push(ms)));
    clock.advance(1000);
    await Promise.all(sleeps);
    expect(seen).toEqual([100, 200, 300]);
    expect(clock.now()).toBe(START + 1000);
  });

  test('let agents act at their times on the way, and see what those start', async () => {
    const clock = new SimulatedClock(START);
    const seen: string[] = [];
    let left = 2;
    const note = (what: string): void => void seen.push(`${what} ${clock.now() - START}`);
    clock.attach({
      nextAt: () => (left > 0 ? START + 1000 * (3 - left) : Infinity),
      act: () => {
        left -= 1;
        note('agent');
        void clock.sleep(100).then(() => note('its task'));
      },
    });
    await clock.sleep(2500).then(() => note('sleeper'));
    expect(seen).toEqual(['agent 1000', 'its task 1100', 'agent 2000', 'its task 2100', 'sleeper 2500']);
  });

  test('hear of what an agent threw on the way', async () => {
    const clock = new SimulatedClock(START);
    clock.attach({
      nextAt: () => START + 10,
      act: () => {
        throw new Error('misused');
      },
    });
    await expect(clock.sleep(20)).rejects.toThrow('misused');
  });

  test('never make the clock go when nobody sleeps', async () => {
    const clock = new SimulatedClock(START);
    clock.attach({ nextAt: () => START + 10, act: () => expect.unreachable('nobody waits') });
    await new Promise(setImmediate);
    expect(clock.now()).toBe(START);
  });
});

describe('ids', () => {
  test('look like those of EC2', () => {
    const { id, volumeIds } = newPlace().region.runInstance();
    expect(id).toMatch(/^i-0[0-9a-f]{16}$/);
    expect(volumeIds).toEqual([expect.stringMatching(/^vol-0[0-9a-f]{16}$/)]);
  });

  test('are the same in every run, and differ between Regions and accounts', () => {
    const regions = ['ap-northeast-2', 'us-east-1'];
    const idsOf = (account: string): string[] => {
      const simulated = new SimulatedAccount({ clock: new SimulatedClock(START), account, regions });
      return regions.map((name) => simulated.region(name).runInstance().id);
    };
    const first = idsOf('111122223333');
    expect(idsOf('111122223333')).toEqual(first);
    expect(new Set([...first, ...idsOf('444455556666')]).size).toBe(4);
  });
});

describe('the account', () => {
  test('refuses a Region it was not made with', () => {
    expect(() => newPlace().account.region('mars-north-1')).toThrow(/no Region 'mars-north-1'/);
  });

  test('refuses settings that make no sense', () => {
    expect(() => newPlace({ readLag: 5 * 60_000 })).toThrow(/readLag/);
    expect(() => newPlace({ pageSize: 0 })).toThrow(/pageSize/);
    expect(() => newPlace({ latency: -1 })).toThrow(/latency/);
    expect(() => new SimulatedAccount({ clock: new SimulatedClock(START), account: '42' })).toThrow(
      /12 digits/,
    );
  });

  test('says who calls', async () => {
    const identity = await newPlace().region.sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe('111122223333');
    expect(identity.$metadata.httpStatusCode).toBe(200);
  });
});
