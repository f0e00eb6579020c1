/** A restore that dies, or hears no answer, at any of its calls: the same command again finishes it and doubles nothing. */

import { describe, expect, test } from 'vitest';
import { applyRestore, planRestoreRun } from '../../src/lib/run/restore.ts';
import type { RestoreReport } from '../../src/lib/run/restore-outcome.ts';
import { isFailure } from '../../src/lib/run/outcome.ts';
import type { RestoreRequest } from '../../src/lib/plan/restorable.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { backedUp } from '../support/restoring.ts';
import { HOUR, MINUTE } from '../support/scenario.ts';

type World = Awaited<ReturnType<typeof backedUp>> & { readonly rescue: string; readonly disk: string };

async function world(): Promise<World> {
  const made = await backedUp({ settings: { readLag: 20_000 } });
  const rescue = made.scenario.region.runInstance({
    zone: 'ap-northeast-2b',
    subnet: 'subnet-0b1b2c3d4e5f60718',
  }).id;
  const disk = made.scenario.region.createVolume({ tags: { Backup: 'disks' }, sizeGiB: 20 });
  made.scenario.clock.advance(MINUTE);
  await made.scenario.backup('disks');
  made.scenario.clock.advance(10 * MINUTE);
  return { ...made, rescue, disk };
}

const PLAIN = {
  tags: [],
  withProfile: false,
  withAddress: false,
  adopt: false,
  machine: {},
  restoreDays: 7,
} as const;

interface Case {
  readonly title: string;
  readonly request: (world: World) => RestoreRequest;
  readonly prepare?: (world: World) => void;
  /** The first command only asks for it: so many ms later it is there. */
  readonly returnsAfter?: number;
  /** How many instances and volumes there are at the end; two instances of four and one volume, and a volume, before. */
  readonly instances: number;
  readonly volumes: number;
}

const CASES: readonly Case[] = [
  {
    title: 'an AMI',
    request: ({ source, ami }) => ({ ...PLAIN, source, as: 'instance', point: ami }),
    instances: 3,
    volumes: 10,
  },
  {
    title: 'a set of snapshots',
    request: ({ source, set }) => ({ ...PLAIN, source, as: 'instance', point: set }),
    instances: 3,
    volumes: 10,
  },
  {
    title: 'volumes, attached',
    request: ({ source, set, rescue }) => ({
      ...PLAIN,
      source,
      as: 'volumes',
      point: set,
      devices: ['/dev/sdf', '/dev/sdg'],
      attach: rescue,
    }),
    instances: 2,
    volumes: 8,
  },
  {
    title: 'a root volume in place',
    request: ({ source, ami }) => ({ ...PLAIN, source, as: 'in-place', point: ami }),
    instances: 2,
    volumes: 7,
  },
  {
    title: 'a volume of a policy of its own',
    request: ({ disk }) => ({ ...PLAIN, source: disk, as: 'volumes' }),
    instances: 2,
    volumes: 7,
  },
  {
    title: 'a set that is in the archive',
    prepare: ({ scenario, set }) => scenario.region.launching.archiveSnapshot(set),
    returnsAfter: 25 * HOUR,
    request: ({ source, set }) => ({ ...PLAIN, source, as: 'instance', point: set }),
    instances: 3,
    volumes: 10,
  },
];

async function restore(place: World, request: RestoreRequest): Promise<RestoreReport> {
  const { context } = place.scenario;
  return applyRestore(await planRestoreRun(request, context), context, { wait: false });
}

const FAULTS: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'death before', fault: { kind: 'die', when: 'before' } },
  { title: 'death after', fault: { kind: 'die', when: 'after' } },
  { title: '[H2] a lost answer', fault: { kind: 'lost-answer' } },
  { title: '[H2] an error after acceptance', fault: { kind: 'unavailable', accepted: true } },
];

describe.each(CASES)(
  '$title',
  ({ request, instances, volumes, prepare, returnsAfter }) => {
    async function prepared(): Promise<World> {
      const place = await world();
      prepare?.(place);
      // Long enough ago for any list to show it.
      place.scenario.clock.advance(MINUTE);
      return place;
    }

    /** As somebody would who is told to come back later. */
    async function restored(place: World): Promise<RestoreReport> {
      const first = await restore(place, request(place));
      if (returnsAfter === undefined) return first;
      place.scenario.clock.advance(returnsAfter);
      return restore(place, request(place));
    }

    test.each(FAULTS)('$title at each call', async ({ fault }) => {
      const trial = await prepared();
      trial.scenario.region.calls.length = 0;
      const { outcomes } = await restored(trial);
      expect(outcomes.filter(isFailure)).toEqual([]);
      const calls = trial.scenario.region.calls.length;
      expect(calls).toBeGreaterThan(10);
      for (let at = 1; at <= calls; at += 1) await breakAt(at, fault);
    });

    async function breakAt(at: number, fault: Fault): Promise<void> {
      const place = await prepared();
      const { region, clock } = place.scenario;
      const snapshots = region.snapshots().length;
      region.faults = ({ n }) => (n === at ? fault : undefined);
      await restored(place).catch(() => undefined);
      region.revive();
      region.faults = () => undefined;
      // At once, when the lists may not show what was made; it may fail, and must not double anything.
      await restore(place, request(place)).catch(() => undefined);
      clock.advance(returnsAfter ?? 10 * MINUTE);
      const { outcomes } = await restore(place, request(place));
      const where = `call ${at}`;
      expect([where, outcomes.filter(isFailure)]).toEqual([where, []]);
      expect([where, region.instances().length]).toEqual([where, instances]);
      expect([where, region.volumes().length]).toEqual([where, volumes]);
      expect([where, region.images().map(({ id }) => id)]).toEqual([where, [place.ami]]);
      expect([where, region.snapshots().length]).toEqual([where, snapshots]);
    }
  },
  120_000,
);
