import { describe, expect, test } from 'vitest';
import {
  handoverBackups,
  otherImages,
  pointLike,
  type Backup,
} from '../../../src/lib/plan/handover-backups.ts';
import type { Image, Snapshot } from '../../../src/lib/plan/inventory.ts';
import { readOwnership } from '../../../src/lib/plan/marks.ts';
import { assemblePoints } from '../../../src/lib/plan/recovery-points.ts';
import { NOT_NEEDED, type SafetyChecks } from '../../../src/lib/plan/safety.ts';
import { NOW, ROOT_VOLUME, tags } from '../../support/points.ts';

const OWNER = { deployment: 'prod', optInTag: 'Backup', lifecyclePolicies: new Set(['policy-1']) };
const OURS = {
  'ec2-backup:deployment': 'prod',
  'ec2-backup:policy': 'daily-ami',
  'ec2-backup:source': 'i-1',
  'ec2-backup:slot': '2026-11-20T03:00:00Z',
  'ec2-backup:kind': 'image',
};

type TagRecord = Readonly<Record<string, string>>;

function ami(
  id: string,
  snapshotIds: readonly string[],
  own: TagRecord = OURS,
  over: Partial<Image> = {},
): Image {
  return { id, name: id, state: 'available', createdAt: NOW - 1e8, snapshotIds, tags: tags(own), ...over };
}

function snap(id: string, own: TagRecord = OURS, over: Partial<Snapshot> = {}): Snapshot {
  return { id, state: 'completed', startedAt: NOW - 1e8, volumeId: ROOT_VOLUME, tags: tags(own), ...over };
}

function backups(
  images: readonly Image[],
  snapshots: readonly Snapshot[],
  safety: Partial<SafetyChecks> = {},
): Backup[] {
  const marked = <T extends Image | Snapshot>({ tags: own, ...rest }: T) => ({
    ...rest,
    ownership: readOwnership(own, OWNER),
  });
  const points = assemblePoints(images.map(marked), snapshots.map(marked), NOW);
  const users = new Map(images.map(({ id }) => [id, []] as const));
  return handoverBackups({
    owner: OWNER,
    images,
    snapshots,
    points,
    safety: { ...NOT_NEEDED, users, ...safety },
  });
}

const idsOf = (all: readonly Backup[]): string[] => all.flatMap(({ id, snapshots }) => [id, ...snapshots]);
const reasonsOf = (all: readonly Backup[], id: string): string =>
  all.find((one) => one.id === id)?.reasons.join() ?? 'not told';

describe('what goes with what', () => {
  test('an AMI takes its snapshots along; a set stands by itself; others are not told', () => {
    const set = { ...OURS, 'ec2-backup:kind': 'volume', 'ec2-backup:source': ROOT_VOLUME };
    const all = backups(
      [ami('ami-1', ['snap-1']), ami('ami-9', ['snap-9'], {})],
      [snap('snap-1'), snap('snap-2', set), snap('snap-9', {})],
    );
    expect(idsOf(all)).toEqual(['ami-1', 'snap-1', 'snap-2']);
    expect(all.every(({ reasons }) => reasons.length === 0)).toBe(true);
  });

  test('a snapshot of two AMIs of ours goes with the one that stays', () => {
    const held = ami('ami-1', ['snap-1'], { ...OURS, 'backup:hold': 'why' });
    const all = backups([held, ami('ami-2', ['snap-1'])], [snap('snap-1')]);
    expect(all.find(({ id }) => id === 'ami-1')?.snapshots).toEqual(['snap-1']);
    expect(all.find(({ id }) => id === 'ami-2')?.snapshots).toEqual([]);
    expect(all.find(({ id }) => id === 'ami-1')?.held).toEqual([{ id: 'ami-1', key: 'backup:hold' }]);
  });

  test('a snapshot that an AMI of others maps as well stays, and the AMI of ours goes', () => {
    const all = backups([ami('ami-1', ['snap-1']), ami('ami-9', ['snap-1'], {})], [snap('snap-1')]);
    expect(reasonsOf(all, 'ami-1')).toBe('');
    expect(reasonsOf(all, 'snap-1')).toBe('in use by ami-9');
  });
});

