import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeleteAction } from '../../../src/lib/plan/actions.ts';
import {
  binOutlook,
  binTraps,
  type BinGroup,
  type BinRule,
  type BinTag,
} from '../../../src/lib/plan/bin-rules.ts';
import type { PointVerdict } from '../../../src/lib/plan/point-verdicts.ts';
import { instant, point } from '../../support/points.ts';

const SLOT = instant('2026-11-15');
const IDENTITY = { policy: 'nightly', source: 'i-0000000000000000a', slot: SLOT };

function deregister(
  id: string,
  snapshots: readonly string[],
  over: Partial<DeleteAction> = {},
): DeleteAction {
  return {
    ...IDENTITY,
    ...over,
    action: 'deregister-image',
    id,
    point: id,
    snapshots,
    reason: 'no rule keeps it',
  };
}

function deleteSnapshot(id: string, over: Partial<DeleteAction> = {}): DeleteAction {
  return { ...IDENTITY, ...over, action: 'delete-snapshot', id, point: id, reason: 'no rule keeps it' };
}

function rule(over: Partial<BinRule> = {}): BinRule {
  return { id: 'r', kind: 'snapshot', days: 7, isAvailable: true, tags: [], excludedTags: [], ...over };
}

function verdictOf({ id, ...identity }: DeleteAction): PointVerdict {
  const kind = id.startsWith('ami-') ? 'image' : 'volume';
  const { policy, source, slot } = identity;
  return {
    point: point({ id, policy, source, slot, kind }),
    verdict: { decision: 'prune', reasons: ['no rule keeps it'] },
  };
}

function groupsOf(actions: readonly DeleteAction[], rules: readonly BinRule[]): readonly BinGroup[] {
  const outlook = binOutlook({ actions, verdicts: actions.map(verdictOf) }, 'test', rules);
  if (outlook.status !== 'read') throw new Error('expected an outlook');
  return outlook.groups;
}

const OF_DEPLOYMENT: BinTag = { key: 'ec2-backup:deployment', value: 'test' };
const OF_TEAM: BinTag = { key: 'Team', value: 'payments' };

/** How a snapshot fares under rules. */
function stayOf(rules: readonly BinRule[]): BinGroup['snapshotStay'] | undefined {
  return groupsOf([deleteSnapshot('snap-a')], rules)[0]?.snapshotStay;
}

describe('a snapshot', () => {
  test('does not stay without a rule, nor by one for AMIs, nor by one that is not available yet', () => {
    expect(stayOf([])).toEqual({});
    expect(stayOf([rule({ kind: 'image' })])).toEqual({});
    expect(stayOf([rule({ isAvailable: false })])).toEqual({});
  });

  test('stays by a rule of the Region unless it has a tag that this excludes', () => {
    expect(stayOf([rule()])).toEqual({ sure: { rule: 'r', days: 7 } });
    expect(stayOf([rule({ excludedTags: [OF_DEPLOYMENT] })])).toEqual({});
    const others = { key: 'ec2-backup:deployment', value: 'other' };
    expect(stayOf([rule({ excludedTags: [others] })])).toEqual({ sure: { rule: 'r', days: 7 } });
  });

  test.each([
    { key: 'ec2-backup:deployment', value: 'test' },
    { key: 'ec2-backup:policy', value: 'nightly' },
    { key: 'ec2-backup:source', value: 'i-0000000000000000a' },
    { key: 'ec2-backup:slot', value: '2026-11-15T00:00:00Z' },
    { key: 'ec2-backup:kind', value: 'volume' },
  ])('stays by a rule for our tag $key=$value, and not for another value of it', ({ key, value }) => {
    expect(stayOf([rule({ tags: [{ key, value }] })])).toEqual({ sure: { rule: 'r', days: 7 } });
    expect(stayOf([rule({ tags: [{ key, value: `${value}x` }] })])).toEqual({});
  });

  test('may stay by a rule for tags that are not known, or that excludes such', () => {
    const maybe = { maybe: { rule: 'r', days: 7 } };
    expect(stayOf([rule({ tags: [OF_TEAM] })])).toEqual(maybe);
    expect(stayOf([rule({ excludedTags: [OF_TEAM] })])).toEqual(maybe);
    expect(stayOf([rule({ tags: [{ key: 'ec2-backup:policy' }] })])).toEqual(maybe);
    // Any of its tags is enough, to be kept and to be excluded.
    expect(stayOf([rule({ tags: [OF_TEAM, OF_DEPLOYMENT] })])).toEqual({ sure: { rule: 'r', days: 7 } });
    expect(stayOf([rule({ excludedTags: [OF_TEAM, OF_DEPLOYMENT] })])).toEqual({});
  });

  test('stays as long as the longest rule says, and maybe as long as a longer one', () => {
    const rules = [
      rule({ id: 'short', days: 3 }),
      rule({ id: 'long', days: 30, tags: [OF_DEPLOYMENT] }),
      rule({ id: 'unknown', days: 20, tags: [OF_TEAM] }),
    ];
    expect(stayOf(rules)).toEqual({ sure: { rule: 'long', days: 30 } });
    expect(stayOf([...rules, rule({ id: 'longer', days: 31, tags: [OF_TEAM] })])).toEqual({
      sure: { rule: 'long', days: 30 },
      maybe: { rule: 'longer', days: 31 },
    });
  });
});

