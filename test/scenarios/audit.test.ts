/** What nobody backs up, what is backed up twice, what nobody looks after, in an account with others in it. */

import { describe, expect, test } from 'vitest';
import type { AuditJson } from '../../src/lib/report/audit-json.ts';
import type { CostJson } from '../../src/lib/report/cost-json.ts';
import { parseJson } from '../cli/answers.ts';
import { fileWith, mutatingCalls, run } from '../cli/fake-shell.ts';
import { Copying, copiedPolicies, EAST, HOME } from '../support/copying.ts';
import { carryOut } from '../support/command-line.ts';
import { deploy } from '../support/deployed.ts';
import { DAY, HOUR, POLICIES, Scenario } from '../support/scenario.ts';

async function json<T>(scenario: Scenario, command: string, policies = POLICIES): Promise<T> {
  const file = await fileWith(policies);
  const { code, out } = await run([command, '--policies', file, '--json'], { scenario });
  expect(code).toBe(0);
  return parseJson<T>(out);
}

const audit = (scenario: Scenario, policies?: string): Promise<AuditJson> =>
  json(scenario, 'audit', policies);

const ROLE = 'arn:aws:iam::111122223333:role/theirs';

/** A lifecycle policy of others, of what carries `Theirs=yes`; each hour. */
function theirPolicy(scenario: Scenario, kind: 'VOLUME' | 'INSTANCE', names = ['hourly']): string {
  scenario.region.createRole({ name: 'theirs' });
  return scenario.region.createLifecyclePolicy({
    ExecutionRoleArn: ROLE,
    Description: 'by hand',
    State: 'ENABLED',
    PolicyDetails: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      ResourceTypes: [kind],
      TargetTags: [{ Key: 'Theirs', Value: 'yes' }],
      Schedules: names.map(schedule),
    },
  });
}

const schedule = (Name: string): object => ({
  Name,
  CreateRule: { Interval: 1, IntervalUnit: 'HOURS' },
  RetainRule: { Count: 5 },
});

describe('coverage', () => {
  test('names what nobody backs up with the reason, and not what somebody does', async () => {
    const scenario = new Scenario();
    const { region } = scenario;
    theirPolicy(scenario, 'VOLUME');
    region.runInstance({ tags: { Backup: 'nightly' } });
    const forgotten = region.runInstance({ tags: { Name: 'forgotten' } });
    const wrong = region.runInstance({ tags: { Backup: 'nigthly' } });
    region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    const loose = region.createVolume({ sizeGiB: 8 });
    region.createVolume({ sizeGiB: 8, tags: { Theirs: 'yes' } });
    const aws = region.createVolume({ sizeGiB: 8 });
    const stale = region.createVolume({ sizeGiB: 8 });
    byAwsBackup(scenario, aws, scenario.clock.now() - DAY);
    byAwsBackup(scenario, stale, scenario.clock.now() - 8 * DAY);
    const { coverage } = await audit(scenario);
    const reasons = new Map(coverage.uncovered.map(({ id, reason }) => [id, reason]));
    expect([...reasons.keys()].sort()).toEqual([forgotten.id, wrong.id, loose, stale].sort());
    expect(reasons.get(forgotten.id)).toBe(
      'no policy selects it; the tag Backup=POLICY, with the name of a policy, asks for backups',
    );
    expect(reasons.get(wrong.id)).toContain('did you mean nightly?');
    expect(coverage.twice).toEqual([]);
  });

  test('names what this product and others back up both', async () => {
    const scenario = new Scenario();
    const { region } = scenario;
    const dlm = theirPolicy(scenario, 'INSTANCE');
    const both = region.runInstance({ tags: { Backup: 'nightly', Theirs: 'yes', Name: 'web' } });
    const plain = region.runInstance({ tags: { 'Backup:nightly': 'true', 'Backup:sets': 'true' } });
    byAwsBackup(scenario, both.volumeIds[0] ?? '', scenario.clock.now() - HOUR);
    const { coverage } = await audit(scenario);
    expect(coverage.uncovered).toEqual([]);
    expect(coverage.twice).toEqual([
      { id: both.id, kind: 'instance', name: 'web', by: ['policy nightly', `DLM ${dlm}`] },
      {
        id: both.volumeIds[0],
        kind: 'volume',
        by: ['policy nightly', `DLM ${dlm}`, 'AWS Backup'],
      },
    ]);
    expect(JSON.stringify(coverage)).not.toContain(plain.id);
  });

  test('a disabled lifecycle policy covers nothing', async () => {
    const scenario = new Scenario();
    const id = theirPolicy(scenario, 'VOLUME');
    const volume = scenario.region.createVolume({ sizeGiB: 8, tags: { Theirs: 'yes' } });
    scenario.region.editLifecyclePolicy(id, { state: 'DISABLED' });
    const { coverage } = await audit(scenario);
    expect(coverage.uncovered.map((one) => one.id)).toEqual([volume]);
  });

  test('a volume that its tag leaves out is told as left out, not as forgotten', async () => {
    const scenario = new Scenario();
    const { volumeIds } = scenario.region.runInstance({
      tags: { Backup: 'sets' },
      volumes: [
        { device: '/dev/xvda', sizeGiB: 8, type: 'gp3' },
        { device: '/dev/sdf', sizeGiB: 8, type: 'gp3' },
      ],
    });
    scenario.region.tag(volumeIds[1] ?? '', 'Backup:Exclude', 'true');
    const { coverage } = await audit(scenario);
    expect([coverage.uncovered, coverage.leftOut]).toEqual([[], [volumeIds[1]]]);
  });
});

