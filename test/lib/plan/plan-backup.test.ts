import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planBackup, tagProblems, type BackupInput } from '../../../src/lib/plan/plan-backup.ts';
import { DAY, instance, instant, point, policy, policyFile, tags, volume } from '../../support/points.ts';

const SLOT = instant('2026-11-22T03:00Z');
const POLICY = policy();
const FILE = policyFile({
  policies: [
    POLICY,
    policy({ name: 'data-6h', backup: 'snapshots' }),
    policy({ name: 'scratch', backup: 'volume' }),
  ],
});

function input(over: Partial<BackupInput> = {}): BackupInput {
  return {
    file: FILE,
    policy: POLICY,
    slot: SLOT,
    trigger: 'schedule',
    instances: [instance()],
    volumes: [],
    points: [],
    ...over,
  };
}

const actionsOf = (over: Partial<BackupInput>): string[] =>
  planBackup(input(over)).actions.map(({ source }) => source);

describe('the sources of a slot', () => {
  test('are those that ask for the policy', () => {
    const instances = [
      instance({ id: 'i-1' }),
      instance({ id: 'i-2', tags: tags({ Backup: 'data-6h' }) }),
      instance({ id: 'i-3', tags: tags({ 'Backup:daily-ami': 'true', Backup: 'data-6h' }) }),
      instance({ id: 'i-4', tags: tags({}) }),
    ];
    expect(actionsOf({ instances })).toEqual(['i-1', 'i-3']);
  });

  test('[H10] of a misspelt tag are left out, and all others go on', () => {
    const instances = [instance({ id: 'i-1', tags: tags({ Backup: 'dayly-ami' }) }), instance({ id: 'i-2' })];
    expect(actionsOf({ instances })).toEqual(['i-2']);
    expect(tagProblems(FILE, { instances, volumes: [] })).toEqual([
      {
        id: 'i-1',
        reason: 'tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)',
      },
    ]);
  });

  test('are volumes where the policy backs up volumes', () => {
    const volumes = [volume({ id: 'vol-1', tags: tags({ Backup: 'scratch' }) }), volume({ id: 'vol-2' })];
    const scratch = policy({ name: 'scratch', backup: 'volume' });
    expect(actionsOf({ policy: scratch, volumes })).toEqual(['vol-1']);
  });

  test('are stalest first: never backed up, then the oldest good point, then by id', () => {
    const instances = ['i-5', 'i-4', 'i-3', 'i-2', 'i-1'].map((id) => instance({ id }));
    const points = [
      point({ source: 'i-5', slot: SLOT - 3 * DAY }),
      point({ source: 'i-4', slot: SLOT - DAY }),
      point({ source: 'i-4', slot: SLOT - 5 * DAY }),
      point({ source: 'i-3', slot: SLOT - DAY, state: 'failed' }),
      point({ source: 'i-2', slot: SLOT - DAY, policy: 'data-6h' }),
      point({ source: 'i-1', slot: SLOT - 3 * DAY }),
    ];
    expect(actionsOf({ instances, points })).toEqual(['i-2', 'i-3', 'i-1', 'i-5', 'i-4']);
  });

  test('[H17] that cannot be backed up are skipped with the reason, in the same order', () => {
    const instances = [
      instance({ id: 'i-2', state: 'terminated' }),
      instance({ id: 'i-1', state: 'pending' }),
    ];
    expect(planBackup(input({ instances })).skipped).toEqual([
      { id: 'i-1', policy: 'daily-ami', reason: 'instance is pending, expected running or stopped' },
      { id: 'i-2', policy: 'daily-ami', reason: 'instance is terminated, expected running or stopped' },
    ]);
  });
});

