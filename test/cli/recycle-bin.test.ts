/** What `plan` and `prune` say of the Recycle Bin, beside what it then holds. */

import { describe, expect, test } from 'vitest';
import type { RecycleBinJson } from '../../src/lib/report/bin-text.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { fileWith, mutatingCalls, run, type Ended } from './fake-shell.ts';

interface Answer {
  readonly recycleBin?: RecycleBinJson;
}

interface World {
  readonly scenario: Scenario;
  readonly command: (...args: readonly string[]) => Promise<Ended>;
  /** The lines of a plan about the bin. */
  readonly lines: (...args: readonly string[]) => Promise<readonly string[]>;
  /** How many of what kind are in the bin, and for how many days. */
  readonly binned: () => Readonly<Record<string, number>>;
}

/** Five nights of AMIs of a server with two disks, of which three stay, and of a disk, of which two stay. */
async function world(nights = 5): Promise<World> {
  const scenario = new Scenario();
  const { region, clock } = scenario;
  region.runInstance({
    tags: { Backup: 'nightly', Team: 'payments' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8, type: 'gp3' },
      { device: '/dev/sdf', sizeGiB: 20, type: 'gp3' },
    ],
  });
  region.createVolume({ sizeGiB: 5, type: 'gp3', zone: `${region.name}a`, tags: { Backup: 'disks' } });
  for (let night = 0; night < nights; night += 1) {
    await scenario.backup('nightly');
    await scenario.backup('disks');
    clock.advance(DAY);
  }
  const file = await fileWith(POLICIES);
  const command: World['command'] = (name = 'plan', ...args) =>
    run([name, '--policies', file, ...args], { scenario });
  return {
    scenario,
    command,
    lines: async (...args) => {
      const { out } = await command(...args);
      return out.split('\n').filter((line) => line.includes('Recycle Bin'));
    },
    binned: () => {
      const counts: Record<string, number> = {};
      for (const { kind, enteredAt, exitsAt } of region.binned()) {
        const key = `${kind} for ${(exitsAt - enteredAt) / DAY} d`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
      return counts;
    },
  };
}

describe('a plan that deletes', () => {
  test('says that without a rule all is gone for good, as it then is', async () => {
    const { command, lines, binned } = await world();
    const expected = [
      '  Recycle Bin: no rule keeps 2 AMIs and their 4 snapshots: gone for good when deleted',
      '  Recycle Bin: no rule keeps 3 snapshots: gone for good when deleted',
    ];
    expect(await lines()).toEqual(expected);
    expect(await lines('prune', '--dry-run')).toEqual(expected);
    expect((await command('prune', '--yes')).code).toBe(0);
    expect(binned()).toEqual({});
  });

  test('says how long AMIs and snapshots stay and by which rule, as they then do', async () => {
    const { scenario, command, lines, binned } = await world();
    const { protecting } = scenario.region;
    const images = protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
    protecting.addBinRule({ kind: 'EBS_SNAPSHOT', days: 3 });
    const ours = protecting.addBinRule({
      kind: 'EBS_SNAPSHOT',
      days: 14,
      tags: [{ key: 'ec2-backup:deployment', value: 'test' }],
    });
    expect(await lines()).toEqual([
      `  Recycle Bin: 2 AMIs stay for 7 days (rule ${images}), their 4 snapshots stay for 14 days (rule ${ours}): ` +
        'aws ec2 restore-snapshot-from-recycle-bin, then aws ec2 restore-image-from-recycle-bin brings back what is there; ' +
        'the snapshots are paid for until then',
      `  Recycle Bin: 3 snapshots stay for 14 days (rule ${ours}): ` +
        'aws ec2 restore-snapshot-from-recycle-bin brings back what is there; the snapshots are paid for until then',
    ]);
    expect((await command('prune', '--yes')).code).toBe(0);
    expect(binned()).toEqual({ 'EC2_IMAGE for 7 d': 2, 'EBS_SNAPSHOT for 14 d': 7 });
  });

  test('warns of AMIs whose snapshots no rule keeps, or for a shorter time', async () => {
    const { scenario, lines } = await world();
    const { protecting } = scenario.region;
    protecting.addBinRule({ kind: 'EC2_IMAGE', days: 14 });
    const advice = 'as an AMI needs its snapshots: let a rule keep snapshots for at least as long as AMIs';
    expect((await lines()).at(-1)).toBe(`  Recycle Bin: 2 AMIs cannot be restored from the bin, ${advice}`);
    protecting.addBinRule({ kind: 'EBS_SNAPSHOT', days: 1 });
    expect((await lines()).at(-1)).toBe(
      `  Recycle Bin: 2 AMIs can be restored for 1 day only, not for 14, ${advice}`,
    );
    protecting.addBinRule({ kind: 'EBS_SNAPSHOT', days: 14 });
    expect((await lines()).join('\n')).not.toContain(advice);
  });

  test('promises nothing where a rule goes by tags of the source', async () => {
    const { scenario, command, lines, binned } = await world();
    const byTeam = scenario.region.protecting.addBinRule({
      kind: 'EBS_SNAPSHOT',
      days: 9,
      tags: [{ key: 'Team', value: 'payments' }],
    });
    expect(await lines()).toEqual([
      `  Recycle Bin: 2 AMIs are gone for good, their 4 snapshots may stay for 9 days (rule ${byTeam}), which goes by ` +
        'tags that are not known here: aws ec2 restore-snapshot-from-recycle-bin brings back what is there; ' +
        'the snapshots are paid for until then',
      `  Recycle Bin: 3 snapshots may stay for 9 days (rule ${byTeam}), which goes by tags that are not known here: ` +
        'aws ec2 restore-snapshot-from-recycle-bin brings back what is there; the snapshots are paid for until then',
    ]);
    await command('prune', '--yes');
    expect(binned()).toEqual({ 'EBS_SNAPSHOT for 9 d': 4 });
  });

  test('says of a rule that is not available yet that it keeps nothing', async () => {
    const { scenario, lines } = await world();
    const late = scenario.region.protecting.addBinRule({ kind: 'EBS_SNAPSHOT', days: 9, availableIn: HOUR });
    const said = await lines();
    expect(said[1]).toContain('no rule keeps 3 snapshots');
    expect(said.at(-1)).toBe(`  Recycle Bin: rule ${late} is not available yet and keeps nothing`);
  });
});

