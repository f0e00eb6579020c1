import { describe, expect, test } from 'vitest';
import { restoredTags } from '../../../src/lib/plan/restore-tags.ts';
import type { RestoreRequest } from '../../../src/lib/plan/restorable.ts';
import type { SourceKind } from '../../../src/lib/policy/policy.ts';
import { instant, point, policy, policyFile, tags } from '../../support/points.ts';
import { parse } from '../../support/scenario.ts';

const REQUEST: RestoreRequest = {
  source: 'i-00000000000000001',
  as: 'instance',
  tags: [],
  withProfile: false,
  withAddress: false,
  adopt: false,
  machine: {},
  restoreDays: 7,
};

const POINT = point({
  id: 'ami-1',
  policy: 'daily',
  source: REQUEST.source,
  slot: instant('2026-11-22T03:00Z'),
});
const POINT_TAGS = tags({
  'ec2-backup:deployment': 'test',
  'ec2-backup:source': REQUEST.source,
  Name: 'web daily 2026-11-22T03:00:00Z',
  Team: 'payments',
  'Backup:Hold': 'audit',
  'dlm:x': 'y',
});

function tagsOf(
  request: Partial<RestoreRequest> = {},
  file = policyFile({ policies: [policy({ name: 'daily' })] }),
  of: SourceKind = 'instance',
) {
  const made = restoredTags(POINT, POINT_TAGS, { request: { ...REQUEST, ...request }, file, of });
  return { ...made, tags: Object.fromEntries(made.tags.map(({ key, value }) => [key, value])) };
}

const MARKS = { 'ec2-backup:restored-from': 'ami-1', 'ec2-backup:restored-at': '2026-11-22T03:00:00Z' };

describe('what is restored carries', () => {
  test("where it comes from, the source's name and its own tags, and nothing of the backup", () => {
    expect(tagsOf().tags).toEqual({ ...MARKS, Name: 'web', Team: 'payments' });
  });

  test('the tags of the request, which win', () => {
    const given = [
      { key: 'Name', value: 'drill' },
      { key: 'Purpose', value: 'test' },
    ];
    expect(tagsOf({ tags: given }).tags).toEqual({
      ...MARKS,
      Name: 'drill',
      Team: 'payments',
      Purpose: 'test',
    });
  });

  test('the opt-in tag of its policy only when it is adopted', () => {
    expect(tagsOf({ adopt: true }).tags).toEqual({
      ...MARKS,
      Name: 'web',
      Team: 'payments',
      'ec2-backup:adopted': 'true',
      Backup: 'daily',
    });
  });

  test("on a volume of an instance no tag of the instance's, for of the volume's own nothing is known", () => {
    const given = [{ key: 'Purpose', value: 'test' }];
    expect(tagsOf({ adopt: true, tags: given }, undefined, 'volume').tags).toEqual({
      ...MARKS,
      Name: 'web',
      'ec2-backup:adopted': 'true',
      Purpose: 'test',
    });
  });

  test('no tag by which DLM would back it up, unless it is adopted', () => {
    const file = parse(`
version: 1
deployment: test
policies:
  daily: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  by-dlm: { engine: dlm, backup: snapshots, select: { tags: { Team: [payments] } }, schedule: every 24 hours, keep: { last: 3 } }
`);
    expect(tagsOf({}, file)).toMatchObject({ tags: { ...MARKS, Name: 'web' }, leftOut: ['Team'] });
    expect(tagsOf({}, file).tags).not.toHaveProperty('Team');
    expect(tagsOf({ adopt: true }, file)).toMatchObject({ tags: { Team: 'payments' }, leftOut: [] });
  });
});
