/** Whole accounts of AMIs and snapshots, ours and others', through assembling and planning. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Image, Snapshot } from '../../../src/lib/plan/inventory.ts';
import type { Ownership } from '../../../src/lib/plan/marks.ts';
import { NOT_NEEDED } from '../../../src/lib/plan/safety.ts';
import { planPrune, type PruneInput, type PrunePlan } from '../../../src/lib/plan/plan-prune.ts';
import { assemblePoints, type Owned, type RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';
import {
  DATA_VOLUME,
  DAY,
  FOREIGN,
  HOUR,
  keep,
  NOW,
  ours,
  PLACE,
  policy,
  policyFile,
  retired,
  ROOT_VOLUME,
  unused,
} from '../../support/points.ts';

interface Account {
  readonly images: readonly Owned<Image>[];
  readonly snapshots: readonly Owned<Snapshot>[];
}

const POLICIES = ['daily-ami', 'data-6h', 'old-weekly', 'lost'];
const SOURCES = ['i-1', 'i-2', 'vol-1'];
const LEFT_ALONE: Ownership = { status: 'left-alone', reason: 'managed by DLM (tag aws:dlm:x)' };

const backup = fc.record({
  policy: fc.constantFrom(...POLICIES),
  source: fc.constantFrom(...SOURCES),
  kind: fc.constantFrom('image', 'snapshots', 'volume'),
  hours: fc.integer({ min: -30, max: 24 * 40 }),
  imageState: fc.constantFrom(
    'available',
    'available',
    'available',
    'pending',
    'failed',
    'disabled',
    'deregistered',
    'none',
  ),
  snapshotStates: fc.tuple(
    fc.constantFrom('completed', 'completed', 'completed', 'pending', 'error', 'none'),
    fc.constantFrom('completed', 'completed', 'completed', 'pending', 'error', 'none'),
  ),
  hold: fc.constantFrom(undefined, undefined, undefined, 'audit'),
  whose: fc.constantFrom('ours', 'ours', 'ours', 'ours', 'foreign', 'left-alone'),
  snapshotWhose: fc.constantFrom('same', 'same', 'same', 'same', 'foreign', 'left-alone'),
});
type Backup = typeof backup extends fc.Arbitrary<infer T> ? T : never;

function ownershipOf(whose: string, made: Backup): Ownership {
  if (whose === 'foreign') return FOREIGN;
  if (whose === 'left-alone') return LEFT_ALONE;
  return ours({
    policy: made.policy,
    source: made.source,
    slot: NOW - made.hours * HOUR,
    kind: made.kind,
    volumes: made.kind === 'volume' ? [ROOT_VOLUME] : [ROOT_VOLUME, DATA_VOLUME],
    ...(made.hold !== undefined && { hold: made.hold }),
  });
}

function snapshotsOf(made: Backup, n: number): Owned<Snapshot>[] {
  const volumes = made.kind === 'volume' ? [ROOT_VOLUME] : [ROOT_VOLUME, DATA_VOLUME];
  return volumes.flatMap((volumeId, part) => {
    const state = made.snapshotStates[part] ?? 'none';
    if (state === 'none') return [];
    const whose = part === 0 || made.snapshotWhose === 'same' ? made.whose : made.snapshotWhose;
    const startedAt = NOW - made.hours * HOUR + n * 60_000;
    return [{ id: `snap-${n}-${part}`, state, startedAt, volumeId, ownership: ownershipOf(whose, made) }];
  });
}

function imagesOf(made: Backup, n: number): Owned<Image>[] {
  if (made.kind !== 'image' || made.imageState === 'none') return [];
  return [
    {
      id: `ami-${n}`,
      name: `ami-${n}`,
      state: made.imageState,
      createdAt: NOW - made.hours * HOUR + n * 60_000,
      snapshotIds: made.imageState === 'pending' ? [] : [`snap-${n}-0`, `snap-${n}-1`],
      ownership: ownershipOf(made.whose, made),
    },
  ];
}

const accounts: fc.Arbitrary<Account> = fc
  .array(backup, { maxLength: 40, size: 'max' })
  .map((all) => ({ images: all.flatMap(imagesOf), snapshots: all.flatMap(snapshotsOf) }));

const rules = fc.constantFrom(
  'last=1',
  'daily=2',
  'within=3d',
  'hourly=3 weekly=2',
  'last=2 within-daily=5d',
);
const files: fc.Arbitrary<PolicyFile> = fc.tuple(rules, rules, rules).map(([first, second, third]) =>
  policyFile({
    policies: [policy({ keep: keep(first) }), policy({ name: 'data-6h', keep: keep(second) })],
    retired: [retired({ keep: keep(third) })],
  }),
);
const living: fc.Arbitrary<PruneInput['sources']> = fc
  .subarray(SOURCES)
  .map((ids) => new Map(ids.map((id) => [id, {}])));

function inputOf(
  { images, snapshots }: Account,
  file: PolicyFile,
  sources: PruneInput['sources'],
): PruneInput {
  return { file, now: NOW, place: PLACE, sources, ...assemblePoints(images, snapshots, NOW) };
}

/** The plan when nobody uses anything. */
function plan(input: PruneInput): PrunePlan {
  return planPrune(input, unused(input.points));
}

