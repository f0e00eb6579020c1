/** What Windows made is restored, copied and restored from its copies like any other set, and says what it is wherever it is. */

import { describe, expect, test } from 'vitest';
import { applyRestore, planRestoreRun } from '../../src/lib/run/restore.ts';
import type { RestoreRequest } from '../../src/lib/plan/restorable.ts';
import { readSheet } from '../../src/lib/plan/restore-sheet.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { readAllPoints } from '../../src/lib/run/read.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SnapshotView } from '../../src/simulator/views.ts';
import { ended } from '../support/hooking.ts';
import { OTHER, replicateAll, Replicating } from '../support/replicating.ts';
import { DATABASE_VOLUMES, PLAIN_RESTORE } from '../support/restoring.ts';
import { HOUR } from '../support/scenario.ts';
import { addWindows, VSS, vssPolicies, windows } from '../support/vss.ts';

function sheetOf({ tags }: SnapshotView): unknown {
  return readSheet(new Map(Object.entries(tags)));
}

async function restored(
  context: RunContext,
  region: SimulatedRegion,
  request: Partial<RestoreRequest> & { readonly source: string },
) {
  const run = await planRestoreRun({ ...PLAIN_RESTORE, ...request }, context);
  const { instance } = await applyRestore(run, context, { wait: false });
  return region.instances().find(({ id }) => id === instance?.id);
}

const SIZES = DATABASE_VOLUMES.map(({ device, sizeGiB, type }) => `${device} ${sizeGiB} ${type}`).sort();

function sizesOf(region: SimulatedRegion, instance: string): unknown[] {
  return region
    .volumes()
    .filter(({ attachedTo }) => attachedTo === instance)
    .map(({ device, sizeGiB, type }) => `${device} ${sizeGiB} ${type}`)
    .sort();
}

describe('a set that Windows made', () => {
  test('and that is disowned by its tags is restored from when it is named, and not unasked', async () => {
    const { scenario, instance } = windows({ policies: vssPolicies('skip') });
    const { region, context, clock } = scenario;
    await scenario.backup('win');
    clock.advance(HOUR);
    const [first, ...others] = region.snapshots();
    for (const { id } of others) region.tag(id, 'AppConsistent', 'False');
    await expect(restored(context, region, { source: instance })).rejects.toThrow(
      /no good recovery point.*crash-consistent: to take it all the same, name it with --point/,
    );
    const made = await restored(context, region, { source: instance, point: first?.id ?? '' });
    expect(sizesOf(region, made?.id ?? '')).toEqual(SIZES);
  });

  test('has the restore sheet of a set of ours, in other characters', async () => {
    const policies = `${vssPolicies()}\n  ours: { backup: snapshots, schedule: every 6 hours, keep: { last: 3 } }\n`;
    const { scenario, instance } = windows({ policies, tags: { 'Backup:ours': 'true' } });
    await scenario.backup('win');
    const [theirs] = scenario.region.snapshots();
    scenario.clock.advance(HOUR);
    await scenario.backup('ours');
    const ours = scenario.region.snapshots().find(({ tags }) => tags['ec2-backup:policy'] === 'ours');
    if (!theirs || !ours) throw new Error(`there is not a set of each kind of ${instance}`);
    expect(sheetOf(theirs)).toEqual(sheetOf(ours));
    expect(sheetOf(theirs)).toMatchObject({ instanceType: 'm5.large', keyName: 'ops' });
    expect(theirs.tags['ec2-backup:volumes']).not.toMatch(/[,;]/);
  });

  test('gives the machine back, without what Windows said of the snapshots', async () => {
    const { scenario, instance } = windows();
    const { region, context } = scenario;
    await scenario.backup('win');
    scenario.clock.advance(HOUR);
    region.terminateInstance(instance);
    const subnet = region.launching.createSubnet({ zone: 'ap-northeast-2a' });
    const machine = await restored(context, region, { source: instance, subnet });
    expect(machine).toMatchObject({
      instanceType: 'm5.large',
      keyName: 'ops',
      tags: { Name: 'sql', Team: 'payments' },
    });
    for (const key of ['AppConsistent', 'AwsVssConfig', 'Device', 'ec2-backup:encoding'])
      expect(Object.keys(machine?.tags ?? {})).not.toContain(key);
    expect(sizesOf(region, machine?.id ?? '')).toEqual(SIZES);
  });
});

describe('a copy of it', () => {
  const COPIED = `
version: 1
deployment: test
policies:
  win:
    backup: snapshots
    schedule: every 6 hours
    keep: { last: 3 }
    hooks: { document: ${VSS} }
    copies: [{ region: ${OTHER} }]
`;

  test.each([
    { makes: 'application', is: 'application' },
    { makes: 'crash', is: 'crash' },
  ] as const)('is what it is ($is-consistent), and is restored by the same sheet', async ({ makes, is }) => {
    const place = new Replicating({ policies: COPIED });
    const { scenario } = place;
    scenario.region.hooks.setVss({ makes });
    const { instance } = addWindows(scenario);
    expect(ended(await scenario.backup('win'))).toEqual([expect.stringMatching(/^done/)]);
    const [original] = scenario.region.snapshots();
    scenario.clock.advance(HOUR);
    await replicateAll(place, COPIED);
    const there = place.region(OTHER);
    const context = place.contextIn(OTHER);
    const { points } = await readAllPoints(context);
    expect(
      points.map(({ state, consistency, snapshotIds }) => [state, consistency, snapshotIds.length]),
    ).toEqual([['good', is, 4]]);
    const [copy] = there.snapshots();
    if (!original || !copy) throw new Error('there is no original or no copy');
    expect(sheetOf(copy)).toEqual(sheetOf(original));
    there.launching.createKeyPair('ops');
    const machine = await restored(context, there, {
      source: instance,
      subnet: there.launching.createSubnet({ zone: `${OTHER}b` }),
      securityGroups: [there.launching.createSecurityGroup()],
    });
    expect(machine).toMatchObject({ instanceType: 'm5.large', keyName: 'ops' });
    expect(sizesOf(there, machine?.id ?? '')).toEqual(SIZES);
  });

  test('that is no backup is not made', async () => {
    const policies = COPIED.replace(`document: ${VSS}`, `document: ${VSS}, onFailure: skip`);
    const place = new Replicating({ policies });
    place.scenario.region.hooks.setVss({ makes: 'crash' });
    addWindows(place.scenario);
    await place.scenario.backup('win');
    place.scenario.clock.advance(HOUR);
    await replicateAll(place, policies);
    expect(place.region(OTHER).snapshots()).toEqual([]);
  });
});