describe('--json', () => {
  test('has it in the answer of plan, of a dry run and of a prune', async () => {
    const { scenario, command } = await world();
    const id = scenario.region.protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
    const expected = {
      groups: [
        { images: 2, snapshots: 4, imageStay: { sure: { rule: id, days: 7 } }, snapshotStay: {} },
        { images: 0, snapshots: 3, imageStay: {}, snapshotStay: {} },
      ],
      remarks: [expect.stringContaining('2 AMIs stay for 7 days'), expect.stringContaining('3 snapshots')],
      warnings: [expect.stringContaining('2 AMIs cannot be restored from the bin')],
    };
    for (const args of [['plan'], ['prune', '--dry-run'], ['prune', '--yes']]) {
      const { out } = await command(...args, '--json');
      expect(parseJson<Answer>(out).recycleBin).toEqual(expected);
    }
  });

  test('has nothing of it, and the rules are not read, when nothing is deleted', async () => {
    const { scenario, command, lines } = await world(1);
    scenario.region.protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
    for (const args of [['plan'], ['prune', '--dry-run'], ['prune', '--yes']]) {
      const { out } = await command(...args, '--json');
      expect(parseJson<Answer>(out)).not.toHaveProperty('recycleBin');
      expect(await lines(...args)).toEqual([]);
    }
    expect(scenario.region.calls.filter(({ service }) => service === 'rbin')).toEqual([]);
  });
});

describe('rules that cannot be read', () => {
  test.each(['ListRules', 'GetRule'])(
    '(%s is refused) are said to be so, and change nothing',
    async (name) => {
      const { scenario, command } = await world();
      const { region } = scenario;
      region.protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
      const refused = {
        kind: 'error',
        name: 'AccessDeniedException',
        message: `not authorized: ${name}`,
        status: 403,
      };
      const refuse = (): void => {
        region.faults = onCommand(name, 1, refused as Parameters<typeof onCommand>[2]);
      };
      refuse();
      const { code, out } = await command('plan', '--json');
      const reason = `AccessDeniedException: not authorized: ${name}`;
      expect(code).toBe(0);
      expect(parseJson<Answer>(out).recycleBin).toEqual({
        error: reason,
        groups: [],
        remarks: [`its rules could not be read: ${reason}. Take what is deleted for gone`],
        warnings: [],
      });
      refuse();
      const dry = await command('prune', '--dry-run');
      expect(dry.code).toBe(0);
      expect(dry.out).toContain(
        `  Recycle Bin: its rules could not be read: ${reason}. Take what is deleted for gone`,
      );
      refuse();
      expect((await command('prune', '--yes')).code).toBe(0);
      expect(region.images()).toHaveLength(3);
    },
  );
});

test('reading the rules changes nothing', async () => {
  const { scenario, command } = await world();
  scenario.region.protecting.addBinRule({ kind: 'EC2_IMAGE', days: 7 });
  scenario.region.calls.length = 0;
  await command('plan');
  expect(scenario.region.calls.map(({ command: name }) => name)).toContain('GetRule');
  expect(mutatingCalls(scenario)).toEqual([]);
});
