/** Any history in several places, copied to one and pruned there. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MOST_IMAGE_COPIES,
  MOST_SNAPSHOT_COPIES,
  planCopies,
  type CopiesInput,
} from '../../../src/lib/plan/plan-copies.ts';
import { planPrune } from '../../../src/lib/plan/plan-prune.ts';
import type { RecoveryPoint } from '../../../src/lib/plan/recovery-points.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';
import { HOUR, keep, NOW, PLACE, point, policy, policyFile, unused } from '../../support/points.ts';

const TO = { account: PLACE.account, region: 'us-east-1' };
const THERE = { account: PLACE.account, region: 'eu-west-1' };
const KEEPS = ['last=1', 'daily=3', 'hourly=2 weekly=2', 'within=2d', 'daily=2 within-weekly=3w yearly=1'];
const SOURCES = ['i-1', 'i-2', 'i-3'];

const anyFile = fc
  .record({
    own: fc.constantFrom(...KEEPS),
    copied: fc.constantFrom(undefined, ...KEEPS),
    zone: fc.constantFrom('UTC', 'Asia/Seoul'),
  })
  .map(({ own, copied, zone }): PolicyFile => {
    const copy = { region: TO.region, encrypted: false, ...(copied !== undefined && { keep: keep(copied) }) };
    return policyFile({
      policies: ['images', 'sets'].map((name) =>
        policy({
          name,
          backup: name === 'images' ? 'image' : 'snapshots',
          keep: keep(own),
          timezone: zone,
          copies: [copy],
        }),
      ),
    });
  });

const made = fc.record({
  policy: fc.constantFrom('images', 'sets'),
  source: fc.constantFrom(...SOURCES),
  hours: fc.integer({ min: -5, max: 24 * 40 }),
  state: fc.constantFrom('good', 'good', 'good', 'pending', 'failed', 'incomplete'),
  snapshots: fc.integer({ min: 1, max: 30 }),
  keep: fc.constantFrom(undefined, undefined, ...KEEPS, 'nonsense'),
  copied: fc.constantFrom('no', 'no', 'good', 'only', 'pending', 'failed'),
  isArchived: fc.constantFrom(false, false, false, true),
});
type Made = typeof made extends fc.Arbitrary<infer T> ? T : never;

function original(one: Made): RecoveryPoint {
  const kind = one.policy === 'images' ? 'image' : 'snapshots';
  const slot = NOW - one.hours * HOUR;
  const base = { policy: one.policy, source: one.source, kind, slot, state: one.state } as const;
  const snapshotIds = Array.from(
    { length: one.snapshots },
    (_, index) => `snap-${one.policy}-${one.source}-${one.hours}-${index}`,
  );
  return point({ ...base, snapshotIds, ...(one.keep !== undefined && { keep: one.keep }) });
}

function copyOf(from: RecoveryPoint, state: RecoveryPoint['state']): RecoveryPoint {
  const id = `copy-${from.id}`;
  return {
    ...from,
    id,
    state,
    madeAt: from.madeAt + HOUR,
    ...(from.imageId !== undefined && { imageId: id }),
    snapshotIds: from.snapshotIds.map((snapshot) => `copy-${snapshot}`),
    copiedFrom: { place: PLACE, point: from.id },
    ...(from.imageId === undefined && {
      copiedVolumes: state === 'pending' ? from.snapshotIds.slice(1) : from.snapshotIds,
    }),
  };
}

const histories = fc.uniqueArray(made, {
  maxLength: 60,
  selector: ({ policy: name, source, hours }) => `${name} ${source} ${hours}`,
});

function inputOf(history: readonly Made[], file: PolicyFile, inFlight: CopiesInput['inFlight']): CopiesInput {
  const all = history.map((one) => ({ one, from: original(one) }));
  const here = all.filter(({ one }) => one.copied !== 'only').map(({ from }) => from);
  const copies = all
    .filter(({ one }) => one.copied !== 'no')
    .map(({ one, from }) =>
      copyOf(from, one.copied === 'pending' || one.copied === 'failed' ? one.copied : 'good'),
    );
  const facts = new Map(
    all.flatMap(({ one, from }) =>
      one.isArchived
        ? from.snapshotIds.map((id) => [id, { encrypted: false, isArchived: true }] as const)
        : [],
    ),
  );
  const others = here
    .slice(0, 3)
    .map((one) => ({ ...one, id: `${one.id}-there`, source: `${one.source}-there` }));
  return {
    file,
    now: NOW,
    to: TO,
    sources: [
      { place: PLACE, points: here, snapshots: facts },
      { place: THERE, points: others, snapshots: new Map() },
    ],
    made: copies,
    inFlight,
    keys: new Map(),
  };
}

const inFlights = fc.record({
  snapshots: fc.integer({ min: 0, max: 25 }),
  images: fc.integer({ min: 0, max: 310 }),
});

describe('whatever there is on both sides', () => {
  test('every good point has exactly one verdict with a reason, and no other has any', () => {
    fc.assert(
      fc.property(histories, anyFile, inFlights, (history, file, inFlight) => {
        const input = inputOf(history, file, inFlight);
        const verdicts = planCopies(input);
        const good = input.sources.flatMap(({ points }) => points.filter(({ state }) => state === 'good'));
        expect(verdicts.map(({ point: { id } }) => id).sort()).toEqual(good.map(({ id }) => id).sort());
        expect(verdicts.every(({ reason }) => reason !== '')).toBe(true);
      }),
    );
  });

  test('[H25] never more is in flight than the quota, and room is never left while something waits', () => {
    fc.assert(
      fc.property(histories, anyFile, inFlights, (history, file, inFlight) => {
        const verdicts = planCopies(inputOf(history, file, inFlight));
        const parts = { images: 0, snapshots: 0 };
        for (const {
          status,
          point: { imageId },
          parts: calls = 0,
        } of verdicts) {
          if (status === 'copy') parts[imageId === undefined ? 'snapshots' : 'images'] += calls;
        }
        const free = {
          images: Math.max(0, MOST_IMAGE_COPIES - inFlight.images),
          snapshots: Math.max(0, MOST_SNAPSHOT_COPIES - inFlight.snapshots),
        };
        expect(parts.images).toBeLessThanOrEqual(free.images);
        expect(parts.snapshots).toBeLessThanOrEqual(free.snapshots);
        const waits = (isImage: boolean): boolean =>
          verdicts.some(
            ({ status, isPartial, point: { imageId } }) =>
              (status === 'waiting' || isPartial === true) && (imageId !== undefined) === isImage,
          );
        if (waits(true)) expect(parts.images).toBe(free.images);
        if (waits(false)) expect(parts.snapshots).toBe(free.snapshots);
      }),
    );
  });

  test('what is copied is not pruned there at once', () => {
    fc.assert(
      fc.property(histories, anyFile, (history, file) => {
        const input = inputOf(history, file, { snapshots: 0, images: 0 });
        const verdicts = planCopies(input);
        // Sets that are only begun have no rank yet.
        const copies = verdicts
          .filter(({ status, isPartial, from }) => status === 'copy' && isPartial !== true && from === PLACE)
          .map(({ point: from }) => copyOf(from, 'good'));
        const ids = new Set(copies.map(({ id }) => id));
        const there = [...input.made.filter(({ id }) => !ids.has(id)), ...copies];
        const prune = planPrune(
          { file, now: NOW, place: TO, points: there, leftAlone: [], sources: new Map() },
          unused(there),
        );
        expect(prune.actions.filter(({ point: id }) => ids.has(id))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('[H26] the newest good point of each source that can be copied is there or on its way, or waits', () => {
    fc.assert(
      fc.property(histories, anyFile, inFlights, (history, file, inFlight) => {
        const input = inputOf(history, file, inFlight);
        for (const name of ['images', 'sets']) {
          for (const source of SOURCES) {
            const [newest] = planCopies(input)
              .filter(
                ({ point: one, status }) =>
                  one.policy === name && one.source === source && status !== 'refused' && one.slot <= NOW,
              )
              .filter(
                ({ point: one }) =>
                  !one.snapshotIds.some((id) => input.sources[0]?.snapshots.get(id)?.isArchived),
              )
              .sort((a, b) => b.point.slot - a.point.slot);
            const isOutdone = input.made.some(
              (one) =>
                one.policy === name &&
                one.source === source &&
                one.state === 'good' &&
                one.slot > (newest?.point.slot ?? 0),
            );
            if (newest && !isOutdone) expect(newest.status).not.toBe('not kept');
          }
        }
      }),
    );
  });
});
