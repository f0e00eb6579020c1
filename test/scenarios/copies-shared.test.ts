/** Copies in another account: shared with it, copied there, shared no longer. */

import { describe, expect, test } from 'vitest';
import { ModifyImageAttributeCommand } from '@aws-sdk/client-ec2';
import { isFailure } from '../../src/lib/run/outcome.ts';
import { applyReplicate, planReplicateRun } from '../../src/lib/run/replicate.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { AWAY, AWAY_WEST, changesIn, copiedPolicies, Copying, HOME, statuses } from '../support/copying.ts';
import { DAY, HOUR, MINUTE } from '../support/scenario.ts';

const TO_AWAY = `[{ account: "${AWAY.account}", region: ${AWAY.region} }]`;
const TO_BOTH = `[{ account: "${AWAY.account}", region: ${AWAY.region} }, { account: "${AWAY.account}", region: ${AWAY_WEST.region} }]`;

/** An instance with two volumes, under a key of the account unless given. */
function addInstance({ scenario: { region } }: Copying, keyArn = region.keys.create([AWAY.account])): string {
  return region.runInstance({
    tags: { 'Backup:images': 'true', 'Backup:sets': 'true' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8, encrypted: true, keyArn },
      { device: '/dev/sdf', sizeGiB: 9 },
    ],
  }).id;
}

/** What is shared with whom in a place. */
function sharing(region: SimulatedRegion): string[] {
  return [...region.images(), ...region.snapshots()].flatMap(({ sharedWith }) => sharedWith);
}

describe('a copy in another account', () => {
  test('is made of what is shared with it while it is made, and with nobody after that', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY));
    addInstance(place);
    await place.backUp('images', 'sets');
    const first = await place.copy(AWAY);
    expect(first.outcomes.filter(isFailure)).toEqual([]);
    expect(first.outcomes.map(({ action }) => action).sort()).toEqual([
      'copy-image',
      'copy-snapshot',
      'copy-snapshot',
      'share-image',
      'share-snapshot',
      'share-snapshot',
      'share-snapshot',
      'share-snapshot',
    ]);
    const { region } = place.scenario;
    expect(sharing(region)).toEqual(Array.from({ length: 5 }, () => AWAY.account));
    // While it is being made, nothing is taken back.
    place.clock.advance(MINUTE);
    expect((await place.copy(AWAY)).outcomes).toEqual([]);
    place.clock.advance(HOUR);
    const last = await place.copy(AWAY);
    expect(last.outcomes.map(({ action, status }) => `${action} ${status}`).sort()).toEqual([
      'unshare-image done',
      'unshare-snapshot done',
      'unshare-snapshot done',
      'unshare-snapshot done',
      'unshare-snapshot done',
    ]);
    expect(sharing(region)).toEqual([]);
    expect(statuses((await place.plan(AWAY)).verdicts)).toEqual({ copied: 2 });
    expect(place.region(AWAY).images()).toMatchObject([{ state: 'available' }]);
  });

  test('that the other account does not see yet is nobody’s failure where a later round comes', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY), { readLag: 4 * MINUTE });
    addInstance(place);
    place.clock.advance(5 * MINUTE);
    await place.backUp('images');
    place.clock.advance(10 * MINUTE);
    const context = { ...place.contextIn(AWAY), deadline: place.clock.now() + HOUR };
    const plan = await planReplicateRun({ slot: place.clock.now() }, context);
    const { outcomes } = await applyReplicate(plan, context);
    expect(outcomes.filter(isFailure)).toMatchObject([{ action: 'copy-image', status: 'postponed' }]);
    place.clock.advance(5 * MINUTE);
    expect((await place.copy(AWAY)).outcomes.filter(({ action }) => action === 'copy-image')).toMatchObject([
      { status: 'done' },
    ]);
  });

  test('that the other account does not see yet is waited for where nobody comes later', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY), { readLag: 4 * MINUTE });
    addInstance(place);
    place.clock.advance(5 * MINUTE);
    await place.backUp('images', 'sets');
    place.clock.advance(10 * MINUTE);
    const { outcomes } = await place.copy(AWAY);
    expect(outcomes.filter(isFailure)).toEqual([]);
    expect(outcomes.filter(({ action }) => action.startsWith('copy-'))).toHaveLength(3);
  });

  test('does not end the sharing that a copy in another Region of that account still needs', async () => {
    const place = new Copying(copiedPolicies(TO_BOTH));
    const west = place.region(AWAY_WEST);
    addInstance(place);
    await place.backUp('sets');
    await place.copy(AWAY);
    place.clock.advance(HOUR);
    // The one is good, the other not begun.
    expect((await place.copy(AWAY)).outcomes).toEqual([]);
    await place.copy(AWAY_WEST);
    place.clock.advance(MINUTE);
    expect((await place.copy(AWAY)).outcomes).toEqual([]);
    // Nor while it is not known how that stands.
    place.clock.advance(HOUR);
    place.closed.add(AWAY_WEST.region);
    expect((await place.copy(AWAY)).outcomes).toEqual([]);
    place.closed.clear();
    expect((await place.copy(AWAY)).outcomes.map(({ action }) => action)).toEqual([
      'unshare-snapshot',
      'unshare-snapshot',
    ]);
    expect(west.snapshots().map(({ state }) => state)).toEqual(['completed', 'completed']);
  });

  test('leaves alone what somebody shares himself: with others, or of what is not ours or not copied', async () => {
    const place = new Copying(
      copiedPolicies(TO_AWAY).replace(
        `disks: {`,
        'own: { backup: image, schedule: every 24 hours, keep: { last: 3 } }\n  disks: {',
      ),
    );
    const { region, clients } = place.scenario;
    addInstance(place);
    region.runInstance({ tags: { 'Backup:own': 'true' }, volumes: [{ device: '/dev/xvda', sizeGiB: 8 }] });
    await place.backUp('images', 'own');
    for (const { id, tags } of region.images()) {
      const account = tags['ec2-backup:policy'] === 'own' ? AWAY.account : '999988887777';
      await clients.ec2.send(
        new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission: { Add: [{ UserId: account }] } }),
      );
    }
    await place.copy(AWAY);
    place.clock.advance(HOUR);
    await place.copy(AWAY);
    expect(sharing(region).sort()).toEqual([AWAY.account, '999988887777']);
  });

  test('is no longer shared when it is not wanted any more', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY, '{ last: 5 }'));
    const there = place.region(AWAY);
    addInstance(place);
    await place.backUp('sets');
    there.faults = ({ command }) => (command === 'CopySnapshot' ? { kind: 'throttle' } : undefined);
    await place.copy(AWAY);
    there.faults = () => undefined;
    expect(sharing(place.scenario.region)).toHaveLength(2);
    place.clock.advance(DAY);
    await place.backUp('sets');
    place.scenario.edit(copiedPolicies(TO_AWAY, '{ last: 1 }'));
    const { outcomes } = await place.copy(AWAY);
    expect(outcomes.map(({ action }) => action).sort()).toEqual([
      'copy-snapshot',
      'copy-snapshot',
      'share-snapshot',
      'share-snapshot',
      'unshare-snapshot',
      'unshare-snapshot',
    ]);
  });

  test('is pruned there by that place’s own rules; a prune at home asks there first', async () => {
    const place = new Copying(
      copiedPolicies(
        `[{ account: "${AWAY.account}", region: ${AWAY.region}, keep: { last: 1 } }]`,
        '{ last: 1 }',
      ),
    );
    addInstance(place);
    for (let day = 0; day < 2; day += 1) {
      await place.backUp('sets');
      await place.copy(AWAY);
      place.clock.advance(DAY);
    }
    const before = changesIn(place.region(AWAY)).length;
    await place.prune(HOME);
    expect(place.scenario.region.snapshots()).toHaveLength(2);
    expect(changesIn(place.region(AWAY))).toHaveLength(before);
    await place.prune(AWAY);
    expect(place.region(AWAY).snapshots()).toHaveLength(2);
  });
});

