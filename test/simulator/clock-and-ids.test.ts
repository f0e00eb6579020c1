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