function byAwsBackup({ region }: Scenario, volumeId: string, startedAt: number): string {
  const arn = `arn:aws:ec2:ap-northeast-2:111122223333:volume/${volumeId}`;
  return region.createForeignSnapshot({ volumeId, startedAt, tags: { 'aws:backup:source-resource': arn } });
}

describe('orphans', () => {
  test('ours: what failed, whose policy is not in the file, whose source or AMI is gone', async () => {
    const policies = POLICIES.replace('retired:', 'retired:\n  spare: { keep: { last: 1 } }');
    const scenario = new Scenario();
    const { region, clock } = scenario;
    const web = region.runInstance({ tags: { Backup: 'nightly' } });
    const gone = region.runInstance({ tags: { Backup: 'nightly' } });
    const disk = region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    await scenario.backup('nightly');
    await scenario.backup('disks');
    clock.advance(DAY);
    await scenario.backup('nightly');
    clock.advance(HOUR);
    region.terminateInstance(gone.id);
    const [older, newer] = region.images().filter(({ tags }) => tags['ec2-backup:source'] === web.id);
    const lost = older?.snapshotIds ?? [];
    region.deregisterByHand(older?.id ?? '');
    region.failImage(newer?.id ?? '');
    clock.advance(2 * DAY);
    const without = policies.replace(/ {2}disks: .*\n/, '');
    const { orphans } = await audit(scenario, without);
    const ours = orphans.filter(({ isOurs }) => isOurs);
    const causes = ours.map(({ source, cause }) => `${source ?? ''} ${cause}`);
    expect(causes.toSorted()).toEqual(
      [
        `${web.id} AMI gone`,
        `${web.id} failed`,
        `${gone.id} source gone`,
        `${gone.id} source gone`,
        `${disk} policy gone`,
      ].toSorted(),
    );
    expect(ours.find(({ cause }) => cause === 'AMI gone')?.snapshots).toEqual(lost);
    // Retention has the last word: what it keeps is not proposed for deletion.
    expect(
      ours
        .filter(({ isPruned }) => isPruned)
        .map(({ cause }) => cause)
        .toSorted(),
    ).toEqual(['AMI gone', 'failed']);
    expect(ours.find(({ cause }) => cause === 'policy gone')?.action).toContain('under retired');
    expect(ours.every(({ command }) => command === undefined)).toBe(true);
    const cost = await json<CostJson>(scenario, 'cost', without);
    const high = ours.reduce((sum, one) => sum + one.cost.standardBytes.high, 0);
    // A failed AMI maps nothing: its snapshots are of no point until it is gone.
    const ofPoints = cost.rows.filter(({ policy }) => policy !== undefined);
    expect(high).toBe(ofPoints.reduce((sum, { now }) => sum + now.standardBytes.high, 0));
  });

  test('of others: snapshots whose AMI is gone, unless that is in the Recycle Bin or was just made', async () => {
    const scenario = new Scenario();
    const { region, clock } = scenario;
    const made = (image: string, startedAt: number): string =>
      region.createForeignSnapshot({
        volumeId: 'vol-0123456789abcdef0',
        description: `Created by CreateImage(i-0123456789abcdef0) for ${image}`,
        startedAt,
      });
    const then = clock.now() - 3 * DAY;
    const there = region.registerImage({ name: 'there', createdAt: then });
    const lost = made('ami-0123456789abcdef0', then);
    made('ami-0123456789abcdef1', clock.now() - HOUR);
    made(there, then);
    region.addRecycleBinRule('EC2_IMAGE', 7);
    const binned = region.registerImage({ name: 'binned', createdAt: then });
    made(binned, then);
    region.deregisterByHand(binned);
    region.createForeignSnapshot({ startedAt: then });
    // A copy of a snapshot in another Region, where its AMI may be: by its description alone it would be an orphan.
    const description = 'Created by CreateImage(i-0123456789abcdef0) for ami-0123456789abcdef0';
    region.createForeignSnapshot({ description, startedAt: then });
    clock.advance(HOUR);
    const { orphans } = await audit(scenario);
    expect(orphans).toMatchObject([{ id: lost, isOurs: false, cause: 'AMI gone' }]);
    const before = region.snapshots().length;
    await carryOut(orphans[0]?.command ?? '', scenario);
    expect(region.snapshots()).toHaveLength(before - 1);
    expect(region.has(lost)).toBe(false);
  });

  test('of DLM: what a renamed schedule and a deleted lifecycle policy left', async () => {
    const scenario = new Scenario();
    const { region, clock } = scenario;
    const id = theirPolicy(scenario, 'VOLUME');
    region.createVolume({ sizeGiB: 8, tags: { Theirs: 'yes' } });
    await clock.sleep(3 * HOUR);
    expect((await audit(scenario)).orphans).toEqual([]);
    const made = region.snapshots().map((one) => one.id);
    expect(made.length).toBeGreaterThan(1);
    region.editLifecyclePolicy(id, { details: { Schedules: [schedule('renamed')] as never } });
    const renamed = await audit(scenario);
    expect(renamed.orphans.map((one) => one.id).toSorted()).toEqual(made.toSorted());
    expect(renamed.orphans[0]?.detail).toContain('has no schedule "hourly" any more');
    region.deleteLifecyclePolicyByHand(id);
    const deleted = await audit(scenario);
    expect(deleted.orphans[0]).toMatchObject({ isOurs: false, cause: 'DLM leftover' });
    expect(deleted.orphans[0]?.detail).toContain(`its lifecycle policy ${id} does not exist here`);
    for (const { command = '' } of deleted.orphans) await carryOut(command, scenario);
    expect(region.snapshots()).toEqual([]);
  });

  test('a copy that DLM made of what is in another Region is not taken for a leftover to delete', async () => {
    const scenario = new Scenario();
    const tags = { 'aws:dlm:lifecycle-policy-id': 'policy-0123456789abcdef0' };
    const copy = scenario.region.createForeignSnapshot({ tags });
    const { orphans } = await audit(scenario);
    expect(orphans).toMatchObject([{ id: copy, cause: 'DLM leftover' }]);
    expect(orphans[0]?.command).toBeUndefined();
    expect(orphans[0]?.action).toContain('other Regions');
  });
});

