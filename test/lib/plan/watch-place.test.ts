import { describe, expect, test } from 'vitest';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import { watchPlace, type RunningWatch, type WatchInput } from '../../../src/lib/plan/watch-place.ts';
import type { SourceWatch } from '../../../src/lib/plan/watch-policy.ts';
import {
  DAY,
  HOUR,
  instance,
  instant,
  point,
  points,
  policy,
  policyFile,
  retired,
  schedule,
  tags,
  volume,
} from '../../support/points.ts';

/** Sunday noon: the daily slot of 03:00 can still be made, that of Saturday is due. */
const NOW = instant('2026-11-22T12:00Z');
const TODAY = instant('2026-11-22T03:00Z');
const YESTERDAY = TODAY - DAY;

function watch(over: Partial<WatchInput> = {}) {
  return watchPlace({
    file: policyFile(),
    now: NOW,
    instances: [instance()],
    volumes: [],
    points: [],
    ...over,
  });
}

function only(over: Partial<WatchInput> = {}): RunningWatch {
  const [first] = watch(over).running;
  if (!first) throw new Error('no policy was watched');
  return first;
}

function source(over: Partial<WatchInput> = {}): SourceWatch {
  const [first] = only(over).sources;
  if (!first) throw new Error('no source was watched');
  return first;
}

const made = (slot: number, over: Partial<RecoveryPoint> = {}) => [point({ slot, ...over })];

describe('a source that was backed up', () => {
  test('is fresh with the slot that is due, and still lacks the current one', () => {
    expect(source({ points: made(YESTERDAY) })).toEqual({
      id: 'i-1',
      standing: 'fresh',
      good: YESTERDAY,
      isMissed: false,
      lacksCurrent: true,
    });
  });

  test('[H36] is stale when its newest good backup is older than the slot that is due', () => {
    expect(source({ points: made(YESTERDAY - DAY) })).toMatchObject({
      standing: 'stale',
      good: YESTERDAY - DAY,
      isMissed: true,
    });
  });

  test('is fresh by a manual backup too', () => {
    expect(source({ points: made(YESTERDAY + HOUR) })).toMatchObject({ standing: 'fresh', isMissed: false });
  });

  test('[H3] is stale when the due slot is only pending, but that slot is not missed', () => {
    const pending = made(YESTERDAY, { state: 'pending' });
    expect(source({ points: [...made(YESTERDAY - DAY), ...pending] })).toMatchObject({
      standing: 'stale',
      isMissed: false,
    });
  });

  test('is stale when the due slot failed, but that slot is not missed', () => {
    const failed = made(YESTERDAY, { state: 'failed' });
    expect(source({ points: [...made(YESTERDAY - DAY), ...failed] })).toMatchObject({
      standing: 'stale',
      isMissed: false,
    });
  });

  test.each(['disabled', 'incomplete'] as const)('is stale when the due slot is %s', (state) => {
    const odd = made(YESTERDAY, { state });
    expect(source({ points: [...made(YESTERDAY - DAY), ...odd] }).standing).toBe('stale');
  });

  test('is not made fresh by a backup of the future', () => {
    expect(source({ points: [...made(YESTERDAY - DAY), ...made(NOW + DAY)] }).standing).toBe('stale');
  });

  test('is not made fresh by another policy', () => {
    const other = made(TODAY, { policy: 'other' });
    expect(source({ points: [...made(YESTERDAY - DAY), ...other] }).standing).toBe('stale');
  });
});

describe('a source without a good backup', () => {
  test('is overdue three hours after it was started', () => {
    const started = (age: number) => source({ instances: [instance({ launchedAt: NOW - age })] }).standing;
    expect(started(3 * HOUR)).toBe('new');
    expect(started(3 * HOUR + 1)).toBe('never');
  });

  test('is overdue where EC2 does not say how old it is', () => {
    expect(source().standing).toBe('never');
  });

  test('is a volume of three hours', () => {
    const disks = policyFile({ policies: [policy({ name: 'disks', backup: 'volume' })] });
    const made = (age: number) =>
      volume({ id: `vol-${age}`, tags: tags({ Backup: 'disks' }), createdAt: NOW - age });
    const volumes = [made(HOUR), made(4 * HOUR)];
    expect(only({ file: disks, volumes }).sources.map(({ standing }) => standing)).toEqual(['new', 'never']);
  });

  test('is new before the first slot of its policy', () => {
    const file = policyFile({ policies: [policy({ schedule: schedule('cron(0 3 1 6 ? 2027)') })] });
    expect(source({ file }).standing).toBe('new');
  });

  test('is not overdue while its first one is being made', () => {
    expect(source({ points: made(TODAY, { state: 'pending' }) })).toMatchObject({
      standing: 'pending',
      lacksCurrent: false,
    });
  });

  test('[H36] is overdue when all there is has failed', () => {
    expect(source({ points: made(YESTERDAY, { state: 'failed' }) })).toMatchObject({
      standing: 'never',
      isMissed: false,
    });
  });
});

