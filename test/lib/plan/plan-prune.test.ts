import { describe, expect, test } from 'vitest';
import {
  planPrune,
  pruneCandidates,
  type PruneInput,
  type PrunePlan,
} from '../../../src/lib/plan/plan-prune.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import type { SafetyChecks } from '../../../src/lib/plan/safety.ts';
import {
  dailyPoints,
  DAY,
  HOUR,
  instant,
  keep,
  NOW,
  PLACE,
  point,
  points,
  policy,
  policyFile,
  retired,
  unused,
} from '../../support/points.ts';

const SLOT = instant('2026-11-22T03:00Z');

function input(over: Partial<PruneInput> = {}): PruneInput {
  return {
    file: policyFile({ policies: [policy({ keep: keep('daily=2') })], retired: [retired()] }),
    now: NOW,
    place: PLACE,
    points: [],
    leftAlone: [],
    sources: new Map([['i-1', {}]]),
    ...over,
  };
}

function plan(over: Partial<PruneInput> = {}, checks?: Partial<SafetyChecks>): PrunePlan {
  const whole = input(over);
  return planPrune(whole, unused(whole.points, checks));
}

/** `decision: reasons` by slot (and by id where a slot has several). */
function verdicts({ verdicts: all }: PrunePlan, by: 'slot' | 'id' = 'slot'): Record<string, string> {
  return Object.fromEntries(
    all.map(({ point: { id, slot }, verdict }) => [
      by === 'id' ? id : new Date(slot).toISOString().slice(0, 10),
      `${verdict.decision}: ${verdict.reasons.join(', ')}`,
    ]),
  );
}

const three = points(['2026-11-20T03:00Z', '2026-11-21T03:00Z', '2026-11-22T03:00Z']);

describe('what is pruned', () => {
  test('every point has one verdict, and every pruned one its action', () => {
    const pruned = plan({ points: three });
    expect(verdicts(pruned)).toEqual({
      '2026-11-20': 'prune: no rule keeps it',
      '2026-11-21': 'keep: daily 2/2',
      '2026-11-22': 'keep: daily 1/2',
    });
    const [oldest] = three;
    expect(pruned.actions).toEqual([
      {
        action: 'deregister-image',
        policy: 'daily-ami',
        source: 'i-1',
        slot: instant('2026-11-20T03:00Z'),
        point: oldest?.id,
        id: oldest?.id,
        snapshots: oldest?.snapshotIds,
        reason: 'no rule keeps it',
      },
    ]);
  });

  test('a set is deleted snapshot by snapshot', () => {
    const set = three.map(({ slot }, n) =>
      point({ kind: 'snapshots', slot, id: `snap-${n}a`, snapshotIds: [`snap-${n}a`, `snap-${n}b`] }),
    );
    expect(plan({ points: set }).actions.map(({ action, id, point: of }) => [action, id, of])).toEqual([
      ['delete-snapshot', 'snap-0a', 'snap-0a'],
      ['delete-snapshot', 'snap-0b', 'snap-0a'],
    ]);
  });

  test('[H8] leftovers of an AMI are deleted as snapshots', () => {
    const set = point({ kind: 'snapshots', slot: SLOT - 3 * DAY, id: 'snap-1', snapshotIds: ['snap-1'] });
    const pruned = plan({ points: [{ ...set, kind: 'image', state: 'failed' }] });
    expect(pruned.actions).toMatchObject([
      { action: 'delete-snapshot', id: 'snap-1', reason: 'failed for over 24 h' },
    ]);
  });

  test('policies, sources and slots are in order, whatever the order of the lists', () => {
    const all = ['i-2', 'i-1'].flatMap((source) =>
      ['old-weekly', 'daily-ami'].flatMap((name) => dailyPoints(4, { source, policy: name })),
    );
    const { actions } = plan({ points: all });
    expect(actions.map((action) => [action.policy, action.source, (SLOT - action.slot) / DAY])).toEqual([
      ['daily-ami', 'i-1', 3],
      ['daily-ami', 'i-1', 2],
      ['daily-ami', 'i-2', 3],
      ['daily-ami', 'i-2', 2],
      ['old-weekly', 'i-1', 3],
      ['old-weekly', 'i-1', 2],
      ['old-weekly', 'i-1', 1],
      ['old-weekly', 'i-2', 3],
      ['old-weekly', 'i-2', 2],
      ['old-weekly', 'i-2', 1],
    ]);
  });

  test('of one policy only, when one is asked for', () => {
    const all = ['old-weekly', 'daily-ami'].flatMap((name) => dailyPoints(4, { policy: name }));
    const { verdicts: judged } = plan({ points: all, policy: 'old-weekly' });
    expect(new Set(judged.map((one) => one.point.policy))).toEqual(new Set(['old-weekly']));
    expect(judged).toHaveLength(4);
  });

  test('sources are grouped apart: each has its own days', () => {
    const both = ['i-1', 'i-2'].flatMap((source) => dailyPoints(2, { source }));
    expect(plan({ points: both }).actions).toEqual([]);
  });

  test('the calendar is that of the policy', () => {
    const file = policyFile({ policies: [policy({ keep: keep('daily=2'), timezone: 'Asia/Seoul' })] });
    const one = points(['2026-11-20T20:00Z', '2026-11-21T10:00Z', '2026-11-21T16:00Z']);
    expect(plan({ file, points: one }).actions.map(({ slot }) => slot)).toEqual([
      instant('2026-11-20T20:00Z'),
    ]);
  });
});