test('what fares alike is counted together, AMIs first and with their snapshots', () => {
  const rules = [
    rule({ id: 'images', kind: 'image', days: 7 }),
    rule({ id: 'nightlies', days: 14, tags: [{ key: 'ec2-backup:policy', value: 'nightly' }] }),
  ];
  const images = { rule: 'images', days: 7 };
  const nightlies = { rule: 'nightlies', days: 14 };
  expect(
    groupsOf(
      [
        deleteSnapshot('snap-1', { policy: 'disks' }),
        deleteSnapshot('snap-2', { policy: 'disks' }),
        deleteSnapshot('snap-3'),
        deregister('ami-1', ['snap-4', 'snap-5']),
        deregister('ami-2', ['snap-6']),
        deregister('ami-3', ['snap-7'], { policy: 'weekly' }),
      ],
      rules,
    ),
  ).toEqual([
    { images: 2, snapshots: 3, imageStay: { sure: images }, snapshotStay: { sure: nightlies } },
    { images: 1, snapshots: 1, imageStay: { sure: images }, snapshotStay: {} },
    { images: 0, snapshots: 2, imageStay: {}, snapshotStay: {} },
    { images: 0, snapshots: 1, imageStay: {}, snapshotStay: { sure: nightlies } },
  ]);
});

test('rules that are not available yet are named', () => {
  const actions = [deleteSnapshot('snap-1')];
  const rules = [rule({ id: 'b', isAvailable: false }), rule({ id: 'a', isAvailable: false }), rule()];
  expect(binOutlook({ actions, verdicts: [] }, 'test', rules)).toMatchObject({ pending: ['a', 'b'] });
});

describe('the trap of an AMI that outlives its snapshots', () => {
  const trapsOf = (...rules: readonly BinRule[]) =>
    binTraps(groupsOf([deregister('ami-1', ['snap-1'])], rules));
  const ofImages = rule({ kind: 'image', days: 14 });

  test('is there when no rule keeps them, or for a shorter time', () => {
    expect(trapsOf(ofImages)).toEqual([{ images: 1, days: 14, restorable: 0, isSure: true }]);
    expect(trapsOf(ofImages, rule({ days: 13 }))).toEqual([
      { images: 1, days: 14, restorable: 13, isSure: true },
    ]);
  });

  test('is not there when they stay as long, nor when the AMI does not stay', () => {
    expect(trapsOf(ofImages, rule({ days: 14 }))).toEqual([]);
    expect(trapsOf(rule({ days: 14 }))).toEqual([]);
    expect(trapsOf()).toEqual([]);
  });

  test('may be there when it goes by tags that are not known', () => {
    expect(trapsOf(ofImages, rule({ tags: [OF_TEAM], days: 14 }))).toEqual([
      { images: 1, days: 14, restorable: 0, isSure: false },
    ]);
    expect(trapsOf(rule({ kind: 'image', days: 30, tags: [OF_TEAM] }), rule({ days: 7 }))).toEqual([
      { images: 1, days: 30, restorable: 7, isSure: false },
    ]);
  });

  test('is not there for an AMI that has no snapshots', () => {
    expect(binTraps(groupsOf([deregister('ami-1', [])], [ofImages]))).toEqual([]);
  });
});

// The reference knows all tags of the snapshot, as the Recycle Bin does.
test('what is sure is so whatever the tags of the source are, and nothing stays longer than it may', () => {
  const tag = fc.constantFrom<BinTag>(
    OF_DEPLOYMENT,
    { key: 'ec2-backup:policy', value: 'other' },
    OF_TEAM,
    { key: 'Team', value: 'ledger' },
    { key: 'Stage', value: 'live' },
  );
  const some = fc.uniqueArray(tag, { maxLength: 2 });
  const rules = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constant('snapshot' as const),
      days: fc.integer({ min: 1, max: 9 }),
      isAvailable: fc.boolean(),
      tags: some,
      excludedTags: some,
    }),
    { maxLength: 4 },
  );
  const others = fc.record({
    Team: fc.constantFrom('payments', 'ledger', 'none'),
    Stage: fc.constantFrom('live', 'test'),
  });
  fc.assert(
    fc.property(rules, others, (given, of) => {
      const all = new Map([
        [OF_DEPLOYMENT.key, 'test'],
        ['ec2-backup:policy', 'nightly'],
        ...Object.entries(of),
      ]);
      const matches = ({ key, value }: BinTag): boolean => all.get(key) === value;
      const days = given
        .filter(({ isAvailable }) => isAvailable)
        .filter(({ tags, excludedTags }) =>
          tags.length > 0 ? tags.some(matches) : !excludedTags.some(matches),
        )
        .map((one) => one.days);
      const truth = Math.max(0, ...days);
      const { sure, maybe } = stayOf(given) ?? {};
      expect(truth).toBeGreaterThanOrEqual(sure?.days ?? 0);
      expect(truth).toBeLessThanOrEqual(maybe?.days ?? sure?.days ?? 0);
    }),
  );
});