describe('nobody looks after', () => {
  test('a source that is gone: where its policy does not release its points, that is what is proposed', async () => {
    const releasing = POLICIES.replace(
      'keep: { last: 2 } }',
      'keep: { last: 2 }, releaseAfterSourceGone: 30d }',
    );
    const scenario = new Scenario();
    const { region, clock } = scenario;
    const { id } = region.runInstance({ tags: { Backup: 'nightly' } });
    const disk = region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    for (let day = 0; day < 3; day += 1) {
      await scenario.backup('nightly');
      await scenario.backup('disks');
      clock.advance(DAY);
    }
    region.terminateInstance(id);
    region.deleteVolume(disk);
    const actions = async (policies: string, policy: string): Promise<string[]> => {
      const { orphans } = await audit(scenario, policies);
      const kept = orphans.filter((one) => one.policy === policy && !one.isPruned);
      expect(kept.every(({ cause }) => cause === 'source gone')).toBe(true);
      return kept.map(({ action }) => action);
    };
    const nightly = await actions(POLICIES, 'nightly');
    expect(nightly).toHaveLength(3);
    for (const action of nightly) {
      expect(action).toMatch(/^kept: .*daily \d\/3/);
      expect(action).toContain('with releaseAfterSourceGone in its policy all of them go in time');
    }
    const released = await actions(releasing, 'disks');
    expect(released).toHaveLength(2);
    for (const action of released)
      expect(action).toContain('releaseAfterSourceGone of its policy lets it go in time');
  });

  test('copies that the file does not have any more', async () => {
    const policies = copiedPolicies(`[{ region: ${EAST.region} }]`);
    const copying = new Copying(policies);
    const { scenario, clock } = copying;
    scenario.region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    await copying.backUp('disks');
    await copying.copy(EAST);
    clock.advance(HOUR);
    const [copy] = copying.region(EAST).snapshots();
    const orphansIn = async (text: string): Promise<AuditJson['orphans']> => {
      const args = ['audit', '--policies', await fileWith(text), '--json', '--region', EAST.region];
      return parseJson<AuditJson>((await run(args, { scenario })).out).orphans;
    };
    expect(await orphansIn(policies)).toEqual([]);
    const without = policies.replace(/(disks: .*), copies: .* }/, '$1 }');
    expect(without).not.toBe(policies);
    expect(await orphansIn(without)).toMatchObject([
      {
        id: copy?.id,
        isOurs: true,
        cause: 'copies gone',
        action: expect.stringContaining(
          `copies to ${EAST.account}/${EAST.region} not in the file`,
        ) as unknown,
        isPruned: false,
      },
    ]);
  });

  test('ours with a tag that cannot be read, its snapshots with it, and nowhere is its AMI gone', async () => {
    const scenario = new Scenario();
    const { region, clock } = scenario;
    region.runInstance({ tags: { Backup: 'nightly' } });
    region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    await scenario.backup('disks');
    await scenario.backupEvery(DAY, 2, 'nightly');
    const spoiltOne = region.images().slice(0, 1);
    const image = spoiltOne.map(({ id }) => id).join('');
    const parts = spoiltOne.flatMap(({ snapshotIds }) => snapshotIds);
    const disk = region.snapshots().find(({ tags }) => tags['ec2-backup:policy'] === 'disks')?.id ?? '';
    region.tag(image, 'ec2-backup:slot', 'garbage');
    region.tag(disk, 'ec2-backup:kind', 'garbage');
    const byDlm = { 'ec2-backup:deployment': 'test', 'aws:backup:source-resource': 'arn:x' };
    region.createForeignSnapshot({ tags: byDlm });
    clock.advance(9 * DAY);
    const { orphans, orphansCost } = await audit(scenario);
    expect(orphans).toHaveLength(2);
    expect(orphans.find(({ id }) => id === image)).toMatchObject({
      isOurs: true,
      cause: 'left alone',
      detail: 'tag ec2-backup:slot is "garbage", expected a time such as 2026-11-22T18:00:00Z',
      snapshots: parts,
      isPruned: false,
    });
    expect(orphans.find(({ id }) => id === disk)).toMatchObject({ isOurs: true, cause: 'left alone' });
    expect(orphansCost.standardBytes.high).toBeGreaterThan(0);
    const file = await fileWith(POLICIES);
    for (const args of [['status'], ['audit'], ['report', '--markdown'], ['explain', parts.join()]])
      expect((await run([...args, '--policies', file], { scenario })).out).not.toContain('AMI is gone');
    const told = await run(['explain', parts.join(), '--policies', file], { scenario });
    expect(told.out).toContain(`is part of ${image}, which is left alone`);
    await scenario.prune();
    await run(['audit', '--fix', '--yes', '--policies', file], { scenario });
    for (const id of [image, disk, ...parts]) expect(region.has(id)).toBe(true);
  });
});

