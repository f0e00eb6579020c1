/** What remains when the product goes is all told, once, and what the printed commands do is all that happens. */

import { describe, expect, test } from 'vitest';
import { onCommand } from '../../src/simulator/faults.ts';
import type { HandoverJson } from '../../src/lib/report/handover-json.ts';
import type { CostJson } from '../../src/lib/report/cost-json.ts';
import { applyRestore, planRestoreRun } from '../../src/lib/run/restore.ts';
import { parseJson } from '../cli/answers.ts';
import { fileWith, mutatingCalls, run } from '../cli/fake-shell.ts';
import { carryOut } from '../support/command-line.ts';
import { deploy } from '../support/deployed.ts';
import { rehearsable, rehearsedPolicies, round } from '../support/rehearsing.ts';
import { PLAIN_RESTORE } from '../support/restoring.ts';
import { DAY, HOUR, MINUTE, parse, START, Scenario } from '../support/scenario.ts';

const POLICIES = rehearsedPolicies(`
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 } }
  hourly: { engine: dlm, backup: image, schedule: every 1 hours, keep: { last: 24 } }
`);

async function json<T>(scenario: Scenario, command: string): Promise<T> {
  const file = await fileWith(POLICIES);
  const { code, out, notes } = await run([command, '--policies', file, '--json'], { scenario });
  expect([code, notes]).toEqual([0, '']);
  return parseJson<T>(out);
}

async function handover(scenario: Scenario, { isWarned = false } = {}): Promise<HandoverJson> {
  const answer = await json<HandoverJson>(scenario, 'handover');
  expect(answer.warnings.length > 0).toBe(isWarned);
  return answer;
}

interface World {
  readonly scenario: Scenario;
  /** Ids of all that is of the deployment, or carries a tag of its. */
  readonly ours: () => string[];
  /** All that is not, as it is. */
  readonly theirs: () => unknown;
  readonly held: string;
  readonly locked: string;
  readonly protectedImage: string;
  readonly restored: string;
}

/**
 * Backups of every kind, DLM's too; one held, one locked, one protected; the deployed stack; a rehearsal in the middle of its
 * way, a restored machine, a status tag; and beside them what others have.
 */
async function world(): Promise<World> {
  const { scenario, source } = await rehearsable({ policies: POLICIES });
  const { region, clock } = scenario;
  scenario.createDlmRoles();
  await scenario.registerPolicies();
  const disk = region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
  const { id: hourly } = region.runInstance({ tags: { Backup: 'hourly' } });
  for (let night = 0; night < 3; night += 1) {
    await scenario.backup('nightly');
    await scenario.backup('disks');
    await scenario.backup('sets');
    clock.advance(2 * HOUR);
  }
  // DLM works while time passes.
  await clock.sleep(2 * HOUR);
  deploy(region, parse(POLICIES));
  for (const id of [source, disk, hourly]) region.tag(id, 'Backup:Status', 'ok 2026-11-22T09:00Z');
  const mine = region.images().filter(({ tags }) => tags['ec2-backup:source'] === source);
  const [held = '', protectedImage = ''] = mine.map(({ id }) => id);
  region.tag(held, 'Backup:Hold', 'a lawsuit');
  region.protectImage(protectedImage, 'enabled-without-cooldown');
  const disks = region.snapshots().filter(({ tags }) => tags['ec2-backup:policy'] === 'disks');
  const locked = disks[0]?.id ?? '';
  region.lockSnapshot(locked, { mode: 'compliance', expiresOn: START + 30 * DAY });
  const point = mine[2]?.id ?? '';
  const plan = await planRestoreRun({ ...PLAIN_RESTORE, source, point }, scenario.context);
  await applyRestore(plan, scenario.context, { wait: false });
  clock.advance(10 * MINUTE);
  // As far as an instance that runs, with a group and a temporary AMI.
  for (let step = 1; step <= 4; step += 1) {
    await round(scenario, 'sets', { slot: START + 9 * HOUR, round: step });
    clock.advance(MINUTE);
  }
  others(scenario);
  clock.advance(HOUR);
  const restored = region.instances().find(({ tags }) => 'ec2-backup:restored-by' in tags)?.id ?? '';
  return {
    scenario,
    held,
    locked,
    protectedImage,
    restored,
    ours: () => idsOf(scenario, true),
    theirs: () => theirs(scenario),
  };
}

