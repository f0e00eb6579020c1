import { describe, expect, test } from 'vitest';
import { createAction, type BackupOrder } from '../../../src/lib/plan/create-action.ts';
import type { AttachedVolume, Instance, Volume } from '../../../src/lib/plan/inventory.ts';
import {
  DATA_VOLUME,
  instance,
  instant,
  policy,
  policyFile,
  ROOT_VOLUME,
  tags,
  volume,
} from '../../support/points.ts';

const SLOT = instant('2026-11-22T03:00Z');
const IMAGE = policy();
const SNAPSHOTS = policy({ name: 'data-6h', backup: 'snapshots' });
const VOLUME = policy({ name: 'scratch', backup: 'volume' });

function order(over: Partial<BackupOrder> & { volumeList?: readonly Volume[] } = {}): BackupOrder {
  const { volumeList = [volume({ id: ROOT_VOLUME }), volume()], ...rest } = over;
  return {
    owner: policyFile(),
    policy: IMAGE,
    slot: SLOT,
    trigger: 'schedule',
    volumes: new Map(volumeList.map((one) => [one.id, one])),
    ...rest,
  };
}

const excluded = (id: string): Volume => volume({ id, tags: tags({ 'Backup:Exclude': 'true' }) });

function tagOf(source: Instance | Volume, with_: BackupOrder, key: string): string | undefined {
  return createAction(source, with_).action?.tags.find((tag) => tag.key === `ec2-backup:${key}`)?.value;
}

describe('image', () => {
  test('is one CreateImage with a name of its own', () => {
    const { action, skipped, warnings } = createAction(instance(), order());
    expect(action).toMatchObject({
      action: 'create-image',
      policy: 'daily-ami',
      source: 'i-1',
      slot: SLOT,
      name: 'prod/daily-ami/i-1/20261122T030000Z',
      reboot: false,
      excludedDevices: [],
      reason: 'opted in by Backup=daily-ami',
    });
    expect([skipped, warnings]).toEqual([undefined, []]);
  });

  test('leaves out excluded volumes by their device, and from the sheet', () => {
    const ordered = order({ volumeList: [volume({ id: ROOT_VOLUME }), excluded(DATA_VOLUME)] });
    expect(createAction(instance(), ordered).action).toMatchObject({ excludedDevices: ['/dev/sdf'] });
    expect(tagOf(instance(), ordered, 'volumes')).toBe('/dev/xvda=0000000000000000a,gp3');
  });

  test('reboots only when the policy says so', () => {
    const rebooting = policy({ reboot: true });
    expect(createAction(instance(), order({ policy: rebooting })).action).toMatchObject({ reboot: true });
  });

  test('of an instance whose root volume is excluded is refused', () => {
    const ordered = order({ volumeList: [excluded(ROOT_VOLUME), volume()] });
    expect(createAction(instance(), ordered)).toEqual({
      skipped: {
        id: 'i-1',
        policy: 'daily-ami',
        reason: `an AMI needs its root volume, but ${ROOT_VOLUME} has Backup:Exclude=true: remove that tag, or use a policy with backup: snapshots`,
      },
      warnings: [],
    });
  });
});

describe('snapshots', () => {
  test('[H15] of all volumes are one CreateSnapshots, at one instant', () => {
    const { action } = createAction(instance(), order({ policy: SNAPSHOTS }));
    expect(action).toMatchObject({
      action: 'create-snapshots',
      description: 'prod/data-6h/i-1/20261122T030000Z',
      excludeBootVolume: false,
      excludedVolumes: [],
    });
  });

  test('without an excluded data volume', () => {
    const volumeList = [volume({ id: ROOT_VOLUME }), excluded(DATA_VOLUME)];
    expect(createAction(instance(), order({ policy: SNAPSHOTS, volumeList })).action).toMatchObject({
      excludeBootVolume: false,
      excludedVolumes: [DATA_VOLUME],
    });
  });

  test('without the root volume: EC2 has a switch for that one, and refuses its id', () => {
    const volumeList = [excluded(ROOT_VOLUME), volume()];
    expect(createAction(instance(), order({ policy: SNAPSHOTS, volumeList })).action).toMatchObject({
      excludeBootVolume: true,
      excludedVolumes: [],
    });
  });

  const big = (count: number, rootToo: boolean): [Instance, BackupOrder] => {
    const data = Array.from({ length: count }, (_, n): AttachedVolume => ({
      device: `/dev/xvdb${n}`,
      volumeId: `vol-${n}`,
    }));
    const volumes = [
      { device: '/dev/xvda', volumeId: ROOT_VOLUME },
      { device: '/dev/sdf', volumeId: DATA_VOLUME },
      ...data,
    ];
    const volumeList = [
      rootToo ? excluded(ROOT_VOLUME) : volume({ id: ROOT_VOLUME }),
      volume(),
      ...data.map(({ volumeId }) => excluded(volumeId)),
    ];
    return [instance({ volumes }), order({ policy: SNAPSHOTS, volumeList })];
  };

  test.each([[false], [true]])(
    'with 40 excluded data volumes, the most EC2 takes (the root too: %s)',
    (rootToo) => {
      const { action } = createAction(...big(40, rootToo));
      expect(action?.action === 'create-snapshots' && action.excludedVolumes).toHaveLength(40);
    },
  );

  test('with 41 are refused', () => {
    expect(createAction(...big(41, false)).skipped?.reason).toBe(
      '41 data volumes have Backup:Exclude=true, expected at most 40',
    );
  });
});