describe('what orphans cost', () => {
  const total = async (scenario: Scenario): Promise<number> =>
    (await json<CostJson>(scenario, 'cost')).total.now.standardBytes.middle;

  test('is what the bill falls by when they are deleted: the blocks that others refer to stay', async () => {
    const scenario = new Scenario();
    const { region, clock } = scenario;
    region.runInstance({
      tags: { Backup: 'nightly' },
      volumes: [{ device: '/dev/xvda', sizeGiB: 100, type: 'gp3' }],
    });
    await scenario.backupEvery(DAY, 4, 'nightly');
    clock.advance(2 * DAY);
    region.deregisterByHand(region.images()[0]?.id ?? '');
    clock.advance(2 * DAY);
    const before = await total(scenario);
    const found = await audit(scenario);
    const [leftover] = found.orphans;
    expect(found.orphans).toMatchObject([{ isOurs: true, cause: 'AMI gone', isPruned: true }]);
    const file = await fileWith(POLICIES);
    const { out } = await run(['audit', '--policies', file, '--fix', '--yes'], { scenario });
    expect(out).toContain('Outcome: 1 done');
    expect(out).not.toContain('Nothing is changed');
    const fallen = before - (await total(scenario));
    expect(fallen).toBeGreaterThan(0);
    // What it is billed for is the whole first snapshot, which the next one takes on.
    expect(fallen).toBeLessThan((leftover?.cost.standardBytes.middle ?? 0) / 10);
    const { frees } = leftover ?? {};
    const freed = [frees, found.orphansFree, found.proposedFree];
    expect(freed.map((one) => one?.standardBytes.middle)).toEqual([fallen, fallen, fallen]);
  });

  test('of all together is more than the sum, where nobody else refers to their blocks', async () => {
    const scenario = new Scenario();
    const { region, clock } = scenario;
    const { id } = region.runInstance({ tags: { Backup: 'nightly' } });
    await scenario.backupEvery(DAY, 3, 'nightly');
    clock.advance(HOUR);
    region.terminateInstance(id);
    const { orphans, orphansFree, proposedFree } = await audit(scenario);
    expect(orphans.map(({ cause }) => cause)).toEqual(['source gone', 'source gone', 'source gone']);
    const sum = orphans.reduce((bytes, { frees }) => bytes + frees.standardBytes.middle, 0);
    expect(orphansFree.standardBytes.middle).toBe(await total(scenario));
    expect(sum).toBeLessThan(orphansFree.standardBytes.middle / 2);
    const pruned = orphans.filter(({ isPruned }) => isPruned).length;
    expect(proposedFree.standardBytes.middle > 0).toBe(pruned > 0);
  });
});

