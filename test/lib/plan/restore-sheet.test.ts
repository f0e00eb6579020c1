import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  instanceSheet,
  readSheet,
  readSheetVolumes,
  volumeSheet,
  type SheetVolume,
  type Tag,
} from '../../../src/lib/plan/restore-sheet.ts';
import { instance, tags, volume } from '../../support/points.ts';

function readBack(sheet: readonly Tag[]): readonly string[] | undefined {
  return readSheetVolumes(new Map(sheet.map(({ key, value }) => [key, value])));
}

describe('the sheet of an instance', () => {
  test('has all that a restore needs', () => {
    const source = instance({
      instanceType: 'm7g.large',
      subnet: 'subnet-1',
      securityGroups: ['sg-1', 'sg-2'],
      instanceProfile: 'arn:aws:iam::111122223333:instance-profile/web',
      keyName: 'ops',
      zone: 'ap-northeast-2a',
      privateAddress: '10.0.0.7',
    });
    const volumes: SheetVolume[] = [
      { device: '/dev/xvda', volumeId: 'vol-0a', type: 'gp3', iops: 3000, throughput: 125 },
      { device: '/dev/sdf', volumeId: 'vol-0b', type: 'io2', iops: 64_000 },
      { device: '/dev/sdg', volumeId: 'vol-0c', type: 'st1', throughput: 40 },
      { device: '/dev/sdh', volumeId: 'vol-0d' },
    ];
    expect(instanceSheet(source, volumes)).toEqual([
      { key: 'ec2-backup:instance-type', value: 'm7g.large' },
      { key: 'ec2-backup:subnet', value: 'subnet-1' },
      { key: 'ec2-backup:security-groups', value: 'sg-1,sg-2' },
      { key: 'ec2-backup:instance-profile', value: 'arn:aws:iam::111122223333:instance-profile/web' },
      { key: 'ec2-backup:key-name', value: 'ops' },
      { key: 'ec2-backup:zone', value: 'ap-northeast-2a' },
      { key: 'ec2-backup:private-address', value: '10.0.0.7' },
      {
        key: 'ec2-backup:volumes',
        value: '/dev/xvda=0a,gp3,3000,125;/dev/sdf=0b,io2,64000;/dev/sdg=0c,st1,,40;/dev/sdh=0d,',
      },
    ]);
  });

  test('is read back as it was', () => {
    const volumes: SheetVolume[] = [
      { device: '/dev/xvda', volumeId: 'vol-0a', type: 'gp3', iops: 3000, throughput: 125 },
      { device: '/dev/sdg', volumeId: 'vol-0c', type: 'st1', throughput: 40 },
      { device: '/dev/sdh', volumeId: 'vol-0d' },
    ];
    const facts = {
      instanceType: 'm7g.large',
      subnet: 'subnet-1',
      securityGroups: ['sg-1', 'sg-2'],
      instanceProfile: 'arn:aws:iam::111122223333:instance-profile/web',
      keyName: 'ops',
      zone: 'ap-northeast-2a',
      privateAddress: '10.0.0.7',
    };
    const machine = { architecture: 'arm64', bootMode: 'uefi', ena: true };
    const source = instance({ ...facts, ...machine, rootDeviceName: '/dev/xvda' });
    const sheet = new Map(instanceSheet(source, volumes).map(({ key, value }) => [key, value]));
    expect(sheet.get('ec2-backup:machine')).toBe('root=/dev/xvda;architecture=arm64;boot=uefi;ena=true');
    expect(readSheet(sheet)).toEqual({ ...facts, machine: { ...machine, rootDevice: '/dev/xvda' }, volumes });
  });

  test('of nothing, or of something else, says nothing', () => {
    expect(readSheet(new Map())).toEqual({ securityGroups: [], machine: {} });
    const odd = tags({ 'ec2-backup:machine': 'x', 'ec2-backup:volumes': '/dev/xvda' });
    expect(readSheet(odd)).toEqual({ securityGroups: [], machine: {} });
  });

  test('leaves out what EC2 did not say', () => {
    expect(instanceSheet(instance(), [])).toEqual([]);
  });

  test('[H30] goes on in further tags where a value is over 256 characters', () => {
    const source = instance({
      securityGroups: Array.from({ length: 16 }, (_, n) => `sg-${String(n).padStart(17, '0')}`),
    });
    const sheet = instanceSheet(source, []);
    expect(sheet.map(({ key, value }) => [key, value.length])).toEqual([
      ['ec2-backup:security-groups', 256],
      ['ec2-backup:security-groups:2', 79],
    ]);
    expect(sheet.map(({ value }) => value).join('')).toBe(source.securityGroups.join(','));
  });
});

test('the sheet of a volume has its zone, its instance and itself', () => {
  const source = volume({
    zone: 'ap-northeast-2a',
    iops: 3000,
    throughput: 125,
    attachment: { instanceId: 'i-1', device: '/dev/sdf' },
  });
  expect(volumeSheet(source)).toEqual([
    { key: 'ec2-backup:zone', value: 'ap-northeast-2a' },
    { key: 'ec2-backup:attached-to', value: 'i-1' },
    { key: 'ec2-backup:volumes', value: '/dev/sdf=0000000000000000b,gp3,3000,125' },
  ]);
  expect(volumeSheet(volume({ type: 'gp2' }))).toEqual([
    { key: 'ec2-backup:volumes', value: '=0000000000000000b,gp2' },
  ]);
});

describe('the volumes read back', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{8}(?:[0-9a-f]{9})?$/);
  const device = fc.constantFrom('/dev/sda1', '/dev/xvdba', 'xvdz', '/dev/sdf15', '');
  const volumes = fc.array(
    fc.record(
      {
        device,
        volumeId: hex.map((digits) => `vol-${digits}`),
        type: fc.constantFrom('gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'),
        iops: fc.integer({ min: 100, max: 256_000 }),
        throughput: fc.integer({ min: 40, max: 2000 }),
      },
      { requiredKeys: ['device', 'volumeId'] },
    ),
    { minLength: 1, maxLength: 128 },
  );

  test('are those of the sheet, for 1 to 128 of them, however the tags are ordered', () => {
    fc.assert(
      fc.property(volumes, (all) => {
        const sheet = instanceSheet(instance(), all);
        expect(sheet.every(({ value }) => value.length <= 256)).toBe(true);
        expect(readBack(sheet.toReversed())).toEqual(all.map(({ volumeId }) => volumeId));
      }),
    );
  });

  test.each([
    ['no sheet', {}],
    ['only a continuation', { 'ec2-backup:volumes:2': '/dev/sdf=0b,gp3' }],
    ['no volume in it', { 'ec2-backup:volumes': 'x' }],
    ['a cut in the middle of an id', { 'ec2-backup:volumes': '/dev/sda=0a,gp3;/dev/sdf=00' }],
    ['one entry that cannot be read', { 'ec2-backup:volumes': '/dev/sda=0a,gp3;;/dev/sdf=0b,gp3' }],
  ])('are unknown with %s', (_, given) => {
    expect(readSheetVolumes(tags(given))).toBeUndefined();
  });
});