describe('[H11] today’s policy decides', () => {
  test('an edit prunes what exists', () => {
    const file = policyFile({ policies: [policy({ keep: keep('last=1') })] });
    expect(verdicts(plan({ file, points: three }))).toEqual({
      '2026-11-20': 'prune: no rule keeps it',
      '2026-11-21': 'prune: no rule keeps it',
      '2026-11-22': 'keep: last 1/1',
    });
  });

  test('not the override that a backup of an existing source remembers', () => {
    const made = three.map((one) => ({ ...one, keep: 'daily=all' }));
    expect(plan({ points: made }).actions).toHaveLength(1);
  });

  test('the override that the source has today', () => {
    const sources = new Map([['i-1', { keep: 'last=1' }]]);
    expect(plan({ points: three, sources }).actions).toHaveLength(2);
  });

  test('a retired policy goes on keeping by its rules', () => {
    const old = three.map((one) => ({ ...one, policy: 'old-weekly' }));
    expect(verdicts(plan({ points: old }))).toMatchObject({ '2026-11-22': 'keep: last 1/1' });
    expect(plan({ points: old }).actions).toHaveLength(2);
  });

  test('a policy that vanished from the file without being retired keeps all, failed ones too', () => {
    const lost = [...three, point({ slot: SLOT - 9 * DAY, state: 'failed' })].map((one) => ({
      ...one,
      policy: 'lost',
    }));
    expect(new Set(Object.values(verdicts(plan({ points: lost }))))).toEqual(
      new Set(['keep: policy lost not in the file']),
    );
  });
});

describe('[H10] a tag that is wrong deletes nothing', () => {
  const others = dailyPoints(3, { source: 'i-2' });

  test('bad Backup:Keep keeps all of its source, and the others go on', () => {
    const sources = new Map([
      ['i-1', { keep: 'dayly=2' }],
      ['i-2', {}],
    ]);
    const pruned = plan({ points: [...three, ...others], sources });
    const why = 'keep: bad Backup:Keep: "dayly" is not a rule (did you mean daily?)';
    const own = pruned.verdicts.filter((one) => one.point.source === 'i-1');
    expect(own.map(({ verdict }) => `${verdict.decision}: ${verdict.reasons.join(', ')}`)).toEqual([
      why,
      why,
      why,
    ]);
    expect(pruned.actions.map(({ source }) => source)).toEqual(['i-2']);
  });

  test('a misspelt opt-in tag keeps all of its source, and the others go on', () => {
    const problem = 'tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)';
    const sources = new Map([
      ['i-1', { problem, keep: 'last=1' }],
      ['i-2', {}],
    ]);
    const pruned = plan({ points: [...three, ...others], sources });
    expect(
      pruned.verdicts.filter((one) => one.point.source === 'i-1').map(({ verdict }) => verdict.reasons),
    ).toEqual([[`bad Backup: ${problem}`], [`bad Backup: ${problem}`], [`bad Backup: ${problem}`]]);
    expect(pruned.actions.map(({ source }) => source)).toEqual(['i-2']);
  });

  test('[H12] an empty Backup:Keep is no rules, and keeps all', () => {
    const sources = new Map([['i-1', { keep: ' ' }]]);
    expect(new Set(Object.values(verdicts(plan({ points: three, sources }))))).toEqual(
      new Set(['keep: no rules']),
    );
  });
});

