/** A Region, or a whole account, is lost: every source is restored elsewhere, from the copies alone. */

import { describe, expect, test } from 'vitest';
import { isFailure } from '../../src/lib/run/outcome.ts';
import type { RestoreRequest } from '../../src/lib/plan/restorable.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { applyRestore, planRestoreRun } from '../../src/lib/run/restore.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SnapshotView } from '../../src/simulator/views.ts';
import {
  ALL_COPIED,
  AWAY,
  copiesIn,
  OTHER,
  policiesCopied,
  replicateAll,
  Replicating,
} from '../support/replicating.ts';
import { DATABASE_VOLUMES } from '../support/restoring.ts';
import { MINUTE } from '../support/scenario.ts';

const PLAIN = {
  tags: [],
  withProfile: false,
  withAddress: false,
  adopt: false,
  machine: { architecture: 'x86_64' },
  restoreDays: 7,
} as const;

/** Nothing that is asked of it is answered any more. */
function lose(region: SimulatedRegion): void {
  region.faults = () => ({ kind: 'unavailable', accepted: false });
}

interface Rescue {
  readonly place: Replicating;
  readonly there: SimulatedRegion;
  readonly context: RunContext;
}

/** Restores in the place that is left, into a network made for that. */
async function restore({ there, context }: Rescue, request: Partial<RestoreRequest> & { source: string }) {
  const zone = `${there.name}b`;
  there.launching.createKeyPair('ops');
  const run = await planRestoreRun(
    {
      ...PLAIN,
      as: 'instance',
      ...(request.as !== 'volumes' && {
        subnet: there.launching.createSubnet({ zone }),
        securityGroups: [there.launching.createSecurityGroup()],
      }),
      ...(request.as === 'volumes' && { zone }),
      ...request,
    },
    context,
  );
  const report = await applyRestore(run, context, { wait: false });
  expect(report.outcomes.filter(isFailure)).toEqual([]);
  return report;
}

/** The newest snapshot that a policy's copies have in a place. */
function pointOf(there: SimulatedRegion, policy: string): SnapshotView {
  const found = there.snapshots().find(({ tags }) => tags['ec2-backup:policy'] === policy);
  if (!found) throw new Error(`expected a copy of policy ${policy} in ${there.name}`);
  return found;
}

/** Sizes and types of the volumes of the newest instance, by device, and whether they are encrypted. */
function volumesOf(there: SimulatedRegion): unknown {
  const newest = there.instances().at(-1);
  return there
    .volumes()
    .filter(({ attachedTo }) => attachedTo === newest?.id)
    .map(({ device, sizeGiB, type, encrypted, ...rest }) => {
      const iops = type === 'gp2' ? undefined : rest.iops;
      return { device, sizeGiB, type, iops, encrypted };
    })
    .sort((a, b) => String(a.device).localeCompare(String(b.device)));
}

/** As the source has them, but for IOPS that nobody can choose. A key that the policy names encrypts them all. */
const original = (allEncrypted: boolean): unknown =>
  DATABASE_VOLUMES.map((volume) => ({
    device: volume.device,
    sizeGiB: volume.sizeGiB,
    type: volume.type,
    iops: 'iops' in volume && volume.type !== 'gp2' ? volume.iops : undefined,
    encrypted: allEncrypted || 'encrypted' in volume,
  })).sort((a, b) => a.device.localeCompare(b.device));

/** What the newest instance is, besides its volumes. */
function machineOf(there: SimulatedRegion): unknown {
  const { instanceType, keyName, tags } = there.instances().at(-1) ?? {};
  const { Name, Team } = tags ?? {};
  return { instanceType, keyName, Name, Team };
}

const MACHINE = { instanceType: 'm5.large', keyName: 'ops', Name: 'db', Team: 'payments' };

async function everySource(rescue: Rescue, expected: unknown): Promise<void> {
  const { place, there } = rescue;
  const { database: source, disk } = place;
  const [image, more] = there.images();
  expect(more).toBeUndefined();
  await restore(rescue, { source, point: image?.id ?? '' });
  place.scenario.clock.advance(MINUTE);
  expect([volumesOf(there), machineOf(there)]).toEqual([expected, MACHINE]);
  await restore(rescue, { source, point: pointOf(there, 'sets').id });
  place.scenario.clock.advance(MINUTE);
  expect([volumesOf(there), machineOf(there)]).toEqual([expected, MACHINE]);
  await restore(rescue, { source, as: 'volumes', point: pointOf(there, 'sets').id });
  await restore(rescue, { source: disk, as: 'volumes' });
  const logs = pointOf(there, 'disks');
  expect(there.volumes().filter(({ snapshotId }) => snapshotId === logs.id)).toMatchObject([
    { sizeGiB: 30, type: 'gp3', iops: 4000 },
  ]);
}

describe('[H26] every source is restored from the copies alone, in the other', () => {
  test('Region, when its own is lost', async () => {
    const policies = policiesCopied(`[{ region: ${OTHER} }]`);
    const place = new Replicating({ policies });
    await place.backUp();
    await replicateAll(place, policies);
    const there = place.region(OTHER);
    expect(copiesIn(there)).toEqual(ALL_COPIED);
    lose(place.scenario.region);
    await everySource({ place, there, context: place.contextIn(OTHER) }, original(false));
  });

  test('account, when its own is lost; nothing is shared with it any more by then', async () => {
    let key = '';
    // The keys of the other account are made before its policies can name one.
    const probe = new Replicating({ policies: policiesCopied('[]') });
    key = probe.region(OTHER, AWAY).keys.create();
    const policies = policiesCopied(
      `[{ account: "${AWAY}", region: ${OTHER}, key: "${key}" }]`,
      `targets:\n  - { account: "${AWAY}", region: ${OTHER}, rolePrefix: ec2-backup, copiesOnly: true }\n`,
    );
    const place = new Replicating({ policies, keyOf: (home) => home.keys.create([AWAY]) });
    expect(place.region(OTHER, AWAY).keys.create()).toBe(key);
    await place.backUp();
    await replicateAll(place, policies);
    const home = place.scenario.region;
    expect([...home.images(), ...home.snapshots()].flatMap(({ sharedWith }) => sharedWith)).toEqual([]);
    const there = place.region(OTHER, AWAY);
    expect(copiesIn(there)).toEqual(ALL_COPIED);
    expect(there.snapshots().map(({ keyArn }) => keyArn)).toEqual(there.snapshots().map(() => key));
    lose(home);
    lose(place.region(OTHER));
    await everySource({ place, there, context: place.contextIn(OTHER, AWAY) }, original(true));
  });
});