describe('[H1] what the slot has already', () => {
  test.each(['good', 'pending', 'disabled', 'incomplete', 'failed'] as const)(
    'a %s point of it is not made again',
    (state) => {
      const made = point({ slot: SLOT, state });
      const plan = planBackup(input({ points: [made] }));
      expect(plan.actions).toEqual([]);
      expect(plan.alreadyMade).toEqual([{ source: 'i-1', point: made }]);
    },
  );

  test.each([
    ['of another slot', point({ slot: SLOT - DAY })],
    ['of another policy', point({ slot: SLOT, policy: 'data-6h' })],
    ['of another source', point({ slot: SLOT, source: 'i-2' })],
  ])('a point %s does not count', (_, other) => {
    expect(actionsOf({ points: [other] })).toEqual(['i-1']);
  });

  test('of several, one that did not fail; of those the first made', () => {
    const failed = point({ slot: SLOT, state: 'failed', id: 'ami-1', madeAt: SLOT });
    const first = point({ slot: SLOT, id: 'ami-3', madeAt: SLOT + 1 });
    const second = point({ slot: SLOT, id: 'ami-2', madeAt: SLOT + 2 });
    for (const points of [
      [failed, first, second],
      [second, first, failed],
    ]) {
      expect(planBackup(input({ points })).alreadyMade).toEqual([{ source: 'i-1', point: first }]);
    }
  });

  test('of several that failed, the first made', () => {
    const first = point({ slot: SLOT, state: 'failed', id: 'ami-2', madeAt: SLOT });
    const second = point({ slot: SLOT, state: 'failed', id: 'ami-1', madeAt: SLOT + 1 });
    expect(planBackup(input({ points: [second, first] })).alreadyMade).toEqual([
      { source: 'i-1', point: first },
    ]);
  });
});

describe('sources asked for by id', () => {
  const instances = ['i-1', 'i-2', 'i-3'].map((id) => instance({ id }));

  test('are the only ones', () => {
    expect(actionsOf({ instances, sources: ['i-3', 'i-1'] })).toEqual(['i-1', 'i-3']);
  });

  test('that the policy has not are told, once each', () => {
    const others = [...instances, instance({ id: 'i-8', tags: tags({ Backup: 'data-6h' }) })];
    const plan = planBackup(input({ instances: others, sources: ['i-9', 'i-1', 'i-8', 'i-9'] }));
    expect(plan.actions.map(({ source }) => source)).toEqual(['i-1']);
    expect(plan.unknownSources).toEqual(['i-8', 'i-9']);
  });

  test('none asked for is none made', () => {
    expect(actionsOf({ instances, sources: [] })).toEqual([]);
  });
});

describe('tag problems', () => {
  test('are told for each source once, but not for terminated instances', () => {
    const wrong = tags({ Backup: 'x', 'Backup:daily-ami': 'maybe' });
    const problems = tagProblems(FILE, {
      instances: [
        instance({ id: 'i-2', tags: wrong }),
        instance({ id: 'i-1', tags: wrong, state: 'terminated' }),
      ],
      volumes: [volume({ id: 'vol-1', tags: tags({ 'Backup:Exclude': 'maybe' }) }), volume({ id: 'vol-2' })],
    });
    expect(problems.map(({ id }) => id)).toEqual(['i-2', 'i-2', 'vol-1']);
  });
});

test('the plan does not depend on the order of the lists', () => {
  const instances = Array.from({ length: 6 }, (_, n) =>
    instance({ id: `i-${n}`, state: n === 5 ? 'pending' : 'running' }),
  );
  const points = [
    ...[0, 1].flatMap((n) =>
      [1, 2].map((made) => point({ source: `i-${n}`, id: `ami-${n}-${made}`, madeAt: made })),
    ),
    point({ source: 'i-2', slot: SLOT - DAY }),
    point({ source: 'i-3', slot: SLOT - 2 * DAY }),
  ];
  const expected = planBackup(input({ instances, points }));
  const shuffled = <T>(all: readonly T[]): fc.Arbitrary<T[]> =>
    fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
  fc.assert(
    fc.property(shuffled(instances), shuffled(points), (otherInstances, otherPoints) => {
      expect(planBackup(input({ instances: otherInstances, points: otherPoints }))).toEqual(expected);
    }),
  );
});