describe('[H9] a source that is gone', () => {
  const gone = new Map<string, { keep?: string }>();

  test('is kept by the same rules as ever', () => {
    expect(verdicts(plan({ points: three, sources: gone }))).toEqual(verdicts(plan({ points: three })));
  });

  test('is kept by the override on its newest point', () => {
    const made = three.map((one, n) => ({ ...one, keep: n === 2 ? 'last=3' : 'last=1' }));
    expect(plan({ points: made, sources: gone }).actions).toEqual([]);
    const older = three.map((one, n) => (n === 2 ? one : { ...one, keep: 'last=3' }));
    expect(plan({ points: older, sources: gone }).actions).toHaveLength(1);
  });

  test('with a bad override on its newest point keeps all', () => {
    const made = three.map((one, n) => (n === 2 ? { ...one, keep: 'last=0' } : one));
    expect(plan({ points: made, sources: gone }).actions).toEqual([]);
  });

  test('of two newest points of one slot, the override of the first made decides', () => {
    const first = point({ slot: SLOT, id: 'ami-b', madeAt: SLOT, keep: 'last=1' });
    const second = point({ slot: SLOT, id: 'ami-a', madeAt: SLOT + 1, keep: 'last=3' });
    const older = point({ slot: SLOT - DAY });
    const expected = {
      'ami-a': 'prune: duplicate of slot',
      'ami-b': 'keep: last 1/1',
      [older.id]: 'prune: no rule keeps it',
    };
    for (const all of [
      [first, second, older],
      [second, older, first],
    ]) {
      expect(verdicts(plan({ points: all, sources: gone }), 'id')).toEqual(expected);
    }
  });

  const releasing = policyFile({
    policies: [policy({ keep: keep('daily=2'), releaseAfterSourceGone: 90 * DAY })],
  });
  const old = (age: number): RecoveryPoint[] => [
    point({ slot: NOW - age }),
    point({ slot: NOW - age - DAY }),
    point({ slot: NOW - age - 5 * DAY }),
  ];

  test.each([
    ['exactly as old as that is still kept', 90 * DAY, 1],
    ['older lets go of everything', 90 * DAY + 1, 3],
  ])('releaseAfterSourceGone: a newest good point %s', (_, age, deletions) => {
    expect(plan({ file: releasing, points: old(age), sources: gone }).actions).toHaveLength(deletions);
  });

  test('releaseAfterSourceGone does not touch a source that exists', () => {
    expect(plan({ file: releasing, points: old(900 * DAY) }).actions).toHaveLength(1);
  });

  test('releaseAfterSourceGone looks at good points, and keeps what is held', () => {
    const [newest, ...rest] = old(200 * DAY);
    if (!newest) throw new Error('no point');
    const recent = point({ slot: NOW - DAY / 2, state: 'failed' });
    const pruned = plan({
      file: releasing,
      points: [{ ...newest, hold: 'court' }, ...rest, recent],
      sources: gone,
    });
    expect(pruned.verdicts.map(({ verdict }) => verdict.reasons)).toEqual([
      ['no rule keeps it'],
      ['no rule keeps it'],
      ['held: court'],
      ['failed'],
    ]);
  });

  test('releaseAfterSourceGone of a retired policy counts too', () => {
    const file = policyFile({ policies: [], retired: [retired({ releaseAfterSourceGone: DAY })] });
    const points = old(2 * DAY).map((one) => ({ ...one, policy: 'old-weekly' }));
    expect(plan({ file, points, sources: gone }).actions).toHaveLength(3);
  });
});

describe('[H13] the newest good point', () => {
  test('stays when making new ones has been failing for months', () => {
    const failing = Array.from({ length: 60 }, (_, n) => point({ slot: SLOT - n * DAY, state: 'failed' }));
    const good = point({ slot: SLOT - 100 * DAY });
    const file = policyFile({ policies: [policy({ keep: keep('within=7d') })] });
    expect(verdicts(plan({ file, points: [...failing, good] }))).toMatchObject({
      '2026-08-14': 'keep: within 7d',
    });
  });

  test('of each policy and source stays', () => {
    const file = policyFile({
      policies: ['daily-ami', 'data-6h'].map((name) => policy({ name, keep: keep('within-hourly=1h') })),
    });
    const all = ['daily-ami', 'data-6h'].flatMap((name) =>
      ['i-1', 'i-2'].flatMap((source) => dailyPoints(3, { policy: name, source })),
    );
    const kept = plan({ file, points: all }).verdicts.filter(({ verdict }) => verdict.decision === 'keep');
    expect(kept.map(({ point: { policy: name, source, slot } }) => [name, source, slot])).toEqual([
      ['daily-ami', 'i-1', SLOT],
      ['daily-ami', 'i-2', SLOT],
      ['data-6h', 'i-1', SLOT],
      ['data-6h', 'i-2', SLOT],
    ]);
  });
});