function newestGood(points: readonly RecoveryPoint[]): Map<string, number> {
  const newest = new Map<string, number>();
  for (const { policy: name, source, slot, state } of points) {
    if (state !== 'good' || slot > NOW) continue;
    const key = `${name} ${source}`;
    newest.set(key, Math.max(slot, newest.get(key) ?? -Infinity));
  }
  return newest;
}

describe('for any account and policy file', () => {
  test('every point has exactly one verdict, and every pruned point its actions', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const input = inputOf(account, file, sources);
        const { verdicts, actions } = plan(input);
        expect(verdicts.map(({ point }) => point.id).toSorted()).toEqual(
          input.points.map(({ id }) => id).toSorted(),
        );
        expect(verdicts.every(({ verdict }) => verdict.reasons.length > 0)).toBe(true);
        const pruned = verdicts
          .filter(({ verdict }) => verdict.decision === 'prune')
          .map(({ point }) => point.id);
        expect(new Set(actions.map(({ point }) => point))).toEqual(new Set(pruned));
      }),
    );
  });

  test('[H29] nothing foreign and nothing left alone appears in an action', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const mine = new Set(
          [...account.images, ...account.snapshots]
            .filter(({ ownership }) => ownership.status === 'ours')
            .map(({ id }) => id),
        );
        const existing = new Set([...account.images, ...account.snapshots].map(({ id }) => id));
        for (const action of plan(inputOf(account, file, sources)).actions) {
          const touched = [action.id, ...(action.action === 'deregister-image' ? action.snapshots : [])];
          expect(touched.filter((id) => existing.has(id) && !mine.has(id))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('[H13] the newest good point of every policy and source is kept', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const input = inputOf(account, file, sources);
        const kept = new Set(
          plan(input)
            .verdicts.filter(({ point, verdict }) => verdict.decision === 'keep' && point.state === 'good')
            .map(({ point }) => `${point.policy} ${point.source} ${point.slot}`),
        );
        for (const [key, slot] of newestGood(input.points)) expect(kept).toContain(`${key} ${slot}`);
      }),
      { numRuns: 300 },
    );
  });

  test('[H12] no rules keep all', () => {
    const file = policyFile({
      policies: ['daily-ami', 'data-6h'].map((name) => policy({ name, keep: {} })),
      retired: [retired({ keep: {} })],
    });
    fc.assert(
      fc.property(accounts, living, (account, sources) => {
        expect(plan(inputOf(account, file, sources)).actions).toEqual([]);
      }),
    );
  });

  test('the plan does not depend on the order of the lists', () => {
    fc.assert(
      fc.property(accounts, files, living, fc.infiniteStream(fc.nat()), (account, file, sources, keys) => {
        const shuffle = <T>(all: readonly T[]): T[] => {
          const order = [...keys.take(all.length)];
          return all
            .map((one, index) => ({ one, key: order[index] ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ one }) => one);
        };
        const shuffled = { images: shuffle(account.images), snapshots: shuffle(account.snapshots) };
        expect(plan(inputOf(shuffled, file, sources))).toEqual(plan(inputOf(account, file, sources)));
      }),
    );
  });

  test('a second prune does nothing', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const deleted = new Set(
          plan(inputOf(account, file, sources)).actions.flatMap((action) =>
            action.action === 'deregister-image' ? [action.id, ...action.snapshots] : [action.id],
          ),
        );
        const rest = {
          images: account.images.filter(({ id }) => !deleted.has(id)),
          snapshots: account.snapshots.filter(({ id }) => !deleted.has(id)),
        };
        expect(plan(inputOf(rest, file, sources)).actions).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('[H6] nothing is deleted while nothing could be checked', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const input = inputOf(account, file, sources);
        const none = { ...NOT_NEEDED, locks: undefined, recycleBin: undefined, failures: ['no answer'] };
        expect(planPrune(input, none).actions).toEqual([]);
      }),
    );
  });

  test('what is held, pending, disabled or of the future is never deleted', () => {
    fc.assert(
      fc.property(accounts, files, living, (account, file, sources) => {
        const releasing = {
          ...file,
          policies: file.policies.map((one) => ({ ...one, releaseAfterSourceGone: 5 * DAY })),
        };
        for (const { point, verdict } of plan(inputOf(account, releasing, sources)).verdicts) {
          const isSafe =
            point.hold !== undefined ||
            ['pending', 'disabled', 'incomplete'].includes(point.state) ||
            (point.state === 'good' && point.slot > NOW);
          if (isSafe) expect(verdict.decision).toBe('keep');
        }
      }),
    );
  });
});
