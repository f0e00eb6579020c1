/** A large account is read in parts by the commands that look: they see what is there, all of it and once, odd tags included. */

import { beforeAll, describe, expect, test } from 'vitest';
import type { HandoverJson } from '../../src/lib/report/handover-json.ts';
import type { StatusJson } from '../../src/lib/report/status-json.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { readCost } from '../../src/lib/run/cost.ts';
import { planPruneRun } from '../../src/lib/run/prune.ts';
import { readAllPoints, readSizedPoints } from '../../src/lib/run/read.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { parseJson, type PlanAnswer } from '../cli/answers.ts';
import { fileWith, run, type Ended } from '../cli/fake-shell.ts';
import { DAY, HOUR, Scenario, START } from '../support/scenario.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 600 } }
  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { last: 600 } }
prune: { schedule: every 6 hours, maxShare: 30% }
`;

const SOURCES = 10;
const SLOTS = 520;

interface Made {
  readonly policy: string;
  readonly source: string;
  readonly slot: number;
  readonly kind: string;
}

function tagsOf({ policy, source, slot, kind }: Made): Record<string, string> {
  return {
    'ec2-backup:deployment': 'test',
    'ec2-backup:policy': policy,
    'ec2-backup:source': source,
    'ec2-backup:slot': new Date(slot).toISOString().replace('.000Z', 'Z'),
    'ec2-backup:kind': kind,
    'ec2-backup:trigger': 'schedule',
  };
}

/** Tags of which each makes a snapshot another thing than the usual. */
const ODD: readonly Record<string, string>[] = [
  { 'ec2-backup:slot': 'yesterday' },
  { 'ec2-backup:slot': '' },
  { 'ec2-backup:policy': 'a policy' },
  { 'ec2-backup:policy': 'not-in-the-file' },
  { 'ec2-backup:kind': 'tape' },
  { 'ec2-backup:source': '' },
  { 'ec2-backup:deployment': 'other' },
  { 'ec2-backup:deployment': 'TEST' },
  { 'ec2-backup:copied-from': '444455556666/us-east-1/snap-0123456789abcdef0' },
  { 'ec2-backup:copied-from': 'somewhere' },
  { 'ec2-backup:rehearsal': 'nightly/2026-11-22T03:00:00Z' },
  { 'aws:dlm:lifecycle-policy-id': 'policy-0123456789abcdef0' },
  { 'aws:backup:source-resource': 'arn' },
  { 'Backup:Hold': '' },
  { 'Backup:Keep': 'daily=x' },
];

interface Large {
  readonly scenario: Scenario;
  readonly command: (...words: string[]) => Promise<Ended>;
}

/** `slots` AMIs of each of ten instances and as many snapshots of ten volumes, and beside them what is odd or of others. */
function large({ slots = SLOTS, nobody = 600 } = {}): Large {
  const scenario = new Scenario({
    policies: POLICIES,
    settings: { pageSize: 1000, emptyPages: false },
    start: START + 9 * HOUR,
  });
  const { region } = scenario;
  for (let index = 0; index < SOURCES; index += 1) {
    const { id: source, volumeIds } = region.runInstance({
      launchedAt: START - 900 * DAY,
      tags: { Backup: 'nightly' },
    });
    const disk = region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    const [volumeId = ''] = volumeIds;
    for (let day = 0; day < slots; day += 1) {
      const slot = START - day * DAY;
      const tags = tagsOf({ policy: 'nightly', source, slot, kind: 'image' });
      const name = `test/nightly/${source}/${day}`;
      const snapshotIds = [region.createForeignSnapshot({ volumeId, startedAt: slot, tags })];
      region.registerImage({ name, tags, snapshotIds, createdAt: slot, sourceInstanceId: source });
      region.createForeignSnapshot({
        volumeId: disk,
        startedAt: slot,
        tags: tagsOf({ policy: 'disks', source: disk, slot, kind: 'volume' }),
      });
    }
    for (const odd of ODD) {
      const tags = {
        ...tagsOf({ policy: 'disks', source: disk, slot: START - 700 * DAY, kind: 'volume' }),
        ...odd,
      };
      region.createForeignSnapshot({ volumeId: disk, startedAt: START - 700 * DAY, tags });
      region.registerImage({
        name: `odd/${index}/${JSON.stringify(odd).length}/${Object.values(odd).join('')}`,
        tags: { ...tags, 'ec2-backup:kind': odd['ec2-backup:kind'] ?? 'image' },
        createdAt: START - 700 * DAY,
      });
    }
  }
  for (let index = 0; index < nobody; index += 1) region.createForeignSnapshot({ startedAt: START - DAY });
  return {
    scenario,
    command: async (...words) => run([...words, '--policies', await fileWith(POLICIES)], { scenario }),
  };
}

function inParts(context: RunContext): RunContext {
  return { ...context, clients: { ...context.clients, inParts: true } };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Patterns of ids that were asked for since so many calls. */
function patterns({ region }: Scenario, from: number): string[] {
  return region.calls.slice(from).flatMap(({ input }) => {
    const { Filters = [] } = input as { Filters?: { Name: string; Values: string[] }[] };
    return Filters.filter(({ Name }) => /^(snapshot|image)-id$/.test(Name)).flatMap(({ Values }) => Values);
  });
}

describe('what only looks', () => {
  let world: Large;
  beforeAll(() => {
    world = large();
  });

  test('sees in parts the same points and the same left alone, each once, as page by page', async () => {
    const { scenario } = world;
    const start = scenario.region.calls.length;
    const whole = await readAllPoints(scenario.context);
    expect(patterns(scenario, start)).toEqual([]);
    const parts = await readAllPoints(inParts(scenario.context));
    expect(patterns(scenario, start)).toContain('*f');
    expect(byId(parts.points)).toEqual(byId(whole.points));
    expect(byId(parts.leftAlone)).toEqual(byId(whole.leftAlone));
    expect(whole.points.length).toBeGreaterThan(2 * SOURCES * SLOTS);
    expect(whole.leftAlone.length).toBeGreaterThan(SOURCES * 10);
  });

  test('sees the same sizes, and so the same costs', async () => {
    const { context } = world.scenario;
    const whole = await readSizedPoints(context);
    const parts = await readSizedPoints(inParts(context));
    expect(byId(parts.points)).toEqual(byId(whole.points));
    expect(byId(parts.sizes)).toEqual(byId(whole.sizes));
    const cost = await readCost(context, undefined);
    const inPartsCost = await readCost(inParts(context), undefined);
    expect(byId(inPartsCost.snapshots)).toEqual(byId(cost.snapshots));
  });

  test('shows by status, list and plan one number of points, that of prune', async () => {
    const { command, scenario } = world;
    const status = parseJson<StatusJson>((await command('status', '--json')).out);
    const list = parseJson<{ points: unknown[] }>((await command('list', '--json')).out);
    const plan = parseJson<PlanAnswer>((await command('plan', '--json')).out);
    const { verdicts } = await planPruneRun({}, scenario.context);
    expect(status.points).toBe(verdicts.length);
    expect(list.points).toHaveLength(verdicts.length);
    expect(plan.verdicts).toHaveLength(verdicts.length);
  });

  test.each(['status', 'list', 'plan', 'cost', 'audit', 'handover'])('reads in parts: %s', async (name) => {
    const { command, scenario } = world;
    const start = scenario.region.calls.length;
    await command(name);
    expect(patterns(scenario, start)).toContain('*0');
  });

  test.each([
    ['prune', '--dry-run'],
    ['audit', '--fix', '--dry-run'],
  ])('is another thing than %s: what may be deleted is read page by page', async (...words) => {
    const { command, scenario } = world;
    const start = scenario.region.calls.length;
    await command(...words);
    expect(scenario.region.calls.length).toBeGreaterThan(start + 10);
    expect(patterns(scenario, start)).toEqual([]);
  });
});

test('status of an account with few points makes as many calls as page by page', async () => {
  const { scenario, command } = large({ slots: 2, nobody: 5 });
  await command('status');
  const counts = new Map<string, number>();
  for (const { command: name } of scenario.region.calls) counts.set(name, (counts.get(name) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    GetCallerIdentity: 1,
    DescribeSnapshots: 1,
    DescribeImages: 1,
    DescribeInstances: 1,
    DescribeVolumes: 1,
  });
});

test.each([3, 9])(
  'where part %i of a list cannot be had, status says so and asks for no more',
  async (nth) => {
    const { scenario, command } = large();
    scenario.region.faults = onCommand('DescribeSnapshots', nth, {
      kind: 'error',
      name: 'UnauthorizedOperation',
    });
    const { code, out, notes } = await command('status');
    expect([code, out]).toEqual([1, '']);
    expect(notes).toContain(
      'cannot list the snapshots of account 111122223333 in ap-northeast-2, so nothing is done',
    );
    const asked = scenario.region.calls.length;
    // What was waiting for its token at half of EC2's rate would be sent by now.
    scenario.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(scenario.region.calls).toHaveLength(asked);
  },
);

describe('handover of more AMIs than anybody waits for', () => {
  test('does not ask who uses them, frees none and says how to ask', async () => {
    const { scenario, command } = large();
    const { out, notes, code } = await command('handover', '--json');
    const answer = parseJson<HandoverJson>(out);
    expect(code).toBe(0);
    expect(scenario.region.calls.some(({ command: name }) => name === 'DescribeImageReferences')).toBe(false);
    expect([notes, ...answer.warnings].join('\n')).toMatch(
      /who uses the 5\d\d\d AMIs was not asked, so no command that removes one is printed: that takes 5\d\d calls, some 1 minutes; --uses asks/,
    );
    expect(
      answer.groups.flatMap(({ remove }) => remove).filter((line) => line.includes('deregister-image')),
    ).toEqual([]);
  });

  test('asks with --uses, and prints the commands', async () => {
    const { scenario, command } = large();
    const answer = parseJson<HandoverJson>((await command('handover', '--uses', '--json')).out);
    const asked = scenario.region.calls.filter(({ command: name }) => name === 'DescribeImageReferences');
    expect(asked.length).toBeGreaterThan(SOURCES * 52);
    const removed = answer.groups
      .flatMap(({ remove }) => remove)
      .filter((line) => line.includes('deregister-image'));
    expect(removed.length).toBeGreaterThanOrEqual(SOURCES * SLOTS);
  });
});
