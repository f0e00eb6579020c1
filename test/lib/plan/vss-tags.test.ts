import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackupFacts } from '../../../src/lib/plan/backup-tags.ts';
import { readOwnership } from '../../../src/lib/plan/marks.ts';
import { instanceSheet, readSheet, readSheetVolumes, type Tag } from '../../../src/lib/plan/restore-sheet.ts';
import { tagsText, vssTags } from '../../../src/lib/plan/vss-tags.ts';
import { readVssTags } from '../../../src/simulator/ssm-vss-document.ts';
import { instance, instant, policy, tags } from '../../support/points.ts';

const OWNER = { deployment: 'prod', optInTag: 'Backup' };
const VOLUMES = [{ device: '/dev/sda1', volumeId: 'vol-0a', type: 'gp3', iops: 3000, throughput: 125 }];

function facts(over: Partial<BackupFacts> = {}): BackupFacts {
  return {
    owner: OWNER,
    policy: policy({ name: 'win', backup: 'snapshots' }),
    source: 'i-1',
    slot: instant('2026-11-22T18:00Z'),
    trigger: 'schedule',
    consistency: 'crash',
    sourceTags: tags(),
    sheet: instanceSheet(instance(), VOLUMES),
    ...over,
  };
}

const asMap = (made: readonly Tag[]): Map<string, string> =>
  new Map(made.map(({ key, value }) => [key, value]));

/** Text that the agent would make something else of. */
const hostile = fc.string({
  unit: fc.constantFrom('{', '{{', '}', '}}', 'ssm:/a', '"', "'", '\\', '{7B', 'a', ' '),
  maxLength: 40,
});