function others({ region }: Scenario): void {
  const theirs = { 'ec2-backup:deployment': 'other', 'ec2-backup:policy': 'nightly', Backup: 'nightly' };
  region.registerImage({ name: 'golden', tags: { Name: 'golden' } });
  region.registerImage({ name: 'other/nightly/i-1/20261122T030000Z', tags: theirs });
  region.createForeignSnapshot({ tags: theirs });
  region.createForeignSnapshot({ description: 'by hand' });
  region.createForeignSnapshot({ tags: { 'aws:backup:source-resource': 'arn:aws:ec2:::volume/vol-1' } });
  region.runInstance({ tags: { Name: 'theirs' } });
  region.createLifecyclePolicy({
    ExecutionRoleArn: 'arn:aws:iam::111122223333:role/theirs',
    Description: 'by hand',
    State: 'DISABLED',
    PolicyDetails: {
      ResourceTypes: ['VOLUME'],
      TargetTags: [{ Key: 'Theirs', Value: 'yes' }],
      Schedules: [{ Name: 'd', CreateRule: { Interval: 24, Times: ['03:00'] }, RetainRule: { Count: 1 } }],
    },
  });
}

interface Thing {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly state?: string;
}

function things({ region }: Scenario): readonly Thing[] {
  return [
    ...region.images(),
    ...region.snapshots(),
    ...region.lifecyclePolicies(),
    ...region.launching.groups(),
    ...region.volumes(),
    ...region.instances().filter(({ state }) => state !== 'terminated'),
  ];
}

/** The only lifecycle policy that makes anything here is ours. */
function isOurs({ tags }: Thing): boolean {
  return (
    'aws:dlm:lifecycle-policy-id' in tags ||
    tags['ec2-backup:deployment'] === 'test' ||
    'Backup:Status' in tags ||
    'ec2-backup:restored-from' in tags
  );
}

/** Volumes of a rehearsal's instance go with it. */
function idsOf(scenario: Scenario, withParts: boolean): string[] {
  const rehearsed = scenario.region
    .volumes()
    .filter(({ tags }) => 'ec2-backup:rehearsal' in tags)
    .map(({ id }) => id);
  return things(scenario)
    .filter((thing) => isOurs(thing))
    .map(({ id }) => id)
    .filter((id) => !withParts || !rehearsed.includes(id))
    .sort();
}

function theirs(scenario: Scenario): unknown {
  return things(scenario).filter((thing) => !isOurs(thing));
}

function commandsOf({ groups }: HandoverJson, which: 'remove' | 'lift'): string[] {
  return groups.flatMap((group) => group[which]).filter((line) => !line.startsWith('npx '));
}