describe('duplicates of a slot', () => {
  const twice = (slot: number, over: Partial<RecoveryPoint> = {}): RecoveryPoint[] => [
    point({ slot, id: 'ami-2', madeAt: slot + 2, ...over }),
    point({ slot, id: 'ami-1', madeAt: slot + 1 }),
  ];

  test('[H2] the first made counts, the other goes, and the count is not used up twice', () => {
    const pruned = plan({ points: [...twice(SLOT), point({ slot: SLOT - DAY, id: 'ami-0' })] });
    expect(verdicts(pruned, 'id')).toEqual({
      'ami-0': 'keep: daily 2/2',
      'ami-1': 'keep: daily 1/2',
      'ami-2': 'prune: duplicate of slot',
    });
  });

  test('made at one time, the lower id counts', () => {
    const pruned = plan({ points: twice(SLOT, { madeAt: SLOT + 1 }) });
    expect(verdicts(pruned, 'id')).toEqual({
      'ami-1': 'keep: daily 1/2',
      'ami-2': 'prune: duplicate of slot',
    });
  });

  test.each(['pending', 'failed', 'disabled', 'incomplete'] as const)('a %s second one is none', (state) => {
    const pruned = plan({ points: twice(SLOT, { state }) });
    expect(verdicts(pruned, 'id')).toEqual({ 'ami-1': 'keep: daily 1/2', 'ami-2': `keep: ${state}` });
  });

  test('[H14] a failed first one does not count: the good second one does', () => {
    const first = point({ slot: SLOT, id: 'ami-1', madeAt: SLOT, state: 'failed' });
    expect(verdicts(plan({ points: [first, point({ slot: SLOT, id: 'ami-2' })] }), 'id')).toEqual({
      'ami-1': 'keep: failed',
      'ami-2': 'keep: daily 1/2',
    });
  });

  test('that are held stay', () => {
    expect(verdicts(plan({ points: twice(SLOT, { hold: 'audit' }) }), 'id')).toMatchObject({
      'ami-2': 'keep: held: audit',
    });
  });

  test('[H12] stay where there are no rules', () => {
    const file = policyFile({ policies: [policy({ keep: {} })] });
    expect(verdicts(plan({ file, points: twice(SLOT) }), 'id')).toEqual({
      'ami-1': 'keep: no rules',
      'ami-2': 'keep: no rules',
    });
  });

  test('of the future stay', () => {
    expect(verdicts(plan({ points: twice(NOW + DAY) }), 'id')).toEqual({
      'ami-1': 'keep: in the future',
      'ami-2': 'keep: in the future',
    });
  });
});

