import {
  CreateImageCommand,
  CreateSnapshotsCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import type { SimulatedClients } from '../../src/simulator/clients.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { noFaults, onCommand, onNth, type Fault } from '../../src/simulator/faults.ts';
import { SimulatedProcess } from '../../src/simulator/process.ts';
import { MINUTE, newPlace, outcomeOf, present, SECOND, START, type TestPlace } from './support.ts';

function backedUp(fault?: Fault): TestPlace & { create: () => Promise<unknown> } {
  const place = newPlace();
  const { id } = place.region.runInstance();
  if (fault !== undefined) place.region.faults = onCommand('CreateImage', 1, fault);
  const create = (): Promise<unknown> =>
    place.region.ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'prod/a' }));
  return { ...place, create };
}

const CASES: readonly [title: string, fault: Fault, seen: string, recorded: string, made: number][] = [
  ['throttled', { kind: 'throttle' }, 'RequestLimitExceeded', 'RequestLimitExceeded', 0],
  ['a 503 before acceptance', { kind: 'unavailable', accepted: false }, 'Unavailable', 'Unavailable', 0],
  ['a 503 after acceptance', { kind: 'unavailable', accepted: true }, 'Unavailable', 'ok', 1],
  ['a lost answer', { kind: 'lost-answer' }, 'TimeoutError', 'ok', 1],
  ['a refusal', { kind: 'error', name: 'AuthFailure' }, 'AuthFailure', 'AuthFailure', 0],
  ['the death of the process after it', { kind: 'die', when: 'after' }, 'ProcessDied', 'ok', 1],
];

test.each(CASES)('%s: what the caller sees, what is recorded, what was made', async (_title, ...expected) => {
  const [fault, seen, recorded, made] = expected;
  const { region, create } = backedUp(fault);
  expect(await outcomeOf(create())).toBe(seen);
  expect(region.calls.map(({ outcome, fault: kind }) => [outcome, kind])).toEqual([[recorded, fault.kind]]);
  expect(region.images()).toHaveLength(made);
});

test('503s have that status, and a lost answer has none', async () => {
  for (const fault of [{ kind: 'throttle' }, { kind: 'unavailable', accepted: true }] as const) {
    await expect(backedUp(fault).create()).rejects.toMatchObject({
      $fault: 'server',
      $metadata: { httpStatusCode: 503 },
    });
  }
  const error: unknown = await backedUp({ kind: 'lost-answer' })
    .create()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  expect(error).not.toHaveProperty('$metadata.httpStatusCode');
});

test('a refusal has the message and status it was given', async () => {
  const { create } = backedUp({ kind: 'error', name: 'UnauthorizedOperation', message: 'no', status: 403 });
  await expect(create()).rejects.toMatchObject({ message: 'no', $metadata: { httpStatusCode: 403 } });
});

test('a lost answer hides a refusal, too', async () => {
  const { region, create } = backedUp();
  await create();
  region.faults = onNth(1, { kind: 'lost-answer' });
  expect(await outcomeOf(create())).toBe('TimeoutError');
  expect(region.calls.at(-1)?.outcome).toBe('InvalidAMIName.Duplicate');
});

describe('fails-later', () => {
  const fault: Fault = { kind: 'fails-later', reason: 'no key' };

  test('lets the image fail when it would have been available, its snapshots with it', async () => {
    const { region, clock, create } = backedUp(fault);
    expect(await outcomeOf(create())).toBe('ok');
    expect(region.images()[0]?.state).toBe('pending');
    clock.advance(4 * MINUTE);
    const { Images = [] } = await region.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images).toMatchObject([{ State: 'failed', StateReason: { Message: 'no key' } }]);
    expect(region.snapshots()[0]?.state).toBe('error');
    expect(await outcomeOf(create())).toBe('InvalidAMIName.Duplicate');
  });

  test('lets a whole set end in error', async () => {
    const { region, clock } = newPlace();
    const volumes = ['/dev/xvda', '/dev/sdf'].map((device) => ({ device, sizeGiB: 8 }));
    const { id } = region.runInstance({ volumes });
    region.faults = onNth(1, fault);
    await region.ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: id } }));
    expect(region.snapshots().map(({ state }) => state)).toEqual(['pending', 'pending']);
    clock.advance(3 * MINUTE);
    expect(region.snapshots().map(({ state }) => state)).toEqual(['error', 'error']);
  });

  test('is refused for a call that makes nothing', async () => {
    const { region } = newPlace();
    region.faults = onNth(1, fault);
    await expect(region.ec2.send(new DescribeInstancesCommand({}))).rejects.toThrow(/does not apply/);
  });
});