describe('the tags of what Windows makes', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 256 }), hostile);
  const key = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
    fc.stringMatching(/^[a-zA-Z0-9 ,=]{1,12}$/),
    fc.stringMatching(/^[aAbB]{1,3}$/),
    hostile.filter((text) => text !== ''),
  );
  const sheetText = fc.string({
    unit: fc.constantFrom('a', ',', ';', '(', '{', '{{', '}', "'", '한', '.'),
    minLength: 1,
    maxLength: 300,
  });

  test('are taken by the document and read back as ours, whatever the source has', () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, anything, { maxKeys: 60 }),
        fc.record({
          Name: anything,
          'Backup:Keep': fc.oneof(fc.string({ maxLength: 80 }), hostile),
          hold: anything,
        }),
        fc.record({ keyName: sheetText, instanceProfile: sheetText, instanceType: sheetText }),
        (others, { hold, ...own }, machine) => {
          const source = instance({ ...machine, securityGroups: ['sg-1', 'sg-2'] });
          const sheet = instanceSheet(source, VOLUMES);
          const sourceTags = tags({ ...others, ...own });
          const { tags: made, obstacle } = vssTags(facts({ sourceTags, sheet, hold }), false);
          if (obstacle !== undefined) return;
          expect(made.length).toBeLessThanOrEqual(47);
          expect(readVssTags(tagsText(made))).toEqual(asMap(made));
          expect(tagsText(made)).not.toContain('{{');
          for (const tag of made.filter(({ key: one }) => !one.startsWith('ec2-backup:')))
            expect(tag.key + tag.value).not.toMatch(/[{}'"\\]/);
          expect(new Set(made.map((tag) => tag.key.toLowerCase())).size).toBe(made.length);
          const ownership = readOwnership(asMap(made), OWNER);
          expect(ownership).toMatchObject({
            status: 'ours',
            marks: {
              source: 'i-1',
              keep: own['Backup:Keep'],
              volumes: ['vol-0a'],
              vss: { isRequired: false },
            },
          });
          expect(readSheet(asMap(made))).toEqual(readSheet(asMap(sheet)));
        },
      ),
    );
  });

  test('say with onFailure: skip that they are no backup unless VSS says so', () => {
    expect(asMap(vssTags(facts(), true).tags).get('ec2-backup:consistency')).toBe('vss-only');
    expect(asMap(vssTags(facts(), false).tags).get('ec2-backup:consistency')).toBe('vss');
  });

  test('of 128 volumes have room for all of them', () => {
    const many = Array.from({ length: 128 }, (_, at) => ({
      device: `/dev/sd${at}`,
      volumeId: `vol-${String(at).padStart(17, '0')}`,
      type: 'gp3',
      iops: 16_000,
      throughput: 1000,
    }));
    const { tags: made, obstacle } = vssTags(facts({ sheet: instanceSheet(instance(), many) }), false);
    expect(obstacle).toBeUndefined();
    expect(readSheetVolumes(asMap(made))).toEqual(many.map(({ volumeId }) => volumeId));
  });

  test('have the reason of a hold as well as it can be written', () => {
    const { tags: made, remarks } = vssTags(facts({ hold: 'audit, 2026' }), false);
    expect(asMap(made).get('Backup:Hold')).toBe('audit_ 2026');
    expect(remarks).toEqual(['VSS takes few characters in tags: others are _ in Backup:Hold']);
  });

  test('without room for the hold’s own key, or for what must be read back, are none', () => {
    const odd = { deployment: 'prod', optInTag: 'Back,up' };
    expect(vssTags(facts({ owner: odd, hold: 'audit' }), false).obstacle).toBe(
      'its tag Back,up:Hold has characters that VSS does not take, or is too long with them',
    );
    const sourceTags = tags({ 'Backup:Keep': '한'.repeat(60) });
    expect(vssTags(facts({ sourceTags }), false).obstacle).toContain('ec2-backup:keep');
  });

  test('leave out the document’s own, however they are written, and keys that could be two words', () => {
    const sourceTags = tags({ appconsistent: 'True', AwsVssConfig: 'x', 'a=b': 'c', Team: 'payments' });
    const { tags: made, remarks } = vssTags(facts({ sourceTags }), false);
    const keys = [...asMap(made).keys()];
    expect(keys).toContain('Team');
    expect(keys).not.toContain('appconsistent');
    expect(keys).not.toContain('a=b');
    expect(remarks).toEqual([
      'VSS takes few characters in tags: 3 of its own are left out: appconsistent, AwsVssConfig, a=b',
    ]);
  });

  test('leave out keys that are another’s but for case, where that other is written', () => {
    const sourceTags = tags({ Team: 'a', Stage: '{x}', team: 'b', stage: 'c', TEAM: 'd' });
    const { tags: made, remarks } = vssTags(facts({ sourceTags }), false);
    expect(asMap(made).get('Team')).toBe('a');
    expect(asMap(made).get('stage')).toBe('c');
    expect(['team', 'TEAM', 'Stage'].filter((one) => asMap(made).has(one))).toEqual([]);
    expect(remarks).toEqual([
      'VSS takes few characters in tags: 1 of its own are left out: Stage',
      'VSS may know no case in tags: left out is what differs in nothing else: team, TEAM',
    ]);
  });

  test.each(['{', '}', "'", '"', '\\'])(
    'leave out a source’s tag with %s, in its key or its value',
    (odd) => {
      const sourceTags = tags({ [`a${odd}`]: 'x', b: `x${odd}`, c: 'x', Name: `n${odd}` });
      const { tags: made, remarks } = vssTags(facts({ sourceTags, hold: `h${odd}` }), false);
      expect(tagsText(made)).not.toContain(odd);
      expect(asMap(made).get('c')).toBe('x');
      expect(asMap(made).get('Name')).toBe('n_ win 2026-11-22T18:00:00Z');
      expect(asMap(made).get('Backup:Hold')).toBe('h_');
      expect(remarks).toEqual([
        `VSS takes few characters in tags: 2 of its own are left out: a${odd}, b`,
        'VSS takes few characters in tags: others are _ in Backup:Hold, Name',
      ]);
    },
  );
});

test('a sheet of another encoding is read as it stands, as it was before there were encodings', () => {
  const plain = asMap(instanceSheet(instance({ keyName: 'a(b){2C}' }), VOLUMES));
  expect(readSheet(plain).keyName).toBe('a(b){2C}');
});