describe('drift', () => {
  test('nothing is missing where only copies come, and where no second stack belongs', async () => {
    const policies = copiedPolicies(`[{ region: ${EAST.region} }]`);
    const { scenario } = new Copying(policies);
    const file = await fileWith(policies);
    const driftIn = async (region: string): Promise<string> => {
      const args = ['audit', '--policies', file, '--json', '--region', region];
      const { drift } = parseJson<AuditJson>((await run(args, { scenario })).out);
      return drift.map(({ level, message }) => `${level} ${message}`).join('\n');
    };
    expect(await driftIn(EAST.region)).toBe('');
    expect(await driftIn(HOME.region)).toContain('npx serverless deploy');
  });

  test('says what doctor and policies plan say, and nothing where all is as it should be', async () => {
    const policies = POLICIES.replace(
      'retired:',
      '  hourly: { engine: dlm, backup: volume, schedule: every 1 hours, keep: { last: 24 } }\nretired:',
    );
    const scenario = new Scenario({ policies });
    scenario.createDlmRoles();
    scenario.region.createVolume({ sizeGiB: 8, tags: { Backup: 'hourly' } });
    const before = await audit(scenario, policies);
    const said = before.drift.map(({ name, message }) => `${name}: ${message}`).join('\n');
    expect(said).toContain('npx serverless deploy');
    expect(said).toContain('not yet as the policy file says: hourly');
    await scenario.registerPolicies();
    deploy(scenario.region, scenario.file);
    const after = await audit(scenario, policies);
    expect(after.drift.filter(({ level }) => level === 'fail')).toEqual([]);
    expect(after.drift.filter(({ name }) => name === 'lifecycle policies')).toEqual([]);
    expect(after.coverage.uncovered).toEqual([]);
    expect(mutatingCalls(scenario).filter((command) => /Delete|Deregister/.test(command))).toEqual([]);
  });
});