describe('[H33] the product is removed', () => {
  test('everything of the deployment is told exactly once, and nothing of others', async () => {
    const { scenario, ours } = await world();
    const { groups } = await handover(scenario);
    const told = groups
      .filter(({ kind }) => kind !== 'stack')
      .flatMap(({ items }) => items.flatMap(({ id, parts }) => [id, ...parts]));
    expect(told.toSorted()).toEqual(ours());
    expect(groups.map(({ kind }) => kind)).toEqual([
      'stack',
      'lifecycle-policies',
      'temporary',
      'status-tags',
      'restored',
      'images',
      'snapshots',
      'made-by-dlm',
      'stays',
    ]);
    expect(groups[0]?.remove).toEqual(['npx serverless remove --region ap-northeast-2']);
  });

  test('what is held, locked or protected stands apart with the reason, and no command removes it', async () => {
    const { scenario, held, locked, protectedImage } = await world();
    const answer = await handover(scenario);
    const stays = answer.groups.find(({ kind }) => kind === 'stays');
    const reasons = new Map(stays?.items.map(({ id, reasons: why }) => [id, why.join()]));
    expect(reasons.get(held)).toBe('held: a lawsuit');
    expect(reasons.get(protectedImage)).toBe('deregistration protected');
    expect(reasons.get(locked)).toBe('locked until 2026-12-22T03:00:00Z');
    const removes = commandsOf(answer, 'remove').join('\n');
    for (const id of [held, protectedImage, locked]) expect(removes).not.toContain(id);
  });

  test('carried out, the commands leave what stands apart and touch nothing of others', async () => {
    const { scenario, theirs: left, restored } = await world();
    const before = left();
    const answer = await handover(scenario);
    const machines = scenario.region.instances().map(({ id, state }) => [id, state]);
    const rehearsal = answer.groups.find(({ kind }) => kind === 'temporary')?.items.map(({ id }) => id) ?? [];
    for (const line of commandsOf(answer, 'remove')) await carryOut(line, scenario);
    const stays = answer.groups.find(({ kind }) => kind === 'stays')?.items ?? [];
    expect(idsOf(scenario, false)).toEqual(stays.flatMap(({ id, parts }) => [id, ...parts]).toSorted());
    // What was ours for its tags alone has become theirs; what was theirs is as it was.
    expect(left()).toEqual(expect.arrayContaining(before as unknown[]));
    const now = new Map(scenario.region.instances().map(({ id, state }) => [id, state]));
    for (const [id = '', state] of machines) {
      if (!rehearsal.includes(id)) expect(now.get(id)).toBe(state);
    }
    expect(now.get(restored)).toBe('running');
  });

  test('with the obstacles taken away, nothing is left but what is locked, and after the lock nothing', async () => {
    const { scenario, locked } = await world();
    for (const line of commandsOf(await handover(scenario), 'remove')) await carryOut(line, scenario);
    for (const line of commandsOf(await handover(scenario), 'lift')) await carryOut(line, scenario);
    for (const line of commandsOf(await handover(scenario), 'remove')) await carryOut(line, scenario);
    expect(idsOf(scenario, false)).toEqual([locked]);
    scenario.clock.advance(40 * DAY);
    for (const line of commandsOf(await handover(scenario), 'remove')) await carryOut(line, scenario);
    expect(idsOf(scenario, false)).toEqual([]);
    expect((await handover(scenario)).groups.map(({ kind }) => kind)).toEqual(['stack']);
  });

  test('it costs what cost says and what DLM made besides, and it changes nothing', async () => {
    const { scenario } = await world();
    const before = mutatingCalls(scenario).length;
    const { total, groups } = await handover(scenario);
    const cost = await json<CostJson>(scenario, 'cost');
    const byDlm = groups.find(({ kind }) => kind === 'made-by-dlm')?.cost;
    for (const end of ['low', 'middle', 'high'] as const) {
      const own = total.standardBytes[end] - (byDlm?.standardBytes[end] ?? NaN);
      expect(own).toBe(cost.total.now.standardBytes[end]);
      const usd = (total.usdPerMonth?.[end] ?? NaN) - (byDlm?.usdPerMonth?.[end] ?? NaN);
      expect(usd).toBeCloseTo(cost.total.now.usdPerMonth?.[end] ?? NaN, 9);
    }
    const sum = groups.reduce((bytes, group) => bytes + (group.cost?.standardBytes.high ?? 0), 0);
    expect(sum).toBe(total.standardBytes.high);
    expect(mutatingCalls(scenario)).toHaveLength(before);
  });

  test('beside a group stands what the bill falls by when its commands were carried out, in their order', async () => {
    const { scenario } = await world();
    // Policies nightly and sets back up the same volumes.
    const { groups, total } = await handover(scenario);
    const sum = groups.reduce((bytes, { frees }) => bytes + (frees?.standardBytes.middle ?? 0), 0);
    expect(sum).toBe(total.standardBytes.middle);
    const now = async (): Promise<number> =>
      (await json<HandoverJson>(scenario, 'handover')).total.standardBytes.middle;
    for (const { kind, remove, frees, cost } of groups) {
      const before = await now();
      for (const line of remove.filter((one) => !one.startsWith('npx '))) await carryOut(line, scenario);
      const after = await now();
      // Of what DLM made handover does not tell any more once its lifecycle policy is gone.
      if (!cost || kind === 'made-by-dlm') continue;
      if (kind !== 'stays') expect([kind, before - after]).toEqual([kind, frees?.standardBytes.middle]);
    }
  });

  test('what was restored from a backup that is gone is named, and not taken for ours', async () => {
    const { scenario } = await world();
    const tags = { 'ec2-backup:restored-from': 'ami-0123456789abcdef0' };
    const { id } = scenario.region.runInstance({ tags });
    scenario.clock.advance(HOUR);
    const answer = await handover(scenario, { isWarned: true });
    expect(answer.warnings.join()).toContain(id);
    expect(JSON.stringify(answer.groups)).not.toContain(id);
  });

  test('DLM goes on without the stack when the commands that keep it were carried out', async () => {
    const { scenario } = await world();
    const { region, clock } = scenario;
    const group = (await handover(scenario)).groups.find(({ kind }) => kind === 'lifecycle-policies');
    expect(group?.keeping).toHaveLength(3);
    expect(group?.keep).toMatch(/look at it below first\. The commands give them a role of their own/);
    for (const line of group?.keeping ?? []) await carryOut(line, scenario);
    // The role of the stack goes with it.
    region.deleteRole('test-ap-northeast-2-dlm-images');
    const made = (): number =>
      region.images().filter(({ tags }) => 'aws:dlm:lifecycle-policy-id' in tags).length;
    const before = made();
    await clock.sleep(3 * HOUR);
    expect(made()).toBeGreaterThan(before);
    const after = (await json<HandoverJson>(scenario, 'handover')).groups;
    expect(after.find(({ kind }) => kind === 'lifecycle-policies')?.keeping).toBeUndefined();
  });

  test('what has a spoilt tag gets it back by its name, and can be removed then', async () => {
    const { scenario } = await rehearsable({ policies: POLICIES });
    const { region, clock } = scenario;
    region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    for (const policy of ['nightly', 'disks', 'sets']) await scenario.backup(policy);
    clock.advance(HOUR);
    const before = [...region.images(), ...region.snapshots()].map(({ id, tags }) => ({ id, tags }));
    for (const key of ['policy', 'source', 'slot', 'kind'])
      for (const { id } of before) region.tag(id, `ec2-backup:${key}`, '');
    const spoilt = await handover(scenario);
    expect(spoilt.groups.map(({ kind }) => kind)).toEqual(['stays']);
    expect(spoilt.groups[0]?.byHand).toBeUndefined();
    for (const line of commandsOf(spoilt, 'lift')) await carryOut(line, scenario);
    for (const { id, tags } of [...region.images(), ...region.snapshots()])
      expect(tags).toEqual(before.find((one) => one.id === id)?.tags);
    for (const line of commandsOf(await handover(scenario), 'remove')) await carryOut(line, scenario);
    expect([...region.images(), ...region.snapshots()]).toEqual([]);
  });

  test('what nothing tells of is removed by no command but one behind a warning', async () => {
    const scenario = new Scenario({ policies: POLICIES });
    const { region } = scenario;
    const ours = { 'ec2-backup:deployment': 'test' };
    const image = region.registerImage({ name: 'golden', tags: ours });
    const parts = region.images().flatMap(({ snapshotIds }) => snapshotIds);
    for (const id of parts) region.tag(id, 'ec2-backup:deployment', 'test');
    const held = region.registerImage({ name: 'held', tags: { ...ours, 'Backup:Hold': '' } });
    const snapshot = region.createForeignSnapshot({ tags: ours });
    const byAws = { ...ours, 'aws:backup:source-resource': 'arn:x' };
    region.createForeignSnapshot({ tags: byAws });
    const answer = await handover(scenario);
    const [stays] = answer.groups;
    expect(commandsOf(answer, 'remove')).toEqual([]);
    expect(stays?.byHand).toHaveLength(2);
    expect(stays?.byHand?.join()).not.toContain(held);
    const { out } = await run(['handover', '--policies', await fileWith(POLICIES)], { scenario });
    expect(out).toMatch(/WARNING, only after a look at each: .*Deletes them for good:\n +aws ec2 de/);
    for (const line of stays?.byHand ?? []) await carryOut(line, scenario);
    expect([region.has(image), region.has(snapshot), region.has(held)]).toEqual([false, false, true]);
  });

  test('what is in the Recycle Bin has the commands that bring it back, the snapshots of an AMI first', async () => {
    const { scenario } = await rehearsable({ policies: POLICIES });
    const { region, clock } = scenario;
    region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    for (const policy of ['nightly', 'disks']) await scenario.backup(policy);
    clock.advance(HOUR);
    for (const kind of ['EC2_IMAGE', 'EBS_SNAPSHOT'] as const) region.addRecycleBinRule(kind, 7);
    const images = region.images().map(({ id }) => id);
    const parts = region.images().flatMap(({ snapshotIds }) => snapshotIds);
    const disks = region.snapshots().flatMap(({ id }) => (parts.includes(id) ? [] : [id]));
    for (const line of commandsOf(await handover(scenario), 'remove')) await carryOut(line, scenario);
    const { groups } = await handover(scenario);
    expect(groups.map(({ kind }) => kind)).toEqual(['recycle-bin']);
    const keeping = groups[0]?.keeping ?? [];
    const back = (kind: string, id: string): string =>
      `aws ec2 restore-${kind}-from-recycle-bin --region ap-northeast-2 --${kind}-id ${id}`;
    const snapshots = [...parts, ...disks].map((id) => back('snapshot', id));
    expect(keeping.slice(0, snapshots.length).toSorted()).toEqual(snapshots.toSorted());
    expect(keeping.slice(snapshots.length)).toEqual(images.map((id) => back('image', id)));
  });

  test('a snapshot whose AMI is in the Recycle Bin is not said to be in there itself', async () => {
    const { scenario } = await rehearsable({ policies: POLICIES });
    const { region, clock } = scenario;
    await scenario.backup('nightly');
    clock.advance(HOUR);
    region.addRecycleBinRule('EC2_IMAGE', 7);
    const parts = region.images().flatMap(({ snapshotIds }) => snapshotIds);
    for (const { id } of region.images()) region.deregisterByHand(id);
    clock.advance(2 * DAY);
    const stays = (await handover(scenario)).groups.find(({ kind }) => kind === 'stays');
    expect(stays?.items.map(({ id, reasons }) => [id, reasons]).sort()).toEqual(
      parts.toSorted().map((id) => [id, ['AMI in the Recycle Bin']]),
    );
  });

  test('where it cannot be read whether the stack is here, the command is there and the doubt beside it', async () => {
    const { scenario } = await rehearsable({ policies: POLICIES });
    scenario.region.faults = onCommand('ListSchedules', 1, {
      kind: 'error',
      name: 'AccessDeniedException',
      status: 403,
    });
    deploy(scenario.region, parse(POLICIES));
    const { groups } = await handover(scenario);
    expect(groups[0]?.kind).toBe('stack');
    expect(groups[0]?.items[0]?.reasons.join()).toContain('could not be read');
    expect(groups[0]?.remove).toEqual(['npx serverless remove --region ap-northeast-2']);
  });
});