describe('what cannot go', () => {
  test('an AMI that maps a snapshot of others: it would be deleted with it', () => {
    const all = backups([ami('ami-1', ['snap-9'])], [snap('snap-9', {})]);
    expect(reasonsOf(all, 'ami-1')).toBe('maps snap-9, which is not of this deployment');
  });

  test('what is in use, locked, or could not be checked', () => {
    const all = [ami('ami-1', ['snap-1'])];
    const parts = [snap('snap-1')];
    expect(reasonsOf(backups(all, parts, { users: new Map([['ami-1', ['arn:i']]]) }), 'ami-1')).toBe(
      'in use by arn:i',
    );
    expect(reasonsOf(backups(all, parts, { locks: new Map([['snap-1', undefined]]) }), 'ami-1')).toContain(
      'locked',
    );
    expect(reasonsOf(backups(all, parts, { users: new Map() }), 'ami-1')).toBe(
      'in use: could not be checked',
    );
    expect(reasonsOf(backups(all, parts, { locks: undefined }), 'ami-1')).toBe(
      'in use: could not be checked',
    );
  });

  test('what is still being made, with the snapshots that it does not map yet', () => {
    const all = backups(
      [ami('ami-1', [], OURS, { state: 'pending' })],
      [snap('snap-1', OURS, { state: 'pending' })],
    );
    expect(reasonsOf(all, 'ami-1')).toBe('still being made');
    expect(reasonsOf(all, 'snap-1')).toContain('part of ami-1');
  });

  test('what carries the tag of the deployment and does not say what it is', () => {
    const all = backups([ami('ami-1', [], { 'ec2-backup:deployment': 'prod' })], []);
    expect(reasonsOf(all, 'ami-1')).toContain('tag ec2-backup:policy is missing');
  });

  test('what AWS Backup manages, whatever tags it carries besides', () => {
    const all = backups(
      [ami('ami-1', [], { ...OURS, 'aws:backup:x': '', 'aws:dlm:lifecycle-policy-id': 'policy-1' })],
      [],
    );
    expect(reasonsOf(all, 'ami-1')).toBe('managed by AWS Backup (tag aws:backup:x)');
  });
});

describe('what DLM made', () => {
  const byDlm = { 'aws:dlm:lifecycle-policy-id': 'policy-1', 'aws:dlm:managed': 'true' };

  test('is told when the lifecycle policy is ours, and only then', () => {
    const theirs = { ...byDlm, 'aws:dlm:lifecycle-policy-id': 'policy-9' };
    const both = { ...byDlm, 'aws:backup:x': '' };
    expect(reasonsOf(backups([], [snap('snap-3', both)]), 'snap-3')).toContain('managed by AWS Backup');
    const images = [ami('ami-1', ['snap-1'], byDlm), ami('ami-9', ['snap-9'], theirs)];
    const snapshots = [snap('snap-1', byDlm), snap('snap-2', byDlm), snap('snap-9', theirs)];
    const all = backups(images, snapshots);
    expect(idsOf(all)).toEqual(['ami-1', 'snap-1', 'snap-2']);
    expect(all.map(({ isByDlm, policy, reasons }) => [isByDlm, policy, reasons])).toEqual([
      [true, 'policy-1', []],
      [true, 'policy-1', []],
    ]);
    expect(otherImages({ images, owner: OWNER }).map(({ id }) => id)).toEqual(['ami-1']);
  });

  test('is held by a tag on any part of it', () => {
    const image = ami('ami-1', ['snap-1'], byDlm);
    const snapshots = [snap('snap-1', { ...byDlm, 'Backup:Hold': 'why' })];
    expect(pointLike(image, new Map(snapshots.map((one) => [one.id, one])), OWNER).hold).toBe('why');
    expect(reasonsOf(backups([image], snapshots), 'ami-1')).toBe('held: why');
  });
});
