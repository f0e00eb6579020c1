import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeLockedSnapshotsCommand,
  LockSnapshotCommand,
  UnlockSnapshotCommand,
  type LockSnapshotCommandInput,
  type LockedSnapshotsInfo,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import { DAY, HOUR, MINUTE, newPlace, OPAQUE, outcomeOf, present, START, type TestPlace } from './support.ts';

type Lock = Omit<LockSnapshotCommandInput, 'SnapshotId'>;

const WEEK: Lock = { LockMode: 'governance', LockDuration: 7 };
const FINAL: Lock = { LockMode: 'compliance', LockDuration: 7 };
const COOLING: Lock = { ...FINAL, CoolOffPeriod: 24 };

interface Locking extends TestPlace {
  readonly id: string;
  readonly lock: (lock: Lock) => Promise<string>;
  readonly unlock: () => Promise<string>;
  readonly remove: () => Promise<string>;
}

function attempts(place: TestPlace, id: string): Locking {
  const { ec2 } = place.region;
  return {
    ...place,
    id,
    lock: (lock) => outcomeOf(ec2.send(new LockSnapshotCommand({ SnapshotId: id, ...lock }))),
    unlock: () => outcomeOf(ec2.send(new UnlockSnapshotCommand({ SnapshotId: id }))),
    remove: () => outcomeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }))),
  };
}

/** A snapshot that is complete. */
function completed(settings: Partial<SimulatorSettings> = {}): Locking {
  const place = newPlace(settings);
  return attempts(place, place.region.createForeignSnapshot());
}

/** A snapshot that completes after three minutes. */
async function pending(): Promise<Locking> {
  const place = newPlace();
  const [VolumeId] = place.region.runInstance().volumeIds;
  const { SnapshotId } = await place.region.ec2.send(new CreateSnapshotCommand({ VolumeId }));
  return attempts(place, present(SnapshotId));
}

async function listed(region: SimulatedRegion): Promise<LockedSnapshotsInfo | undefined> {
  const { Snapshots = [] } = await region.ec2.send(new DescribeLockedSnapshotsCommand({}));
  expect(Snapshots.length).toBeLessThan(2);
  return Snapshots[0];
}