describe('the death of the process', () => {
  test('before a call: the call never reached the account', async () => {
    const { region, create } = backedUp({ kind: 'die', when: 'before' });
    expect(await outcomeOf(create())).toBe('ProcessDied');
    expect(region.calls).toEqual([]);
    expect(region.images()).toEqual([]);
  });

  test('no later call is sent before it is revived', async () => {
    const { region, create } = backedUp({ kind: 'die', when: 'after' });
    await create().catch(() => undefined);
    const imageId = present(region.images()[0]).id;
    const deregister = new DeregisterImageCommand({ ImageId: imageId });
    expect(await outcomeOf(region.ec2.send(deregister))).toBe('ProcessDied');
    expect(region.images()).toHaveLength(1);
    expect(region.calls).toHaveLength(1);
    region.revive();
    expect(await outcomeOf(region.ec2.send(deregister))).toBe('ok');
    expect(region.images()).toEqual([]);
  });

  test('takes the clients of all Regions with it, and of no other account', async () => {
    const clock = new SimulatedClock(START);
    const regions = ['ap-northeast-2', 'us-east-1'];
    const account = new SimulatedAccount({ clock, regions });
    const other = new SimulatedAccount({ clock, account: '444455556666' });
    account.region('ap-northeast-2').faults = onNth(1, { kind: 'die', when: 'before' });
    const list = (region: TestPlace['region']): Promise<string> =>
      outcomeOf(region.ec2.send(new DescribeInstancesCommand({})));
    expect(await list(account.region('ap-northeast-2'))).toBe('ProcessDied');
    expect(await list(account.region('us-east-1'))).toBe('ProcessDied');
    expect(await list(other.region('ap-northeast-2'))).toBe('ok');
    account.region('us-east-1').revive();
    expect(await list(account.region('ap-northeast-2'))).toBe('ok');
  });

  test('hits every call that was already being prepared', async () => {
    const { region } = newPlace();
    region.faults = onNth(2, { kind: 'die', when: 'before' });
    const list = (): Promise<string> => outcomeOf(region.ec2.send(new DescribeInstancesCommand({})));
    expect(await Promise.all([list(), list(), list()])).toEqual(['ok', 'ProcessDied', 'ProcessDied']);
  });
});

describe('several processes', () => {
  const list = ({ ec2 }: Pick<SimulatedClients, 'ec2'>): Promise<string> =>
    outcomeOf(ec2.send(new DescribeInstancesCommand({})));

  test('die one by one, in all Regions and accounts', async () => {
    const clock = new SimulatedClock(START);
    const home = new SimulatedAccount({ clock }).region('ap-northeast-2');
    const away = new SimulatedAccount({ clock, account: '444455556666' }).region('ap-northeast-2');
    const [first, second] = [new SimulatedProcess(), new SimulatedProcess()];
    first.faults = onNth(2, { kind: 'die', when: 'after' });
    expect(await list(home.clientsOf(first))).toBe('ok');
    expect(await list(away.clientsOf(first))).toBe('ProcessDied');
    expect(first.dead).toBe(true);
    expect(await list(home.clientsOf(first))).toBe('ProcessDied');
    expect(await list(home.clientsOf(second))).toBe('ok');
    expect(await list(home.clients)).toBe('ok');
    expect(away.calls.map(({ fault }) => fault)).toEqual(['die']);
  });

  test('a call that is under way when its process dies has no effect', async () => {
    const { region, clock } = newPlace({ latency: 2 * SECOND });
    const { id } = region.runInstance();
    const [first, second] = [new SimulatedProcess(), new SimulatedProcess()];
    const create = (process: SimulatedProcess, Name: string): Promise<string> =>
      outcomeOf(region.clientsOf(process).ec2.send(new CreateImageCommand({ InstanceId: id, Name })));
    const outcomes = Promise.all([create(first, 'prod/a'), create(second, 'prod/b')]);
    await clock.sleep(SECOND);
    first.dead = true;
    expect(await outcomes).toEqual(['ProcessDied', 'ok']);
    expect(region.images().map(({ name }) => name)).toEqual(['prod/b']);
    expect(clock.now()).toBe(START + 2 * SECOND);
  });

  test('a process has a role of its own', async () => {
    const { region } = newPlace();
    const process = new SimulatedProcess('arn:aws:iam::111122223333:role/ec2-backup-prod-prune');
    const { Arn } = await region.clientsOf(process).sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:sts::111122223333:assumed-role/ec2-backup-prod-prune/simulated');
  });
});

describe('latency', () => {
  test('is waited for side by side, and a call takes effect at its end', async () => {
    const { region, clock } = newPlace({ latency: 2 * SECOND });
    const { id } = region.runInstance();
    const create = (Name: string): Promise<unknown> =>
      region.ec2.send(new CreateImageCommand({ InstanceId: id, Name }));
    const calls = Promise.all(['prod/a', 'prod/b', 'prod/c'].map(create));
    await clock.sleep(SECOND);
    expect(region.images()).toEqual([]);
    await calls;
    expect(clock.now()).toBe(START + 2 * SECOND);
    expect(region.images().map(({ createdAt }) => createdAt - START)).toEqual([2000, 2000, 2000]);
  });
});

describe('plans', () => {
  test('see every call with its number, from 1 since the plan was set', async () => {
    const { region } = newPlace();
    const seen: unknown[] = [];
    const list = (): Promise<unknown> => region.ec2.send(new DescribeInstancesCommand({ MaxResults: 5 }));
    await list();
    region.faults = (call) => {
      seen.push(call);
      return undefined;
    };
    await list();
    await list();
    const input = { MaxResults: 5 };
    expect(seen).toEqual([
      { n: 1, command: 'DescribeInstances', input },
      { n: 2, command: 'DescribeInstances', input },
    ]);
    region.faults = noFaults;
    expect(await outcomeOf(list())).toBe('ok');
    expect(region.calls.map(({ n }) => n)).toEqual([1, 1, 2, 1]);
  });

  test('onCommand counts the calls of its command only', async () => {
    const { region } = newPlace();
    region.faults = onCommand('DescribeImages', 2, { kind: 'throttle' });
    const outcomes: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      outcomes.push(await outcomeOf(region.ec2.send(new DescribeInstancesCommand({}))));
      outcomes.push(await outcomeOf(region.ec2.send(new DescribeImagesCommand({}))));
    }
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'RequestLimitExceeded', 'ok', 'ok']);
  });
});
