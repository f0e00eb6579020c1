import { DescribeLockedSnapshotsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { DAY, HOUR, newPlace, present, START } from './support.ts';

test('a user locks by EC2’s own rules, and no user takes back what is final', async () => {
  const { region, clock } = newPlace();
  const id = region.createForeignSnapshot();
  const { protecting } = region;
  protecting.lock({ SnapshotId: id, LockMode: 'compliance', LockDuration: 30, CoolOffPeriod: 24 });
  const { Snapshots = [] } = await region.ec2.send(new DescribeLockedSnapshotsCommand({}));
  expect(Snapshots).toMatchObject([{ LockState: 'compliance-cooloff' }]);
  protecting.unlock(id);
  expect(region.snapshots()).toMatchObject([{ isLocked: false }]);
  protecting.lock({ SnapshotId: id, LockMode: 'compliance', LockDuration: 30, CoolOffPeriod: 24 });
  clock.advance(DAY);
  expect(() => {
    protecting.unlock(id);
  }).toThrow(/locked in compliance mode/);
  expect(() => {
    protecting.lock({ SnapshotId: id, LockMode: 'governance', LockDuration: 60 });
  }).toThrow(/locked in compliance mode/);
  expect(region.snapshots()).toMatchObject([{ isLocked: true }]);
});

test('a lock that a user set until a date is in force until then', () => {
  const { region, clock } = newPlace();
  const id = region.createForeignSnapshot();
  region.lockSnapshot(id, { mode: 'governance', expiresOn: START + HOUR });
  clock.advance(HOUR - 1);
  expect(region.snapshots()).toMatchObject([{ isLocked: true }]);
  clock.advance(1);
  expect(region.snapshots()).toMatchObject([{ isLocked: false }]);
});

test('a user archives what is disabled only, deprecates, and takes that back', () => {
  const { region, clock } = newPlace();
  const id = region.registerImage({ name: 'a' });
  const snapshot = present(region.snapshots()[0]).id;
  expect(() => {
    region.protecting.archive(snapshot);
  }).toThrow(/not disabled/);
  region.disableImage(id);
  region.protecting.archive(snapshot);
  clock.advance(DAY);
  expect(region.snapshots()).toMatchObject([{ tier: 'archive' }]);
  region.protecting.deprecate(id, START + 7 * DAY);
  expect(region.images()).toMatchObject([{ state: 'disabled', deprecatedAt: START + 7 * DAY }]);
  region.protecting.deprecate(id, undefined);
  expect(region.images()).toMatchObject([{ deprecatedAt: undefined }]);
});

test('the calls of a user are none of the program’s', () => {
  const { region } = newPlace();
  region.protecting.lock({
    SnapshotId: region.createForeignSnapshot(),
    LockMode: 'governance',
    LockDuration: 1,
  });
  expect(region.calls).toEqual([]);
});