describe('[H27] what cannot be shared', () => {
  test('is refused by the plan, and nothing is sent: the key of the account’s own', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY));
    const { region } = place.scenario;
    addInstance(place, region.keys.managed);
    await place.backUp('images', 'sets');
    const since = region.calls.length;
    const { plan, outcomes } = await place.copy(AWAY);
    expect(statuses(plan.verdicts)).toEqual({ refused: 2 });
    expect(plan.verdicts[0]?.reason).toContain(
      'is encrypted with the AWS-managed key of account 111122223333, which no other account can use',
    );
    expect([outcomes, changesIn(region, since), changesIn(place.region(AWAY))]).toEqual([[], [], []]);
    place.clock.advance(2 * DAY);
    expect((await place.plan(AWAY)).behind).toBe(2);
  });

  test('and cannot be looked up is tried, with a word of warning; EC2’s refusal spares the rest', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY));
    const { region } = place.scenario;
    addInstance(place, region.keys.managed);
    addInstance(place);
    await place.backUp('sets');
    region.keys.deny(region.keys.managed, 'describe');
    const { plan, outcomes } = await place.copy(AWAY);
    expect(plan.warnings).toMatchObject([
      { id: region.keys.managed, reason: expect.stringContaining('AccessDeniedException') as string },
    ]);
    expect(
      outcomes
        .filter(isFailure)
        .map(({ action, status }) => `${action} ${status}`)
        .sort(),
    ).toEqual(['copy-snapshot not-attempted', 'copy-snapshot not-attempted', 'share-snapshot failed']);
    expect(
      outcomes.filter(({ action, status }) => action === 'copy-snapshot' && status === 'done'),
    ).toHaveLength(2);
  });

  test('because the key is not for the other account fails later, and is told with EC2’s reason', async () => {
    const place = new Copying(copiedPolicies(TO_AWAY));
    addInstance(place, place.scenario.region.keys.create());
    await place.backUp('sets');
    await place.copy(AWAY);
    place.clock.advance(HOUR);
    const { verdicts } = await place.plan(AWAY);
    expect(verdicts[0]?.status).toBe('failed');
    expect(verdicts[0]?.reason).toContain('Given key ID is not accessible');
  });
});
