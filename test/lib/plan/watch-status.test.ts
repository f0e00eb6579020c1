import { describe, expect, test } from 'vitest';
import { watchPlace } from '../../../src/lib/plan/watch-place.ts';
import { planStatus } from '../../../src/lib/plan/watch-status.ts';
import type { Instance } from '../../../src/lib/plan/inventory.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import {
  DAY,
  HOUR,
  instance,
  instant,
  point,
  policy,
  policyFile,
  schedule,
  tags,
} from '../../support/points.ts';

const NOW = instant('2026-11-22T12:00Z');
const TODAY = instant('2026-11-22T03:00Z');
const FILE = policyFile({
  policies: [policy(), policy({ name: 'data-6h', backup: 'snapshots', schedule: schedule('every 6 hours') })],
});

function statusOf(over: Partial<Instance>, points: readonly RecoveryPoint[] = []) {
  const watch = watchPlace({ file: FILE, now: NOW, instances: [instance(over)], volumes: [], points });
  return planStatus({ file: FILE, watch, lifecycleErrors: [] });
}

const value = (over: Partial<Instance>, points: readonly RecoveryPoint[] = []): string | undefined =>
  statusOf(over, points).writes[0]?.value;

const BOTH = { Backup: 'daily-ami', 'Backup:data-6h': 'true' };

describe('the status tag', () => {
  test('says of when the backup is', () => {
    expect(statusOf({}, [point({ slot: TODAY })])).toEqual({
      key: 'Backup:Status',
      writes: [{ value: 'ok 2026-11-22T03:00Z', ids: ['i-1'] }],
      noRoom: [],
    });
  });

  test('says of when the backup is by the policy that is furthest behind', () => {
    const points = [
      point({ slot: TODAY }),
      point({ policy: 'data-6h', kind: 'snapshots', slot: instant('2026-11-22T12:00Z') }),
    ];
    expect(value({ tags: tags(BOTH) }, points)).toBe('ok 2026-11-22T03:00Z');
  });

  test.each([
    [
      'a misspelt tag',
      { tags: tags({ Backup: 'dayly-ami' }) },
      [],
      'tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)',
    ],
    [
      'a misspelt tag before what is stale',
      { tags: tags({ ...BOTH, 'Backup:Keep': 'daily=x' }) },
      [point({ slot: TODAY - 5 * DAY })],
      expect.stringMatching(/^tag "Backup:Keep": /),
    ],
    [
      'what stands against a backup',
      { volumes: [] },
      [point({ slot: TODAY })],
      'not backed up by daily-ami: no EBS volume is attached, so there is nothing to back up',
    ],
    ['no backup at all', {}, [], 'never backed up by daily-ami, next slot 2026-11-23T03:00Z'],
    [
      'no backup yet',
      { launchedAt: NOW - HOUR },
      [],
      'no backup by daily-ami yet, next slot 2026-11-23T03:00Z',
    ],
    [
      'the first one',
      {},
      [point({ slot: TODAY, state: 'pending' })],
      'the first backup by daily-ami is being made',
    ],
    [
      'a stale one',
      {},
      [point({ slot: TODAY - 2 * DAY })],
      'stale: the newest good backup by daily-ami is of 2026-11-20T03:00Z, expected 2026-11-21T03:00Z',
    ],
    [
      'a tag that was taken away',
      { tags: tags({ 'Backup:Status': 'ok 2026-11-01T03:00Z' }) },
      [],
      'not backed up: no policy asks for it',
    ],
  ] as const)('says what is wrong: %s', (_, over, points, expected) => {
    expect(value(over, points)).toEqual(expected);
  });

  test('is not put on what has nothing to do with backups', () => {
    expect(statusOf({ tags: tags({ Name: 'web' }) }).writes).toEqual([]);
  });

  test('is not written again when it says so already', () => {
    const status = 'ok 2026-11-22T03:00Z';
    const told = { tags: tags({ Backup: 'daily-ami', 'Backup:Status': status }) };
    expect(statusOf(told, [point({ slot: TODAY })]).writes).toEqual([]);
  });

  test('has at most 256 characters', () => {
    const long = tags({ Backup: 'x'.repeat(250), 'Backup:Exclude': 'true', 'Backup:Keep': '😀'.repeat(120) });
    const text = value({ tags: tags({ ...Object.fromEntries(long) }) });
    expect(Array.from(text ?? '').length).toBeLessThanOrEqual(256);
  });

  test('is left out where there is no room for it, and that is told', () => {
    const full = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`tag-${index}`, '']));
    const own = { ...full, Backup: 'daily-ami', 'aws:autoscaling:groupName': 'web' };
    expect(statusOf({ tags: tags(own) }, [point({ slot: TODAY })])).toMatchObject({
      writes: [],
      noRoom: ['i-1'],
    });
  });

  test('is one write for all that are told the same', () => {
    const instances = ['i-1', 'i-2', 'i-3'].map((id) => instance({ id }));
    const points = ['i-1', 'i-3'].map((source) => point({ source, slot: TODAY }));
    const watch = watchPlace({ file: FILE, now: NOW, instances, volumes: [], points });
    expect(planStatus({ file: FILE, watch, lifecycleErrors: [] }).writes).toEqual([
      { value: 'ok 2026-11-22T03:00Z', ids: ['i-1', 'i-3'] },
      { value: 'never backed up by daily-ami, next slot 2026-11-23T03:00Z', ids: ['i-2'] },
    ]);
  });
});