describe('the current slot', () => {
  test.each([
    ['good', {}, false],
    ['pending', { state: 'pending' }, false],
    ['a failed AMI, which holds its name', { state: 'failed' }, false],
    ['disabled, which counts as made', { state: 'disabled' }, false],
    ['a failed set, which holds nothing', { state: 'failed', kind: 'snapshots' }, true],
  ] as const)('is lacking or not: %s', (_, over, lacks) => {
    expect(source({ points: made(TODAY, over) }).lacksCurrent).toBe(lacks);
  });

  test('is never asked for again of a policy that reboots: its hour is over', () => {
    const file = policyFile({ policies: [policy({ reboot: true })] });
    expect(source({ file })).toMatchObject({ standing: 'never', lacksCurrent: false });
  });

  test('is not lacking after a later manual backup', () => {
    expect(source({ points: made(TODAY + HOUR) }).lacksCurrent).toBe(false);
  });

  test('is not asked for of what cannot be backed up, and the reason is told', () => {
    const instances = [instance({ rootDeviceType: 'instance-store' })];
    expect(source({ instances })).toMatchObject({
      lacksCurrent: false,
      obstacle: 'root device is instance-store, expected ebs: EC2 makes no AMI or snapshot of instance store',
    });
  });
});

describe('the sources of a policy', () => {
  test('are those that exist and ask for it; the tags of the others are told', () => {
    const instances = [
      instance({ id: 'i-1' }),
      instance({ id: 'i-2', tags: tags({ Backup: 'dayly-ami' }) }),
      instance({ id: 'i-3', state: 'terminated' }),
      instance({ id: 'i-4', state: 'shutting-down' }),
      instance({ id: 'i-5', tags: tags() }),
    ];
    const { running, selection } = watch({ instances });
    expect(running[0]?.sources.map(({ id }) => id)).toEqual(['i-1']);
    expect(selection.tagProblems.map(({ id }) => id)).toEqual(['i-2']);
  });

  test('[H36] may be none, which is measured too', () => {
    expect(only({ instances: [] })).toMatchObject({ policy: 'daily-ami', sources: [] });
  });
});

describe('the points of a policy', () => {
  test('[H3] are told that have been pending for more than a day', () => {
    const pending = [
      point({ source: 'i-1', slot: NOW - DAY, state: 'pending' }),
      point({ source: 'i-2', slot: NOW - DAY - 1, state: 'pending', detail: 'AMI is pending' }),
    ];
    expect(only({ points: pending }).points.longPending).toEqual([
      { id: pending[1]?.id, source: 'i-2', slot: NOW - DAY - 1, detail: 'AMI is pending' },
    ]);
  });

  test('are told apart: failed, left over, odd', () => {
    // The builder gives an image's point an AMI: a leftover has none.
    const set = point({ id: 'snap-1', kind: 'snapshots', state: 'failed' });
    const leftover: RecoveryPoint = { ...set, kind: 'image' };
    const all = [
      point({ id: 'ami-1', state: 'failed' }),
      point({ id: 'snap-2', kind: 'snapshots', state: 'failed' }),
      leftover,
      point({ id: 'ami-2', state: 'incomplete' }),
      point({ id: 'ami-3', slot: NOW + HOUR }),
      point({ id: 'ami-4' }),
    ];
    const counted = only({ points: all }).points;
    const idsOf = (notes: readonly { id: string }[]) => notes.map(({ id }) => id);
    expect({
      total: counted.total,
      failed: idsOf(counted.failed),
      leftovers: idsOf(counted.leftovers),
      odd: idsOf(counted.odd),
    }).toEqual({ total: 6, failed: ['ami-1', 'snap-2'], leftovers: ['snap-1'], odd: ['ami-2', 'ami-3'] });
  });

  test('of policies that do not run are counted, without any freshness', () => {
    const file = policyFile({ retired: [retired({ name: 'old-weekly' })] });
    const old = points(['2026-01-04', '2026-01-11'], { policy: 'old-weekly' });
    const unknown = points(['2026-01-04'], { policy: 'gone' });
    expect(
      watch({ file, points: [...old, ...unknown] }).resting.map(
        ({ policy: name, isInFile, points: { total } }) => ({
          name,
          isInFile,
          total,
        }),
      ),
    ).toEqual([
      { name: 'gone', isInFile: false, total: 1 },
      { name: 'old-weekly', isInFile: true, total: 2 },
    ]);
  });
});
