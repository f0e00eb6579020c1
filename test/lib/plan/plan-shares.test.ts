import { expect, test } from 'vitest';
import type { CopyVerdict } from '../../../src/lib/plan/plan-copies.ts';
import { planUnshares, type SharesInput } from '../../../src/lib/plan/plan-shares.ts';
import { PLACE, point, policy, policyFile } from '../../support/points.ts';

const AWAY = '444455556666';
const POINT = point({ id: 'ami-1', imageId: 'ami-1', snapshotIds: ['snap-1', 'snap-2'] });
const IDENTITY = { policy: POINT.policy, source: POINT.source, slot: POINT.slot };
const copies = [{ account: AWAY, region: 'us-east-1', encrypted: false }];

function unshared(over: Partial<SharesInput> = {}): string[] {
  return planUnshares({
    file: policyFile({ policies: [policy({ copies })] }),
    from: PLACE,
    account: AWAY,
    shared: ['ami-1', 'snap-1'].map((id) => ({ id, ...IDENTITY })),
    points: [POINT],
    destinations: [],
    ...over,
  }).map(({ action, id, point: of }) => `${action} ${id} of ${of}`);
}

const verdict = (status: CopyVerdict['status']): CopyVerdict => ({
  from: PLACE,
  point: POINT,
  status,
  reason: '',
});

test('what nobody needs any more is shared no longer, each part of it', () => {
  const both = ['unshare-image ami-1 of ami-1', 'unshare-snapshot snap-1 of ami-1'];
  expect(unshared()).toEqual(both);
  for (const status of ['copied', 'not kept', 'refused', 'failed'] as const)
    expect(unshared({ destinations: [{ verdicts: [verdict(status)], made: [] }] })).toEqual(both);
  const good = { ...POINT, copiedFrom: { place: PLACE, point: 'ami-1' } };
  expect(unshared({ destinations: [{ verdicts: [], made: [good] }] })).toEqual(both);
});

test('what is to be copied, or being copied, to any place of the account stays shared', () => {
  for (const status of ['copy', 'waiting'] as const)
    expect(
      unshared({
        destinations: [
          { verdicts: [], made: [] },
          { verdicts: [verdict(status)], made: [] },
        ],
      }),
    ).toEqual([]);
  const pending = { ...POINT, state: 'pending', copiedFrom: { place: PLACE, point: 'ami-1' } } as const;
  expect(unshared({ destinations: [{ verdicts: [], made: [pending] }] })).toEqual([]);
});

test('nothing is taken back while it is not known what is needed', () => {
  expect(unshared({ destinations: undefined })).toEqual([]);
});

test('of policies that are not copied to that account nothing is taken back: somebody else shared it', () => {
  expect(unshared({ file: policyFile({ policies: [policy()] }) })).toEqual([]);
  expect(unshared({ account: '999988887777' })).toEqual([]);
});