describe('volume', () => {
  test('is one CreateSnapshot, attached or not', () => {
    for (const state of ['in-use', 'available']) {
      const source = volume({ state, tags: tags({ 'Backup:scratch': 'true' }) });
      expect(createAction(source, order({ policy: VOLUME })).action).toMatchObject({
        action: 'create-snapshot',
        source: DATA_VOLUME,
        description: `prod/scratch/${DATA_VOLUME}/20261122T030000Z`,
        reason: 'opted in by Backup:scratch=true',
      });
    }
  });

  test.each(['creating', 'deleting', 'deleted', 'error'])('[H17] that is %s is skipped', (state) => {
    expect(createAction(volume({ state }), order({ policy: VOLUME }))).toEqual({
      skipped: {
        id: DATA_VOLUME,
        policy: 'scratch',
        reason: `volume is ${state}, expected available or in-use`,
      },
      warnings: [],
    });
  });
});

describe('sources that cannot be backed up', () => {
  test.each(['pending', 'shutting-down', 'terminated', 'stopping'])(
    '[H17] an instance that is %s',
    (state) => {
      expect(createAction(instance({ state }), order())).toEqual({
        skipped: {
          id: 'i-1',
          policy: 'daily-ami',
          reason: `instance is ${state}, expected running or stopped`,
        },
        warnings: [],
      });
    },
  );

  test('[H16] an instance whose root is an instance store', () => {
    const source = instance({ rootDeviceType: 'instance-store', volumes: [] });
    expect(createAction(source, order()).skipped?.reason).toBe(
      'root device is instance-store, expected ebs: EC2 makes no AMI or snapshot of instance store',
    );
  });

  test('[H16] an instance without any EBS volume', () => {
    expect(createAction(instance({ volumes: [] }), order()).skipped?.reason).toBe(
      'no EBS volume is attached, so there is nothing to back up',
    );
  });

  test('an instance of which every volume is excluded', () => {
    const volumeList = [excluded(ROOT_VOLUME), excluded(DATA_VOLUME)];
    expect(createAction(instance(), order({ policy: SNAPSHOTS, volumeList })).skipped?.reason).toBe(
      'no volume is left to back up: each has Backup:Exclude=true',
    );
  });
});

describe('[H15] the consistency that is reached is recorded', () => {
  test.each([
    ['running', IMAGE, 'crash'],
    ['stopped', IMAGE, 'stopped'],
    ['running', policy({ reboot: true }), 'stopped'],
    ['running', SNAPSHOTS, 'crash'],
    ['stopped', SNAPSHOTS, 'stopped'],
    ['running', policy({ ...SNAPSHOTS, reboot: true }), 'crash'],
  ])('%s, %o', (state, with_, expected) => {
    expect(tagOf(instance({ state }), order({ policy: with_ }), 'consistency')).toBe(expected);
  });

  test('of a volume: crash', () => {
    expect(tagOf(volume(), order({ policy: VOLUME }), 'consistency')).toBe('crash');
  });
});

describe('the reason of an action', () => {
  test('says what selected the source', () => {
    const selecting = policy({ select: { tags: { Team: ['payments'] }, exclude: {} } });
    expect(createAction(instance(), order({ policy: selecting })).action?.reason).toBe(
      'tags match the select of daily-ami',
    );
  });
});

test('a volume that is not in the list is backed up all the same', () => {
  const ordered = order({ volumeList: [] });
  expect(createAction(instance(), ordered).action).toMatchObject({ excludedDevices: [] });
  expect(tagOf(instance(), ordered, 'volumes')).toBe(
    '/dev/xvda=0000000000000000a,;/dev/sdf=0000000000000000b,',
  );
});

test('[H30] tags for which there is no room are a warning', () => {
  const own = Object.fromEntries(Array.from({ length: 45 }, (_, n) => [`Key${n}`, 'v']));
  const { action, warnings } = createAction(
    instance({ tags: tags({ Backup: 'daily-ami', ...own }) }),
    order(),
  );
  expect(action?.tags).toHaveLength(40);
  expect(warnings).toEqual([
    {
      id: 'i-1',
      policy: 'daily-ami',
      reason:
        'no room for 14 of its own tags on the backup: ' +
        Array.from({ length: 14 }, (_, n) => `Key${n + 31}`).join(', '),
    },
  ]);
});

test('a hold from the start is on the backup', () => {
  const { action } = createAction(instance(), order({ hold: 'before the upgrade' }));
  expect(action?.tags).toContainEqual({ key: 'Backup:Hold', value: 'before the upgrade' });
});
