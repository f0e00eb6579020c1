import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backupTags, type BackupFacts, type BackupTags } from '../../../src/lib/plan/backup-tags.ts';
import { readOwnership } from '../../../src/lib/plan/marks.ts';
import { instanceSheet } from '../../../src/lib/plan/restore-sheet.ts';
import { instance, instant, policy, tags } from '../../support/points.ts';

const OWNER = { deployment: 'prod', optInTag: 'Backup' };
const LONE_SURROGATE = /\p{Cs}/u;

function facts(over: Partial<BackupFacts> = {}): BackupFacts {
  return {
    owner: OWNER,
    policy: policy(),
    source: 'i-1',
    slot: instant('2026-11-22T18:00Z'),
    trigger: 'schedule',
    consistency: 'crash',
    sourceTags: tags(),
    sheet: [],
    ...over,
  };
}

function asMap({ tags: made }: BackupTags): Map<string, string> {
  return new Map(made.map(({ key, value }) => [key, value]));
}

const OWN = [
  { key: 'ec2-backup:deployment', value: 'prod' },
  { key: 'ec2-backup:policy', value: 'daily-ami' },
  { key: 'ec2-backup:source', value: 'i-1' },
  { key: 'ec2-backup:slot', value: '2026-11-22T18:00:00Z' },
  { key: 'ec2-backup:kind', value: 'image' },
  { key: 'ec2-backup:trigger', value: 'schedule' },
  { key: 'ec2-backup:consistency', value: 'crash' },
];

describe('the tags of a backup', () => {
  test('are our marks, the override, the hold, the sheet, the name, then the source’s own', () => {
    const made = backupTags(
      facts({
        sourceTags: tags({ Team: 'payments', 'Backup:Keep': 'daily=14', Name: 'web' }),
        sheet: [{ key: 'ec2-backup:zone', value: 'z' }],
        hold: 'audit',
      }),
    );
    expect(made).toEqual({
      tags: [
        ...OWN,
        { key: 'ec2-backup:keep', value: 'daily=14' },
        { key: 'Backup:Hold', value: 'audit' },
        { key: 'ec2-backup:zone', value: 'z' },
        { key: 'Name', value: 'web daily-ami 2026-11-22T18:00:00Z' },
        { key: 'Team', value: 'payments' },
      ],
      dropped: [],
    });
  });

  test('name the source by its id when it has no name', () => {
    expect(asMap(backupTags(facts())).get('Name')).toBe('i-1 daily-ami 2026-11-22T18:00:00Z');
  });

  test('carry a wrong override as it was written', () => {
    const made = backupTags(facts({ sourceTags: tags({ 'Backup:Keep': 'daily=0' }) }));
    expect(asMap(made).get('ec2-backup:keep')).toBe('daily=0');
  });

  test.each([
    'Backup',
    'backup',
    'Backup:daily-ami',
    'Backup:Keep',
    'BACKUP:hold',
    'ec2-backup:deployment',
    'EC2-Backup:x',
    'aws:autoscaling:groupName',
    'AWS:x',
    'dlm:managed',
    'Name',
    'name',
  ])('[H30] never copy %s', (key) => {
    const made = backupTags(facts({ sourceTags: tags({ [key]: 'copied' }) }));
    expect(made.tags.slice(0, OWN.length)).toEqual(OWN);
    expect(made.tags.some((tag) => tag.key === key && tag.value === 'copied')).toBe(false);
    expect(made.dropped).toEqual([]);
  });

  test.each(['Backups', 'ec2-backups', 'awsome', 'Names', 'Team:Backup'])('[H30] copy %s', (key) => {
    expect(asMap(backupTags(facts({ sourceTags: tags({ [key]: 'copied' }) }))).get(key)).toBe('copied');
  });

  test('are read back as ours', () => {
    const sheet = instanceSheet(instance(), [{ device: '/dev/xvda', volumeId: 'vol-0a' }]);
    const sourceTags = tags({ 'Backup:Keep': 'last=2' });
    const made = backupTags(facts({ policy: policy({ backup: 'snapshots' }), sheet, sourceTags, hold: '' }));
    expect(readOwnership(asMap(made), OWNER)).toEqual({
      status: 'ours',
      marks: {
        policy: 'daily-ami',
        source: 'i-1',
        slot: instant('2026-11-22T18:00Z'),
        kind: 'snapshots',
        keep: 'last=2',
        hold: '',
        volumes: ['vol-0a'],
      },
    });
  });
});