describe('LockSnapshot', () => {
  test('in governance mode says when it ends, and keeps the snapshot until then', async () => {
    const { region, clock, id, remove } = completed();
    const { $metadata, ...answer } = await region.ec2.send(
      new LockSnapshotCommand({ SnapshotId: id, ...WEEK }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    const lock = {
      SnapshotId: id,
      LockState: 'governance',
      LockDuration: 7,
      CoolOffPeriod: undefined,
      CoolOffPeriodExpiresOn: undefined,
      LockCreatedOn: new Date(START),
      LockDurationStartTime: new Date(START),
      LockExpiresOn: new Date(START + 7 * DAY),
    };
    expect(answer).toEqual(lock);
    expect(await listed(region)).toEqual({ OwnerId: '111122223333', ...lock });
    clock.advance(7 * DAY - 1);
    expect(await remove()).toMatch(OPAQUE);
    clock.advance(1);
    expect((await listed(region))?.LockState).toBe('expired');
    expect(await remove()).toBe('ok');
  });

  test('until a date ends then', async () => {
    const { region, clock, lock, remove } = completed();
    const ExpirationDate = new Date(START + 36 * HOUR);
    expect(await lock({ LockMode: 'governance', ExpirationDate })).toBe('ok');
    expect(await listed(region)).toMatchObject({ LockDuration: 2, LockExpiresOn: ExpirationDate });
    clock.advance(36 * HOUR - 1);
    expect(await remove()).toMatch(OPAQUE);
    clock.advance(1);
    expect(await remove()).toBe('ok');
  });

  test('of a pending snapshot counts its days from when that is complete, and does not say before', async () => {
    const { region, clock, lock, remove } = await pending();
    expect(await lock(WEEK)).toBe('ok');
    const before = await listed(region);
    expect(before).toMatchObject({
      LockState: 'governance',
      LockDuration: 7,
      LockCreatedOn: new Date(START),
    });
    expect(before?.LockExpiresOn).toBeUndefined();
    expect(before?.LockDurationStartTime).toBeUndefined();
    clock.advance(3 * MINUTE);
    expect(await listed(region)).toMatchObject({
      LockDurationStartTime: new Date(START + 3 * MINUTE),
      LockExpiresOn: new Date(START + 3 * MINUTE + 7 * DAY),
    });
    clock.advance(7 * DAY - 1);
    expect(await remove()).toMatch(OPAQUE);
    clock.advance(1);
    expect(await remove()).toBe('ok');
  });

  test('is cancelled when the pending snapshot fails, and refused of one in error', async () => {
    const { region, id, lock, remove } = await pending();
    expect(await lock(FINAL)).toBe('ok');
    region.failSnapshot(id);
    expect(await listed(region)).toBeUndefined();
    expect(await lock(WEEK)).toMatch(OPAQUE);
    expect(await remove()).toBe('ok');
  });

  test('may be of an archived snapshot', async () => {
    const { region, id, lock, remove } = completed();
    region.launching.archiveSnapshot(id);
    expect(await lock(WEEK)).toBe('ok');
    expect(await remove()).toMatch(OPAQUE);
  });

  test('shows in lists after the lag of reads, but is in force at once', async () => {
    const { region, clock, lock, remove } = completed({ readLag: 2 * MINUTE });
    clock.advance(HOUR);
    expect(await lock(WEEK)).toBe('ok');
    expect(await listed(region)).toBeUndefined();
    expect(await remove()).toMatch(OPAQUE);
    clock.advance(2 * MINUTE);
    expect((await listed(region))?.LockState).toBe('governance');
  });

  test('with DryRun locks nothing', async () => {
    const { region, lock } = completed();
    expect(await lock({ ...WEEK, DryRun: true })).toBe('DryRunOperation');
    expect(await listed(region)).toBeUndefined();
  });

  test.each<[title: string, lock: Partial<LockSnapshotCommandInput>, code: string]>([
    ['no mode', { LockDuration: 1 }, 'MissingParameter'],
    ['an unknown mode', { LockMode: 'legal' as 'governance', LockDuration: 1 }, 'InvalidParameterValue'],
    ['no duration', { LockMode: 'governance' }, 'InvalidParameterCombination'],
    ['both durations', { ...WEEK, ExpirationDate: new Date(START + DAY) }, 'InvalidParameterCombination'],
    ['no days', { ...WEEK, LockDuration: 0 }, 'InvalidParameterValue'],
    ['half a day', { ...WEEK, LockDuration: 0.5 }, 'InvalidParameterValue'],
    ['over 36500 days', { ...WEEK, LockDuration: 36_501 }, 'InvalidParameterValue'],
    ['a date now', { LockMode: 'governance', ExpirationDate: new Date(START) }, 'InvalidParameterValue'],
    [
      'a date over 36500 days away',
      { LockMode: 'governance', ExpirationDate: new Date(START + 36_500 * DAY + 1) },
      'InvalidParameterValue',
    ],
    ['an invalid date', { LockMode: 'governance', ExpirationDate: new Date(NaN) }, 'InvalidParameterValue'],
    ['a cooling-off period in governance mode', { ...WEEK, CoolOffPeriod: 1 }, 'InvalidParameterCombination'],
    ['no hours', { ...FINAL, CoolOffPeriod: 0 }, 'InvalidParameterValue'],
    ['over 72 hours', { ...FINAL, CoolOffPeriod: 73 }, 'InvalidParameterValue'],
    ['no snapshot', { ...WEEK, SnapshotId: 'snap-0123456789abcdef0' }, 'InvalidSnapshot.NotFound'],
  ])('is refused with %s', async (_title, given, code) => {
    const { region, id } = completed();
    const input = { SnapshotId: id, ...given } as LockSnapshotCommandInput;
    expect(await outcomeOf(region.ec2.send(new LockSnapshotCommand(input)))).toBe(code);
    expect(await listed(region)).toBeUndefined();
  });

  test('is refused of a snapshot of another account', async () => {
    const place = newPlace();
    const strange = attempts(place, place.region.createForeignSnapshot({ ownerId: '444455556666' }));
    expect(await strange.lock(WEEK)).toBe('AuthFailure');
    expect(await strange.unlock()).toBe('AuthFailure');
  });
});

describe('a lock in compliance mode', () => {
  test('can be taken back while it cools off, and not after', async () => {
    const { region, clock, lock, unlock, remove } = completed();
    expect(await lock(COOLING)).toBe('ok');
    expect(await listed(region)).toMatchObject({
      LockState: 'compliance-cooloff',
      CoolOffPeriod: 24,
      CoolOffPeriodExpiresOn: new Date(START + DAY),
      LockExpiresOn: new Date(START + 7 * DAY),
    });
    expect(await remove()).toMatch(OPAQUE);
    clock.advance(DAY - 1);
    expect(await unlock()).toBe('ok');
    expect(await listed(region)).toBeUndefined();
    expect(await lock(COOLING)).toBe('ok');
    clock.advance(DAY);
    expect((await listed(region))?.LockState).toBe('compliance');
    expect(await unlock()).toMatch(OPAQUE);
    expect(await remove()).toMatch(OPAQUE);
  });

  test('without a cooling-off period is final at once', async () => {
    const { region, lock, unlock } = completed();
    expect(await lock(FINAL)).toBe('ok');
    expect(await unlock()).toMatch(OPAQUE);
    expect((await listed(region))?.LockState).toBe('compliance');
  });

  test('while it cools off can be made shorter, cool off longer, or become one in governance mode', async () => {
    const { region, lock } = completed();
    expect(await lock(COOLING)).toBe('ok');
    expect(await lock({ ...COOLING, LockDuration: 3, CoolOffPeriod: 72 })).toBe('ok');
    expect(await listed(region)).toMatchObject({
      CoolOffPeriodExpiresOn: new Date(START + 3 * DAY),
      LockExpiresOn: new Date(START + 3 * DAY),
    });
    expect(await lock(WEEK)).toBe('ok');
    expect(await listed(region)).toMatchObject({ LockState: 'governance', CoolOffPeriod: undefined });
  });

  test.each<[title: string, lock: Lock]>([
    ['shorter', { ...FINAL, LockDuration: 6 }],
    ['as long as it is', { LockMode: 'compliance', ExpirationDate: new Date(START + 7 * DAY) }],
    ['longer with a cooling-off period', { ...COOLING, LockDuration: 8 }],
    ['longer in governance mode', { ...WEEK, LockDuration: 8 }],
  ])('that is final is not made %s', async (_title, change) => {
    const { region, lock } = completed();
    expect(await lock(FINAL)).toBe('ok');
    expect(await lock(change)).toMatch(OPAQUE);
    expect(await listed(region)).toMatchObject({
      LockState: 'compliance',
      LockExpiresOn: new Date(START + 7 * DAY),
    });
  });

  test('that is final can be made longer, and is a new one once it has expired', async () => {
    const { region, clock, lock } = completed();
    expect(await lock(FINAL)).toBe('ok');
    expect(await lock({ ...FINAL, LockDuration: 8 })).toBe('ok');
    expect((await listed(region))?.LockExpiresOn).toEqual(new Date(START + 8 * DAY));
    clock.advance(8 * DAY);
    expect(await lock({ ...WEEK, LockDuration: 1 })).toBe('ok');
    expect((await listed(region))?.LockExpiresOn).toEqual(new Date(START + 9 * DAY));
  });
});

describe('UnlockSnapshot', () => {
  test('ends a lock in governance mode, once', async () => {
    const { region, lock, unlock, remove } = completed();
    expect(await lock(WEEK)).toBe('ok');
    expect(await unlock()).toBe('ok');
    expect(await listed(region)).toBeUndefined();
    expect(await unlock()).toMatch(OPAQUE);
    expect(await remove()).toBe('ok');
  });

  test('is refused of a lock that has expired', async () => {
    const { clock, lock, unlock } = completed();
    expect(await lock(WEEK)).toBe('ok');
    clock.advance(7 * DAY);
    expect(await unlock()).toMatch(OPAQUE);
  });
});

test.each([
  ['governance', WEEK, 'client-error'],
  ['compliance', FINAL, 'client-error'],
  ['compliance-cooloff', COOLING, 'client-error'],
  ['expired', { LockMode: 'governance', ExpirationDate: new Date(START + 1) } satisfies Lock, 'success'],
])('DeregisterImage with its snapshots answers for one whose lock is %s', async (state, given, code) => {
  const { region, clock, id, lock } = completed();
  const ImageId = region.registerImage({ name: 'a', snapshotIds: [id] });
  expect(await lock(given)).toBe('ok');
  clock.advance(1);
  expect((await listed(region))?.LockState).toBe(state);
  const deregister = new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true });
  const { DeleteSnapshotResults } = await region.ec2.send(deregister);
  expect(DeleteSnapshotResults).toEqual([{ SnapshotId: id, ReturnCode: code }]);
  expect(region.snapshots().map((snapshot) => snapshot.id)).toEqual(code === 'success' ? [] : [id]);
});
