import { describe, expect, test } from 'vitest';
import { copyTags } from '../../../src/lib/plan/copy-tags.ts';
import { COPY, readOwnership } from '../../../src/lib/plan/marks.ts';
import { instant, PLACE, tags } from '../../support/points.ts';

const OWNER = { deployment: 'prod', optInTag: 'Backup' };
const MARKED = {
  'ec2-backup:deployment': 'prod',
  'ec2-backup:policy': 'daily-ami',
  'ec2-backup:source': 'i-1',
  'ec2-backup:slot': '2026-11-22T03:00:00Z',
  'ec2-backup:kind': 'image',
};

function made(entries: Readonly<Record<string, string>>, volume?: string) {
  const facts = {
    owner: OWNER,
    tags: tags(entries),
    from: PLACE,
    point: 'ami-1',
    takenAt: instant('2026-11-22T03:05Z'),
  };
  const { tags: list, dropped } = copyTags({ ...facts, ...(volume !== undefined && { volume }) });
  return { entries: Object.fromEntries(list.map(({ key, value }) => [key, value])), list, dropped };
}

describe('a copy carries', () => {
  test('what VSS says of the original before the source’s own tags, though there is no room for those', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`A${at}`, 'x']));
    const ofVss = {
      'ec2-backup:encoding': 'escaped',
      'ec2-backup:consistency': 'vss',
      AppConsistent: 'True',
    };
    const { entries, list } = made({ ...MARKED, ...many, ...ofVss });
    expect(entries).toMatchObject(ofVss);
    expect(list.filter(({ key }) => key === 'AppConsistent')).toHaveLength(1);
    expect(list).toHaveLength(48);
    expect(made({ ...MARKED, ...many, AppConsistent: 'True' }).dropped).toContain('AppConsistent');
  });

  test('all our marks, the name and the source’s own tags, and where it is from', () => {
    const all = {
      ...MARKED,
      'ec2-backup:keep': 'daily=3',
      'ec2-backup:volumes:2': 'x',
      Name: 'db',
      Team: 'payments',
    };
    // What became of the original says nothing of the copy.
    const ofOriginal = {
      'ec2-backup:rehearsed': 'ok 2026-11-22T09:00:00Z',
      'ec2-backup:disabled': '2026-11-22T09:00:00Z',
      'ec2-backup:shared': '222233334444',
    };
    expect(made({ ...all, ...ofOriginal }).entries).toEqual({
      ...all,
      [COPY.from]: '111122223333/ap-northeast-2/ami-1',
      [COPY.taken]: '2026-11-22T03:05:00Z',
    });
  });

  test('of a snapshot the volume too', () => {
    expect(made(MARKED, 'vol-1').entries).toMatchObject({ [COPY.volume]: 'vol-1' });
  });

  test.each([
    'Backup',
    'Backup:Hold',
    'backup:hold',
    'Backup:daily-ami',
    'aws:cloudformation:stack-name',
    'dlm:managed',
  ])('no %s, which is of what it was put on', (key) => {
    expect(made({ ...MARKED, [key]: 'x' }).entries).not.toHaveProperty([key]);
  });

  test('at most 48, the source’s own last, and says which it had no room for', () => {
    const own = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`own-${index}`, 'x']));
    const { list, dropped } = made({ ...own, ...MARKED }, 'vol-1');
    expect(list).toHaveLength(48);
    expect(dropped).toEqual(['own-40', 'own-41', 'own-42', 'own-43', 'own-44']);
  });

  test('what is read back as the same point, copied from there', () => {
    const { list } = made(MARKED);
    const read = readOwnership(new Map(list.map(({ key, value }) => [key, value])), OWNER);
    expect(read).toEqual({
      status: 'ours',
      marks: {
        policy: 'daily-ami',
        source: 'i-1',
        slot: instant('2026-11-22T03:00Z'),
        kind: 'image',
        copiedFrom: { place: PLACE, point: 'ami-1', takenAt: instant('2026-11-22T03:05Z') },
      },
    });
  });
});

describe('a copy is left alone', () => {
  test.each(['', 'ami-1', '1/us-east-1/ami-1', '111122223333/us-east-1', '111122223333/us-east-1/ami 1'])(
    'when it says %j of where it is from',
    (from) => {
      const read = readOwnership(tags({ ...MARKED, [COPY.from]: from }), OWNER);
      expect(read).toEqual({
        status: 'left-alone',
        reason: `tag ec2-backup:copied-from is ${JSON.stringify(from)}, expected an account, a Region and a recovery point such as 111122223333/us-east-1/ami-…`,
      });
    },
  );

  test('not when only the time of its data cannot be read', () => {
    const read = readOwnership(
      tags({ ...MARKED, [COPY.from]: '111122223333/us-east-1/ami-1', [COPY.taken]: 'soon' }),
      OWNER,
    );
    expect(read).toMatchObject({ status: 'ours', marks: { copiedFrom: { point: 'ami-1' } } });
  });
});
