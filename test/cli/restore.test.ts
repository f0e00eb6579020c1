import { describe, expect, test } from 'vitest';
import { backedUp, DATABASE_VOLUMES, type Restoring } from '../support/restoring.ts';
import { DAY, HOUR, POLICIES, Scenario, START } from '../support/scenario.ts';
import { isoOf } from '../support/iso.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended, type FakeShellOptions } from './fake-shell.ts';

interface World extends Restoring {
  readonly ami: string;
  readonly set: string;
  readonly restore: (args?: readonly string[], options?: FakeShellOptions) => Promise<Ended>;
}

async function world(): Promise<World> {
  const made = await backedUp();
  const file = await fileWith(POLICIES);
  const restore: World['restore'] = (args = [], options = {}) =>
    run(['restore', made.source, '--policies', file, ...args], { scenario: made.scenario, ...options });
  made.scenario.region.calls.length = 0;
  return { ...made, restore };
}

interface Answer {
  readonly version: number;
  readonly point: { readonly id: string; readonly slot: string };
  readonly outcomes: readonly {
    readonly action: string;
    readonly id: string;
    readonly status: string;
    readonly error?: string;
  }[];
  readonly differences: readonly { readonly what: string; readonly was: string; readonly will: string }[];
  readonly instance?: { readonly id: string; readonly state: string };
  readonly volumes: readonly { readonly id: string; readonly device: string }[];
  readonly alreadyMade?: string;
  readonly reach?: string;
}

/** What hangs on an instance, by device. */
function mappingOf({ scenario }: Restoring, id: string) {
  return scenario.region
    .volumes()
    .filter(({ attachedTo }) => attachedTo === id)
    .map(({ device, sizeGiB, type, iops, throughput, encrypted, zone }) => ({
      device,
      sizeGiB,
      type,
      iops,
      throughput,
      encrypted,
      zone,
    }));
}

const ORIGINAL = DATABASE_VOLUMES.map((volume) => ({
  iops: undefined,
  throughput: undefined,
  encrypted: false,
  ...volume,
  zone: 'ap-northeast-2b',
}));

describe('a terminated machine of several volumes comes back', () => {
  test.each(['AMI', 'set of snapshots'])(
    'from an %s: mapping, size, type, tags, encryption',
    async (kind) => {
      const place = await world();
      const { scenario, source, subnet, group, restore } = place;
      scenario.region.terminateInstance(source);
      scenario.clock.advance(2 * HOUR);
      const point = kind === 'AMI' ? place.ami : place.set;
      const { code, out, notes } = await restore(['--point', point, '--yes', '--json']);
      expect([code, notes]).toEqual([0, '']);
      const answer = parseJson<Answer>(out);
      const id = answer.instance?.id ?? '';
      const [restored, ...others] = scenario.region.instances();
      expect(others).toEqual([]);
      expect(restored).toMatchObject({
        id,
        state: 'running',
        instanceType: 'm5.large',
        subnetId: subnet,
        securityGroups: [group],
        keyName: 'ops',
        profile: undefined,
      });
      expect(restored?.tags).toEqual({
        Name: 'db',
        Team: 'payments',
        'ec2-backup:restored-from': point,
        'ec2-backup:restored-at': answer.point.slot,
        'ec2-backup:restored-by': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      });
      const byDevice = (a: { device: string | undefined }, b: { device: string | undefined }): number =>
        (a.device ?? '') < (b.device ?? '') ? -1 : 1;
      // EC2 tells a gp2 volume's IOPS and takes none: what it has follows from its size.
      const expected = ORIGINAL.map((volume) =>
        volume.type === 'gp2' && kind !== 'AMI' ? { ...volume, iops: undefined } : volume,
      );
      expect(mappingOf(place, id).sort(byDevice)).toEqual([...expected].sort(byDevice));
    },
  );

  test('and leaves no temporary AMI behind, and no snapshot less', async () => {
    const { scenario, set, ami, restore } = await world();
    const snapshots = scenario.region.snapshots().length;
    const { code, out } = await restore(['--point', set, '--yes', '--json']);
    expect(code).toBe(0);
    expect(parseJson<Answer>(out).outcomes.map(({ action, status }) => `${action} ${status}`)).toEqual([
      'register-image done',
      'run-instance done',
      'deregister-image done',
      'check-instance done',
    ]);
    expect(scenario.region.images().map(({ id }) => id)).toEqual([ami]);
    expect(scenario.region.snapshots()).toHaveLength(snapshots);
  });
});