describe('pins', () => {
  test('a held point still counts in its buckets', () => {
    const held = three.map((one) => ({ ...one, hold: 'audit' }));
    expect(verdicts(plan({ points: [...dailyPoints(5).slice(0, 2), ...held] }))).toEqual({
      '2026-11-18': 'prune: no rule keeps it',
      '2026-11-19': 'prune: no rule keeps it',
      '2026-11-20': 'keep: held: audit',
      '2026-11-21': 'keep: daily 2/2, held: audit',
      '2026-11-22': 'keep: daily 1/2, held: audit',
    });
  });

  test('[H6] what is in use is kept, with its user', () => {
    const users = new Map([[three[0]?.id ?? '', ['arn:aws:ec2:x:1:launch-template/lt-1']]]);
    expect(verdicts(plan({ points: three }, { users }))).toMatchObject({
      '2026-11-20': 'keep: in use by arn:aws:ec2:x:1:launch-template/lt-1',
    });
  });

  test('[H6] what could not be checked is kept, and told', () => {
    const failures = ['uses of AMIs (DescribeImageReferences) could not be checked'];
    const pruned = plan({ points: three }, { users: new Map(), failures });
    expect(pruned.actions).toEqual([]);
    expect(pruned.unchecked.map((one) => one.point.slot)).toEqual([instant('2026-11-20T03:00Z')]);
    expect(pruned.warnings).toEqual([{ id: 'prune', reason: failures[0] }]);
  });

  test('[H28] what is locked or protected is kept, failed ones and duplicates too', () => {
    const failed = point({ slot: SLOT - 2 * DAY, state: 'failed', id: 'ami-1', snapshotIds: ['snap-1'] });
    const double = point({ slot: SLOT, id: 'ami-3', madeAt: SLOT + HOUR, deregistrationProtected: true });
    const pruned = plan(
      { points: [failed, point({ slot: SLOT, id: 'ami-2' }), double] },
      { locks: new Map([['snap-1', instant('2027-01-01')]]) },
    );
    expect(verdicts(pruned, 'id')).toEqual({
      'ami-1': 'keep: locked until 2027-01-01T00:00:00Z',
      'ami-2': 'keep: daily 1/2',
      'ami-3': 'keep: deregistration protected',
    });
  });

  test('[H29] an AMI that maps a snapshot of somebody else is kept: deregistering would delete that too', () => {
    const mixed = three.map((one) => ({ ...one, foreignSnapshots: ['snap-9'] }));
    expect(plan({ points: mixed }).actions).toEqual([]);
  });

  test('are looked up for the points that retention lets go, and no others', () => {
    const held = point({ slot: SLOT - 9 * DAY, hold: 'audit' });
    expect(pruneCandidates(input({ points: [...three, held] }))).toEqual([three[0]]);
  });
});

describe('[H35] the guard', () => {
  const file = policyFile({
    policies: [policy({ keep: keep('last=1') }), policy({ name: 'data-6h', keep: keep('last=1') })],
  });
  const spree = dailyPoints(41);
  const steady = dailyPoints(21, { policy: 'data-6h' });
  const reason =
    'would delete 40 of 41 points; expected at most 20, the largest of 20, 30% of them (12) and three times the 1 made in 26 h or since its last slot (3)';

  test('refuses a policy as a whole, and that one only', () => {
    const pruned = plan({ file, points: [...spree, ...steady] });
    expect(pruned.refused).toEqual([{ policy: 'daily-ami', reason, deletions: 40 }]);
    expect(new Set(pruned.actions.map((action) => action.policy))).toEqual(new Set(['data-6h']));
    expect(pruned.actions).toHaveLength(20);
    const refused = pruned.verdicts.filter(({ verdict }) => verdict.reasons.includes(`refused: ${reason}`));
    expect(refused).toHaveLength(40);
    expect(refused.every(({ verdict }) => verdict.decision === 'keep')).toBe(true);
  });

  test('runs a plan that was accepted, when it still deletes exactly that many', () => {
    const accepted = { file, points: spree, policy: 'daily-ami' };
    expect(plan({ ...accepted, accept: 40 }).actions).toHaveLength(40);
    expect(plan({ ...accepted, accept: 39 }).actions).toEqual([]);
    expect(plan({ ...accepted, accept: 39 }).refused).toEqual([
      { policy: 'daily-ami', reason: 'would delete 40 points, but 39 were accepted', deletions: 40 },
    ]);
  });

  test('counts what would really be deleted: held points are not', () => {
    const held = spree.map((one, n) => (n < 20 ? { ...one, hold: 'audit' } : one));
    const pruned = plan({ file, points: held });
    expect(pruned.refused).toEqual([]);
    expect(pruned.actions).toHaveLength(20);
  });

  test('a wrong clock that takes all for failed and old is stopped', () => {
    const failed = dailyPoints(30, { state: 'failed' });
    expect(plan({ file, points: failed, now: NOW + 365 * DAY }).actions).toEqual([]);
  });
});

test('what is left alone is told, by id', () => {
  const leftAlone = ['snap-2', 'ami-1', 'snap-1'].map((id) => ({ id, reason: `why ${id}` }));
  expect(plan({ leftAlone }).skipped).toEqual([
    { id: 'ami-1', reason: 'why ami-1' },
    { id: 'snap-1', reason: 'why snap-1' },
    { id: 'snap-2', reason: 'why snap-2' },
  ]);
});

test('nothing is nothing', () => {
  expect(plan()).toEqual({
    allowances: new Map(),
    actions: [],
    verdicts: [],
    unchecked: [],
    refused: [],
    skipped: [],
    warnings: [],
  });
});
