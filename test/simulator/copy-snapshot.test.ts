import { DeleteSnapshotCommand, DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import { copySnapshot, newCopyPlaces, newSnapshot, type CopyPlaces } from './copying-support.ts';
import { MINUTE, outcomeOf, present } from './support.ts';

async function described({ other }: CopyPlaces, id: string): Promise<Snapshot> {
  const { Snapshots = [] } = await other.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  return present(Snapshots[0]);
}

describe('the copy of a snapshot', () => {
  test('is pending for its duration, with the tags of the call and no word of its volume', async () => {
    const places = newCopyPlaces({ copyDuration: 30 * MINUTE });
    const { id: sourceId } = await newSnapshot(places);
    const Tags = [{ Key: 'kind', Value: 'copy' }];
    const id = await copySnapshot(places.other, sourceId, {
      TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
    });
    expect(await described(places, id)).toMatchObject({
      State: 'pending',
      VolumeId: 'vol-ffffffff',
      VolumeSize: 10,
      Encrypted: false,
      Description: `[Copied ${sourceId} from ap-northeast-2] data`,
      StartTime: new Date(places.clock.now()),
      Tags,
    });
    places.clock.advance(30 * MINUTE - 1);
    expect((await described(places, id)).State).toBe('pending');
    places.clock.advance(1);
    expect((await described(places, id)).State).toBe('completed');
  });

  test('is one a call: there is no token', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    places.other.faults = onCommand('CopySnapshot', 1, { kind: 'unavailable', accepted: true });
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('Unavailable');
    await copySnapshot(places.other, id);
    expect(places.other.snapshots()).toHaveLength(2);
  });

  test('fails as a fault says', async () => {
    const places = newCopyPlaces();
    const { id: sourceId } = await newSnapshot(places);
    places.other.faults = onCommand('CopySnapshot', 1, { kind: 'fails-later', reason: 'Internal error' });
    const id = await copySnapshot(places.other, sourceId);
    expect((await described(places, id)).State).toBe('pending');
    places.clock.advance(10 * MINUTE);
    expect(await described(places, id)).toMatchObject({ State: 'error', StateMessage: 'Internal error' });
  });

  test('fails when its source is deleted under it, and only it', async () => {
    const places = newCopyPlaces();
    const { id: sourceId } = await newSnapshot(places);
    const early = await copySnapshot(places.other, sourceId);
    places.clock.advance(10 * MINUTE);
    const late = await copySnapshot(places.other, sourceId);
    await places.home.ec2.send(new DeleteSnapshotCommand({ SnapshotId: sourceId }));
    expect((await described(places, early)).State).toBe('completed');
    expect(await described(places, late)).toMatchObject({
      State: 'error',
      StateMessage: 'The source snapshot was deleted',
    });
  });
});

describe('is refused, and makes nothing:', () => {
  test.each([
    ['a Region that nobody has', { SourceRegion: 'eu-west-1' }, 'InvalidParameterValue'],
    ['a malformed id', { SourceSnapshotId: 'snapshot-1' }, 'InvalidSnapshotID.Malformed'],
    [
      'a snapshot that is not there',
      { SourceSnapshotId: 'snap-0123456789abcdef0' },
      'InvalidSnapshot.NotFound',
    ],
    ['a key without encryption', { KmsKeyId: 'alias/aws/ebs' }, 'InvalidParameterDependency'],
    ['tags of images', { TagSpecifications: [{ ResourceType: 'image' as const }] }, 'InvalidParameterValue'],
    ['a dry run', { DryRun: true }, 'DryRunOperation'],
  ])('%s', async (_title, input, code) => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    expect(await outcomeOf(copySnapshot(places.other, id, input))).toBe(code);
    expect(places.other.snapshots()).toEqual([]);
  });

  test('a snapshot that is pending, and one in error', async () => {
    const places = newCopyPlaces({ snapshotDuration: 90 * MINUTE });
    const { id } = await newSnapshot(places);
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('IncorrectState');
    places.home.failSnapshot(id);
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('IncorrectState');
  });

  test('one in the archive, with a code that nobody knows', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    places.home.launching.archiveSnapshot(id);
    expect(await outcomeOf(copySnapshot(places.other, id))).toMatch(/^Client\.Opaque\./);
  });

  test('the 21st that is under way to a Region, deleted ones counted', async () => {
    const places = newCopyPlaces();
    const { id } = await newSnapshot(places);
    const copies: string[] = [];
    for (let count = 0; count < 20; count += 1) copies.push(await copySnapshot(places.other, id));
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('ResourceLimitExceeded');
    places.other.deleteSnapshotByHand(present(copies[0]));
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('ResourceLimitExceeded');
    expect(await outcomeOf(copySnapshot(places.home, id))).toBe('ok');
    places.clock.advance(10 * MINUTE);
    expect(await outcomeOf(copySnapshot(places.other, id))).toBe('ok');
  });
});