describe('a set whose sheet does not tell what the machine was, of a machine that is gone', () => {
  async function older(): Promise<World> {
    const place = await world();
    const { region } = place.scenario;
    for (const { id } of region.snapshots()) region.untag(id, 'ec2-backup:machine');
    region.terminateInstance(place.source);
    place.scenario.clock.advance(2 * HOUR);
    return place;
  }

  test('is refused where the type does not say it either, and restored when it is named', async () => {
    const { scenario, restore } = await older();
    const { code, notes } = await restore(['--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(
      'how the machine booted is not known, and its type can do either: name it with --boot-mode',
    );
    expect((await restore(['--boot-mode', 'legacy-bios', '--yes'])).code).toBe(0);
    expect(scenario.region.instances()).toHaveLength(1);
  });

  test('is restored where the type leaves no choice', async () => {
    const { restore } = await older();
    expect((await restore(['--type', 't2.micro', '--yes'])).code).toBe(0);
  });

  test('needs its root device named where custom does not tell', async () => {
    const { scenario, set, restore } = await older();
    const sheet = scenario.region.snapshots().find(({ id }) => id === set)?.tags['ec2-backup:volumes'] ?? '';
    for (const { id } of scenario.region.snapshots())
      scenario.region.tag(id, 'ec2-backup:volumes', sheet.replace('/dev/xvda', '/dev/sdz'));
    const { notes } = await restore(['--boot-mode', 'uefi', '--yes']);
    expect(notes).toContain(
      'which of its devices (/dev/sdz, /dev/sdf, /dev/sdg, /dev/sdh) is the root is not known',
    );
    expect((await restore(['--boot-mode', 'uefi', '--root-device', '/dev/sdz', '--yes'])).code).toBe(0);
  });
});

test('a volume by its own policy comes back as a volume, with its tags', async () => {
  const scenario = new Scenario();
  const { region, clock } = scenario;
  const volume = region.createVolume({
    sizeGiB: 20,
    type: 'gp3',
    iops: 4000,
    tags: { Name: 'data', Backup: 'disks', Team: 'web' },
  });
  await scenario.backup('disks');
  clock.advance(HOUR);
  region.deleteVolume(volume);
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['restore', volume, '--policies', file, '--yes', '--json'], { scenario });
  expect(code).toBe(0);
  const [made] = parseJson<Answer>(out).volumes;
  expect(region.volumes()).toMatchObject([
    {
      id: made?.id,
      sizeGiB: 20,
      type: 'gp3',
      iops: 4000,
      zone: 'ap-northeast-2a',
      tags: { Name: 'data', Team: 'web' },
    },
  ]);
});

describe('which point', () => {
  test('is the newest good one', async () => {
    const { set, restore } = await world();
    const { out } = await restore(['--dry-run', '--json']);
    expect(parseJson<Answer>(out).point.id).toBe(set);
  });

  test('with --at goes by when the data was taken, not by the slot', async () => {
    const { scenario, ami, set, restore } = await world();
    const [image] = scenario.region.images();
    const taken = image?.createdAt ?? 0;
    const at = async (time: number): Promise<string> => {
      const { out, notes } = await restore(['--at', isoOf(time), '--dry-run', '--json']);
      return out === '' ? notes : parseJson<Answer>(out).point.id;
    };
    expect(await at(taken)).toBe(ami);
    expect(await at(taken + HOUR - 1000)).toBe(ami);
    expect(await at(taken + HOUR)).toBe(set);
    expect(await at(taken - 1000)).toContain(
      'has no recovery point with data of 2026-11-22T02:59:59Z or before',
    );
  });

  test('by the id of a snapshot in it too', async () => {
    const { scenario, ami, restore } = await world();
    const [snapshot = ''] = scenario.region.images()[0]?.snapshotIds ?? [];
    const { out } = await restore(['--point', snapshot, '--dry-run', '--json']);
    expect(parseJson<Answer>(out).point.id).toBe(ami);
  });
});