describe('[H30] at most 40 tags', () => {
  const many = (count: number): BackupFacts['sourceTags'] =>
    tags(Object.fromEntries(Array.from({ length: count }, (_, n) => [`Key${String(n)}`, 'v'])));

  test('all of the source’s own while there is room', () => {
    const made = backupTags(facts({ sourceTags: many(32) }));
    expect(made.tags).toHaveLength(40);
    expect(made.dropped).toEqual([]);
  });

  test('then the last ones are dropped and named, ours never', () => {
    const made = backupTags(facts({ sourceTags: many(35) }));
    expect(made.tags).toHaveLength(40);
    expect(made.tags.slice(0, 8).map(({ key }) => key)).toEqual([...OWN.map(({ key }) => key), 'Name']);
    expect(made.dropped).toEqual(['Key32', 'Key33', 'Key34']);
  });

  test('with 1 to 128 volumes, an override, a hold and 16 security groups', () => {
    const volumeId = fc.maxSafeNat().map((id) => `vol-${id.toString(16).padStart(17, '0')}`);
    const device = fc.constantFrom('/dev/xvda', '/dev/xvdba', '/dev/sdf15');
    const volumeOf = fc.oneof(
      fc.record({
        device,
        volumeId,
        type: fc.constant('gp3'),
        iops: fc.integer({ min: 3000, max: 80_000 }),
        throughput: fc.integer({ min: 125, max: 2000 }),
      }),
      fc.record({ device, volumeId, type: fc.constant('io2'), iops: fc.integer({ min: 100, max: 256_000 }) }),
      fc.record({ device, volumeId, type: fc.constantFrom('standard', 'st1', 'sc1') }),
    );
    const largest = {
      device: '/dev/xvdba',
      volumeId: `vol-${'f'.repeat(17)}`,
      type: 'gp3',
      iops: 80_000,
      throughput: 2000,
    };
    const source = instance({
      instanceType: 'u7in-32tb.224xlarge',
      subnet: 'subnet-0123456789abcdef0',
      securityGroups: Array.from({ length: 16 }, (_, n) => `sg-${String(n).padStart(17, '0')}`),
      instanceProfile: `arn:aws:iam::111122223333:instance-profile/${'p'.repeat(128)}`,
      keyName: 'k'.repeat(255),
      zone: 'ap-northeast-2a',
      privateAddress: '10.255.255.255',
    });
    const some = fc.array(volumeOf, { minLength: 1, maxLength: 128, size: 'max' });
    fc.assert(
      fc.property(fc.oneof(some, fc.constant(new Array<typeof largest>(128).fill(largest))), (volumes) => {
        const sourceTags = new Map([...many(50), ['Backup:Keep', 'daily=14']]);
        const sheet = instanceSheet(source, volumes);
        const sets = policy({ backup: 'snapshots' });
        const made = backupTags(facts({ policy: sets, sheet, sourceTags, hold: 'audit' }));
        expect(made.tags.length).toBe(40);
        expect(made.tags.every(({ key, value }) => key.length <= 128 && value.length <= 256)).toBe(true);
        expect(new Set(made.tags.map(({ key }) => key)).size).toBe(40);
        const ownership = readOwnership(asMap(made), OWNER);
        expect(ownership.status === 'ours' && ownership.marks.volumes).toEqual(
          volumes.map(({ volumeId }) => volumeId),
        );
      }),
    );
  });
});

describe('[H34] odd names', () => {
  const tail = ' daily-ami 2026-11-22T18:00:00Z';

  test('256 emoji are cut between characters, to 256 code units with the rest', () => {
    const name = asMap(backupTags(facts({ sourceTags: tags({ Name: '🦀'.repeat(256) }) }))).get('Name') ?? '';
    expect(name).toBe(`${'🦀'.repeat(112)}${tail}`);
    expect(name.length).toBeLessThanOrEqual(256);
    expect(name).not.toMatch(LONE_SURROGATE);
  });

  test('[H31] are the Name as they are: it may have any character', () => {
    const made = backupTags(facts({ sourceTags: tags({ Name: 'web / "α": 1' }) }));
    expect(asMap(made).get('Name')).toBe(`web / "α": 1${tail}`);
  });

  test('of any kind leave a Name of at most 256 characters that ends with policy and slot', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 256 }), (text) => {
        const name = asMap(backupTags(facts({ sourceTags: tags({ Name: text }) }))).get('Name') ?? '';
        expect(name.endsWith(tail)).toBe(true);
        expect(name.length).toBeLessThanOrEqual(256);
        expect(name).not.toMatch(LONE_SURROGATE);
      }),
    );
  });
});