describe('once more', () => {
  test.each(['AMI', 'set'])('the same command finds the same instance, of the %s', async (kind) => {
    const place = await world();
    const point = kind === 'AMI' ? place.ami : place.set;
    const first = parseJson<Answer>((await place.restore(['--point', point, '--yes', '--json'])).out);
    // A backup of what was restored, made by somebody who copies the machine's tags.
    const { region, clock } = place.scenario;
    const { tags = {} } = region.instances().find(({ id }) => id === first.instance?.id) ?? {};
    const backup = region.registerImage({ createdAt: clock.now(), name: 'of what was restored', tags });
    expect(tags).toHaveProperty('ec2-backup:restored-by');
    const again = await place.restore(['--point', point, '--yes', '--json']);
    expect(again.code).toBe(0);
    expect(region.has(backup)).toBe(true);
    const answer = parseJson<Answer>(again.out);
    expect(answer.instance?.id).toBe(first.instance?.id);
    expect(answer.alreadyMade).toBe(first.instance?.id);
    expect(place.scenario.region.instances()).toHaveLength(2);
  });

  test('other choices, or --again, make another one', async () => {
    const { scenario, restore } = await world();
    await restore(['--yes']);
    await restore(['--type', 't3.large', '--yes']);
    await restore(['--again', 'second', '--yes']);
    expect(scenario.region.instances()).toHaveLength(4);
  });

  test('after the restored one was terminated it says so, and how to go on', async () => {
    const { scenario, source, restore } = await world();
    const { out } = await restore(['--yes', '--json']);
    const id = parseJson<Answer>(out).instance?.id ?? '';
    scenario.region.terminateInstance(id);
    scenario.clock.advance(60_000);
    const { code, notes } = await restore(['--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(`the same command made ${id}, which is terminated`);
    expect(notes).toContain('--again WORD makes another one');
    expect(scenario.region.instances().find((instance) => instance.id === source)?.state).toBe('running');
  });

  test('where it cannot be found, a token with other parameters is told in words', async () => {
    const { scenario, ami, set, restore } = await world();
    const { out } = await restore(['--point', set, '--yes', '--json']);
    const id = parseJson<Answer>(out).instance?.id ?? '';
    scenario.region.untag(id, 'ec2-backup:restored-by');
    scenario.clock.advance(10 * 60_000);
    const again = await restore(['--point', set, '--yes', '--json']);
    expect(again.code).toBe(3);
    const told = parseJson<Answer>(again.out).outcomes.find(({ action }) => action === 'run-instance');
    expect(told).toMatchObject({ status: 'failed' });
    expect(told?.error).toContain('the same command has launched an instance before');
    expect(scenario.region.instances()).toHaveLength(2);
    expect(scenario.region.images().map((image) => image.id)).toEqual([ami]);
  });
});

describe('what stands against it is told before anything starts', () => {
  const refused = async (
    place: World,
    args: readonly string[],
    says: readonly (string | RegExp)[],
  ): Promise<void> => {
    const { code, out, notes } = await place.restore([...args, '--yes']);
    expect([code, out]).toEqual([2, '']);
    for (const text of says) expect(notes).toMatch(text);
    expect(mutatingCalls(place.scenario).filter((command) => command !== 'RunInstances')).toEqual([]);
    expect(
      place.scenario.region.calls.filter(
        ({ outcome, command }) => command === 'RunInstances' && outcome === 'ok',
      ),
    ).toEqual([]);
  };

  test('a subnet of another VPC than the security groups', async () => {
    const place = await world();
    const other = place.scenario.region.launching.createSubnet({
      zone: 'ap-northeast-2a',
      vpc: 'vpc-0fedcba9876543210',
    });
    await refused(
      place,
      ['--subnet', other],
      [
        `security group ${place.group} is of vpc-0a1b2c3d4e5f60718 and subnet ${other} of vpc-0fedcba9876543210`,
      ],
    );
  });

  test('a type that is not offered in the zone', async () => {
    const place = await world();
    await refused(
      place,
      ['--type', 'g5.xlarge'],
      ['instance type g5.xlarge is not offered in zone ap-northeast-2b'],
    );
  });

  test('a type that does not exist, or is for another architecture', async () => {
    const place = await world();
    await refused(place, ['--type', 'm5.huge'], ['instance type m5.huge does not exist here']);
    await refused(
      place,
      ['--point', place.ami, '--type', 'm7g.large'],
      ['instance type m7g.large is for arm64 and the backup for x86_64'],
    );
  });

  test('everything that is gone, all at once', async () => {
    const place = await world();
    const { launching } = place.scenario.region;
    launching.deleteKeyPair('ops');
    launching.deleteSecurityGroup(place.group);
    launching.deleteSubnet(place.subnet);
    await refused(
      place,
      [],
      [
        `subnet ${place.subnet} does not exist here: name another with --subnet`,
        `security group ${place.group} does not exist here: name others with --security-group`,
        'key pair ops does not exist here: name another with --key, or none with --key ""',
      ],
    );
  });

  test('a point that failed', async () => {
    const place = await world();
    place.scenario.region.failImage(place.ami);
    await refused(
      place,
      ['--point', place.ami],
      [`${place.ami} of slot 2026-11-22T03:00:00Z is failed (AMI is failed`],
    );
  });

  test('a point that is disabled, with the command to enable it', async () => {
    const place = await world();
    place.scenario.region.disableImage(place.ami);
    await refused(
      place,
      ['--point', place.ami],
      [`enable it first: aws ec2 enable-image --image-id ${place.ami}`],
    );
  });

  test('[H5] a point of which a part is gone', async () => {
    const place = await world();
    const [snapshot = ''] = place.set === '' ? [] : [place.set];
    place.scenario.region.deleteSnapshotByHand(snapshot);
    place.scenario.clock.advance(2 * DAY);
    const rest = place.scenario.region
      .snapshots()
      .find(({ tags }) => tags['ec2-backup:kind'] === 'snapshots');
    await refused(place, ['--point', rest?.id ?? ''], [/is failed \(vol-\w+ is missing from it\)/]);
  });

  test('a point in the Recycle Bin, with the command that gets it out', async () => {
    const place = await world();
    const { region } = place.scenario;
    region.addRecycleBinRule('EC2_IMAGE', 7);
    region.deregisterByHand(place.ami);
    await refused(
      place,
      ['--point', place.ami],
      [
        `${place.ami} is in the Recycle Bin until 2026-11-29T04:10:00Z: aws ec2 restore-image-from-recycle-bin --image-id ${place.ami}`,
      ],
    );
  });

  test('a point that is not here', async () => {
    const place = await world();
    await refused(
      place,
      ['--point', 'ami-0123456789abcdef0'],
      [`ami-0123456789abcdef0 is no recovery point of ${place.source} here`],
    );
  });

  test('a Recycle Bin that cannot be read does not hide what is the matter', async () => {
    const place = await world();
    place.scenario.region.faults = ({ command }) =>
      command === 'ListImagesInRecycleBin'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no', status: 403 }
        : undefined;
    await refused(
      place,
      ['--point', 'ami-0123456789abcdef0'],
      [
        `ami-0123456789abcdef0 is no recovery point of ${place.source} here`,
        'the Recycle Bin, where it may be, could not be read: UnauthorizedOperation: no',
      ],
    );
  });

  test('the address of the original, while that has it', async () => {
    const place = await world();
    await refused(
      place,
      ['--with-address'],
      [`--with-address: 10.0.9.9 is still the address of ${place.source}`],
    );
  });

  test('a permission that is missing', async () => {
    const place = await world();
    place.scenario.region.faults = ({ command }) =>
      command === 'RunInstances'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no', status: 403 }
        : undefined;
    await refused(
      place,
      ['--point', place.ami],
      ['EC2 would not do it: UnauthorizedOperation: no. The credentials lack this permission'],
    );
  });
});

describe('the archive', () => {
  test('is asked for the snapshots, and the same command goes on when they are back', async () => {
    const { scenario, set, restore } = await world();
    const { region } = scenario;
    region.launching.archiveSnapshot(set);
    const first = await restore(['--point', set, '--yes', '--json', '--restore-days', '3']);
    expect(first.code).toBe(3);
    expect(parseJson<Answer>(first.out).outcomes).toMatchObject([
      { action: 'restore-snapshot-tier', id: set, status: 'done' },
      {
        action: 'run-instance',
        status: 'not-attempted',
        error: expect.stringContaining('run the same command again then') as string,
      },
    ]);
    const second = await restore(['--point', set, '--yes', '--json']);
    expect(parseJson<Answer>(second.out).outcomes[0]).toMatchObject({ id: set, status: 'already-done' });
    expect(region.instances()).toHaveLength(1);
    scenario.clock.advance(25 * HOUR);
    expect((await restore(['--point', set, '--yes', '--json'])).code).toBe(0);
    expect(region.instances()).toHaveLength(2);
  });

  test('is waited for with --wait', async () => {
    const { scenario, set, restore } = await world();
    scenario.region.launching.archiveSnapshot(set);
    const before = scenario.clock.now();
    const { code } = await restore(['--point', set, '--yes', '--wait']);
    expect(code).toBe(0);
    expect(scenario.clock.now() - before).toBeGreaterThanOrEqual(DAY);
    expect(scenario.region.instances()).toHaveLength(2);
  });
});

describe('volumes alone', () => {
  test('are made in the zone of the sheet, and once', async () => {
    const { scenario, set, restore } = await world();
    const args = ['--point', set, '--volumes', '--device', '/dev/sdf', '/dev/sdh', '--yes', '--json'];
    const { code, out } = await restore(args);
    expect(code).toBe(0);
    const made = parseJson<Answer>(out).volumes;
    const views = made.map(({ id }) => scenario.region.volumes().find((volume) => volume.id === id));
    expect(views).toMatchObject([
      {
        sizeGiB: 200,
        type: 'io2',
        iops: 8000,
        encrypted: true,
        zone: 'ap-northeast-2b',
        attachedTo: undefined,
      },
      { sizeGiB: 50, type: 'gp2', iops: undefined, encrypted: false, zone: 'ap-northeast-2b' },
    ]);
    const again = await restore(args);
    expect(parseJson<Answer>(again.out).volumes).toEqual(made);
    expect(scenario.region.volumes()).toHaveLength(6);
  });

  test('are attached at their devices', async () => {
    const { scenario, set, restore } = await world();
    const rescue = scenario.region.runInstance({
      zone: 'ap-northeast-2b',
      subnet: 'subnet-0b1b2c3d4e5f60718',
    }).id;
    const args = ['--point', set, '--volumes', '--device', '/dev/sdf', '--attach', rescue, '--yes', '--json'];
    const { code, out } = await restore(args);
    expect(code).toBe(0);
    const [made] = parseJson<Answer>(out).volumes;
    expect(scenario.region.volumes().find(({ id }) => id === made?.id)).toMatchObject({
      attachedTo: rescue,
      device: '/dev/sdf',
    });
    const again = await restore(args);
    expect(again.code).toBe(0);
    expect(parseJson<Answer>(again.out).outcomes.map(({ status }) => status)).toEqual([
      'already-done',
      'already-done',
    ]);
  });

  test.each([
    {
      title: 'over a device in use',
      args: ['--device', '/dev/xvda'],
      zone: 'ap-northeast-2b',
      says: 'its /dev/xvda is in use by vol-',
    },
    {
      title: 'in another zone',
      args: ['--device', '/dev/sdf', '--zone', 'ap-northeast-2b'],
      zone: 'ap-northeast-2a',
      says: 'it is in zone ap-northeast-2a and the volumes would be in ap-northeast-2b',
    },
    {
      title: 'of a device that is not in the point',
      args: ['--device', '/dev/sdz'],
      zone: 'ap-northeast-2b',
      says: '--device /dev/sdz: the recovery point has /dev/xvda, /dev/sdf, /dev/sdg, /dev/sdh',
    },
  ])('never $title', async ({ args, zone, says }) => {
    const { scenario, restore } = await world();
    const rescue = scenario.region.runInstance({
      zone,
      subnet: `subnet-0c1b2c3d4e5f6071${zone.slice(-1)}`,
    }).id;
    const { code, notes } = await restore(['--volumes', '--attach', rescue, ...args, '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(mutatingCalls(scenario)).toEqual([]);
  });
});

describe('in place', () => {
  test('replaces the root volume, keeps the old one, and asks separately', async () => {
    const { scenario, source, ami, restore } = await world();
    const before = scenario.region
      .volumes()
      .find(({ attachedTo, device }) => attachedTo === source && device === '/dev/xvda');
    const { code, out, questions } = await restore(['--point', ami, '--in-place'], {
      interactive: true,
      answer: true,
    });
    expect(code).toBe(0);
    expect(questions).toEqual([
      `Restore ${source} from ${ami} in account 111122223333, Region ap-northeast-2?`,
      `${source} runs now. Replace its root volume ${before?.id ?? ''} and restart it?`,
    ]);
    expect(out).toContain(`The old root volume ${before?.id ?? ''} is kept`);
    const volumes = scenario.region.volumes();
    expect(volumes.find(({ id }) => id === before?.id)).toMatchObject({ attachedTo: undefined });
    const root = volumes.find(({ attachedTo, device }) => attachedTo === source && device === '/dev/xvda');
    expect(root).toMatchObject({ sizeGiB: 8, type: 'gp3', encrypted: true });
    expect(root?.id).not.toBe(before?.id);
    expect(scenario.region.instances()).toHaveLength(1);
  });

  test('once more is the same replacement, and --again another', async () => {
    const { scenario, set, restore } = await world();
    const volumes = (): number => scenario.region.volumes().length;
    await restore(['--point', set, '--in-place', '--yes']);
    expect(volumes()).toBe(5);
    const again = await restore(['--point', set, '--in-place', '--yes', '--json']);
    expect(again.code).toBe(0);
    expect(parseJson<Answer>(again.out).outcomes[0]?.status).toBe('already-done');
    expect(volumes()).toBe(5);
    await restore(['--point', set, '--in-place', '--again', 'twice', '--yes']);
    expect(volumes()).toBe(6);
  });

  test('once more asks only once, and does not name the new root volume as the old one', async () => {
    const { ami, restore } = await world();
    await restore(['--point', ami, '--in-place', '--yes']);
    const { code, out, questions } = await restore(['--point', ami, '--in-place'], {
      interactive: true,
      answer: true,
    });
    expect([code, questions.length]).toEqual([0, 1]);
    expect(out).not.toContain('The old root volume');
  });

  test('after one from another point the first is meant anew', async () => {
    const { scenario, ami, set, restore } = await world();
    for (const point of [ami, set, ami]) {
      expect((await restore(['--point', point, '--in-place', '--yes'])).code).toBe(0);
      scenario.clock.advance(HOUR);
    }
    expect(scenario.region.volumes()).toHaveLength(7);
  });

  test('needs the source to run', async () => {
    const { scenario, source, restore } = await world();
    scenario.region.stopInstance(source);
    const { code, notes } = await restore(['--in-place', '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(`--in-place: ${source} is stopped, expected running`);
  });
});

describe('choices', () => {
  test('override the sheet, and the plan says what differs', async () => {
    const { scenario, restore } = await world();
    const other = scenario.region.launching.createSubnet({ zone: 'ap-northeast-2a' });
    const args = [
      '--type',
      't3.large',
      '--subnet',
      other,
      '--key',
      '',
      '--with-profile',
      '--tag',
      'Name=db-test',
      'Purpose=drill',
    ];
    const { code, out } = await restore([...args, '--yes', '--json']);
    expect(code).toBe(0);
    const answer = parseJson<Answer>(out);
    expect(answer.differences.map(({ what, will }) => `${what}: ${will}`)).toEqual([
      'type: t3.large',
      `subnet: ${other}`,
      'key: (none)',
      'private address: a new one',
    ]);
    expect(answer.reach).toBe(
      `aws ssm start-session --target ${answer.instance?.id ?? ''} --region ap-northeast-2`,
    );
    const restored = scenario.region.instances().find(({ id }) => id === answer.instance?.id);
    expect(restored).toMatchObject({
      instanceType: 't3.large',
      subnetId: other,
      keyName: undefined,
      profile: 'db',
    });
    expect(restored?.tags).toMatchObject({ Name: 'db-test', Purpose: 'drill', Team: 'payments' });
  });

  test('--with-address is given when the original is gone', async () => {
    const { scenario, source, restore } = await world();
    scenario.region.terminateInstance(source);
    scenario.clock.advance(2 * HOUR);
    expect((await restore(['--with-address', '--yes'])).code).toBe(0);
    expect(scenario.region.instances()[0]?.privateIp).toBe('10.0.9.9');
  });

  test('without a profile it is reached by key and address', async () => {
    const { restore } = await world();
    const { out } = await restore(['--yes']);
    expect(out).toMatch(/Reach it: SSH to 10\.\S+ with the key ops/);
  });

  test.each([
    { args: ['--at', 'yesterday'], says: '--at is "yesterday", expected an ISO 8601 time' },
    {
      args: ['--at', isoOf(START), '--point', 'ami-0123456789abcdef0'],
      says: '--at and --point exclude each other',
    },
    { args: ['--point', 'latest'], says: '--point is "latest", expected the id of a recovery point' },
    { args: ['--volumes', '--type', 't3.micro'], says: '--type has no effect on volumes alone' },
    { args: ['--zone', 'ap-northeast-2a'], says: '--zone has no effect on a new instance' },
    {
      args: ['--in-place', '--subnet', 'subnet-1'],
      says: '--subnet has no effect on a root volume in place',
    },
    { args: ['--volumes', '--in-place'], says: '--volumes and --in-place exclude each other' },
    { args: ['--tag', 'Name'], says: '--tag is "Name", expected Key=Value' },
    {
      args: ['--tag', 'ec2-backup:policy=x'],
      says: 'expected a key that does not begin with aws: or ec2-backup:',
    },
    { args: ['--restore-days', '0'], says: '--restore-days is "0"' },
    { args: ['--boot-mode', 'floppy'], says: '--boot-mode is "floppy"' },
    { args: ['--architecture', 'vax'], says: '--architecture is "vax"' },
    { args: ['--again', 'a b'], says: '--again is "a b"' },
  ])('$args is refused before anything is read', async ({ args, says }) => {
    const { scenario, restore } = await world();
    const { code, notes } = await restore([...args, '--yes']);
    expect(code).toBe(2);
    expect(notes).toContain(says);
    expect(scenario.region.calls).toEqual([]);
  });
});

describe('consent', () => {
  test('without a terminal and without --yes it refuses', async () => {
    const { scenario, restore } = await world();
    expect((await restore()).code).toBe(2);
    expect(scenario.region.calls).toEqual([]);
  });

  test('on no it does nothing', async () => {
    const { scenario, restore } = await world();
    const { code, notes } = await restore([], { interactive: true, answer: false });
    expect([code, notes]).toEqual([1, 'Nothing was changed.\n']);
    expect(scenario.region.instances()).toHaveLength(1);
  });

  test('--dry-run shows the plan and changes nothing', async () => {
    const { scenario, source, set, restore } = await world();
    const { code, out, notes } = await restore(['--dry-run']);
    expect([code, notes]).toEqual([0, 'Dry run: nothing was changed.\n']);
    expect(out).toContain(`Restore ${source} from ${set} (sets, slot 2026-11-22T04:00:00Z`);
    expect(out).toContain('Different from the original:');
    expect(out).toContain('Billing codes of Windows or Marketplace images can be lost');
    expect(scenario.region.instances()).toHaveLength(1);
    expect(scenario.region.images()).toHaveLength(1);
  });
});

describe('a machine that does not come up is said to have failed', () => {
  test('because its launch failed', async () => {
    const { scenario, ami, restore } = await world();
    scenario.region.faults = ({ command, input }) =>
      command === 'RunInstances' && !('DryRun' in (input as object))
        ? { kind: 'fails-later', reason: 'Client.InvalidKMSKey.InvalidState' }
        : undefined;
    const { code, out } = await restore(['--point', ami, '--yes', '--json']);
    expect(code).toBe(3);
    expect(parseJson<Answer>(out).outcomes.at(-1)?.error).toMatch(
      /it is (shutting-down|terminated), expected running: Client.InvalidKMSKey.InvalidState/,
    );
  });

  test('because its status checks do not pass, and it is left as it is', async () => {
    const { scenario, ami, restore } = await world();
    scenario.region.faults = ({ command }) => {
      if (command === 'DescribeInstanceStatus') {
        const made = scenario.region.instances().find(({ tags }) => tags['ec2-backup:restored-from'] === ami);
        if (made?.state === 'running') scenario.region.launching.impair(made.id);
      }
      return undefined;
    };
    const { code, out } = await restore(['--point', ami, '--yes', '--json']);
    expect(code).toBe(3);
    expect(parseJson<Answer>(out).outcomes.at(-1)?.error).toContain('the last was impaired');
    expect(scenario.region.instances()).toHaveLength(2);
  });
});
