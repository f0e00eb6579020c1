import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrunePlan } from '../../src/lib/plan/plan-prune.ts';
import { slotsBetween } from '../../src/lib/policy/schedule.ts';
import type { Schedule } from '../../src/lib/policy/policy.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, MINUTE, Scenario } from '../support/scenario.ts';
import { ids, verdicts } from './story.ts';
import { newestGood } from './truth.ts';

const EXAMPLE = readFileSync(new URL('../../policies.yml', import.meta.url), 'utf8');
/** Midnight in Seoul, the example's zone, of 1 September 2026. */
const FROM = Date.UTC(2026, 7, 31, 15);
const DAYS = 70;

interface Fleet {
  readonly web: string;
  readonly app: string;
  readonly data: string;
  readonly pay: string;
  readonly scratch: string;
  readonly foreign: readonly string[];
}

/** One of each sort, and what is not ours beside it. */
function build(region: SimulatedRegion): Fleet {
  const volumes = (count: number): { device: string; sizeGiB: number }[] =>
    ['/dev/xvda', '/dev/sdf', '/dev/sdg'].slice(0, count).map((device) => ({ device, sizeGiB: 8 }));
  const web = region.runInstance({ tags: { Backup: 'daily-ami', Name: 'web' } }).id;
  const app = region.runInstance({
    tags: { Backup: 'daily-ami', 'Backup:Keep': 'last=5' },
    volumes: volumes(2),
  }).id;
  const data = region.runInstance({ tags: { 'Backup:data-6h': 'true' }, volumes: volumes(2) }).id;
  const pay = region.runInstance({ tags: { Team: 'ledger-eu' }, volumes: volumes(1) }).id;
  region.runInstance({ tags: { Team: 'payments' }, autoScalingGroup: 'workers' });
  region.runInstance({ tags: { Backup: 'dayly-ami' } });
  region.runInstance({ tags: { Backup: 'daily-ami' }, rootDevice: 'instance-store' });
  const scratch = region.createVolume({ sizeGiB: 100, tags: { Backup: 'scratch-volumes' } });
  const dlm = { 'aws:dlm:lifecycle-policy-id': 'policy-1', 'ec2-backup:deployment': 'demo' };
  const snapshot = region.createForeignSnapshot({ tags: dlm });
  const foreign = [
    snapshot,
    region.createForeignSnapshot({
      tags: { 'ec2-backup:deployment': 'other', 'ec2-backup:policy': 'daily-ami' },
    }),
    region.registerImage({ name: 'golden', snapshotIds: [snapshot], sourceInstanceId: web }),
  ];
  return { web, app, data, pay, scratch, foreign };
}

/** What goes wrong or is done by people, by the number of the day. */
function events({ region, fleet, clock }: Story): ReadonlyMap<number, () => void> {
  const newest = (source: string): string =>
    region
      .images()
      .filter(({ sourceInstanceId, state }) => sourceInstanceId === source && state === 'available')
      .at(-1)?.id ?? '';
  return new Map([
    [8, () => region.tag(newest(fleet.web), 'Backup:Hold', 'audit')],
    [12, () => void region.createLaunchTemplate('web', newest(fleet.web))],
    [15, () => region.failImage(newest(fleet.app))],
    [20, () => region.deleteVolume(fleet.scratch)],
    [25, () => region.stopInstance(fleet.data)],
    [30, () => region.terminateInstance(fleet.app)],
    [
      33,
      () =>
        region.lockSnapshot(ids(region.snapshots()).at(-1) ?? '', {
          mode: 'governance',
          expiresOn: clock.now() + 30 * DAY,
        }),
    ],
    [40, () => region.startInstance(fleet.data)],
    [45, () => region.protectImage(newest(fleet.web), 'enabled-without-cooldown')],
  ]);
}

/** A fault on one call in some forty, in turn. */
function trouble(): (call: { command: string }) => Fault | undefined {
  const faults: readonly Fault[] = [
    { kind: 'error', name: 'InternalError', status: 400 },
    { kind: 'lost-answer' },
    { kind: 'throttle' },
    { kind: 'unavailable', accepted: true },
    { kind: 'fails-later', reason: 'no key' },
  ];
  let seen = 0;
  return ({ command }) => {
    if (!/^(Create|Delete|Deregister)/.test(command)) return undefined;
    seen += 1;
    const fault = seen % 41 === 0 ? faults[(seen / 41) % faults.length] : undefined;
    return fault?.kind === 'fails-later' && !command.startsWith('Create') ? undefined : fault;
  };
}

interface Story {
  readonly scenario: Scenario;
  readonly region: SimulatedRegion;
  readonly clock: Scenario['clock'];
  readonly fleet: Fleet;
}

function exists(region: SimulatedRegion, id: string): boolean {
  return [...region.images(), ...region.snapshots()].some((resource) => resource.id === id);
}

function expectOneVerdictEach({ verdicts: all }: PrunePlan): void {
  expect(new Set(all.map(({ point }) => point.id)).size).toBe(all.length);
  const snapshots = all.flatMap(({ point }) => point.snapshotIds);
  expect(new Set(snapshots).size).toBe(snapshots.length);
  for (const { verdict } of all) {
    expect(['keep', 'prune']).toContain(verdict.decision);
    expect(verdict.reasons.length).toBeGreaterThan(0);
    expect(verdict.reasons.every((reason) => reason !== '')).toBe(true);
  }
}

/** Everything of ours has its verdict: what is in no point would be billed for ever. */
function expectNothingForgotten({ verdicts: all, skipped }: PrunePlan, before: readonly string[]): void {
  const told = all.flatMap(({ point }) => [point.id, ...point.snapshotIds]);
  const known = new Set([...told, ...skipped.map(({ id }) => id)]);
  expect(before.filter((id) => !known.has(id))).toEqual([]);
}

/** Ours, but for the snapshots of an AMI that is not done: EC2 does not say yet which they are. */
function oursOf(region: SimulatedRegion): string[] {
  const undone = region.images().filter(({ state }) => state !== 'available');
  const hidden = new Set(undone.flatMap(({ snapshotIds }) => snapshotIds));
  return [...region.images(), ...region.snapshots()]
    .filter(({ id, tags }) => tags['ec2-backup:deployment'] === 'demo' && !hidden.has(id))
    .map(({ id }) => id);
}

async function backUp({ scenario, region, clock }: Story, policy: string, slot: number): Promise<void> {
  const { outcomes } = await scenario.backup(policy, { slot });
  const isDisturbed = outcomes.some(({ status }) => status === 'failed');
  if (isDisturbed) clock.advance(5 * MINUTE);
  const before = ids([...region.images(), ...region.snapshots()]);
  const again = await scenario.backup(policy, { slot });
  if (isDisturbed) return;
  expect(again.outcomes.filter(({ status }) => status !== 'already-done')).toEqual([]);
  expect(ids([...region.images(), ...region.snapshots()])).toEqual(before);
}

async function prune(story: Story): Promise<void> {
  const { scenario, region, clock, fleet } = story;
  const [before, good] = [oursOf(region), newestGood(region, 'demo')];
  const { plan, outcomes } = await scenario.prune();
  expectOneVerdictEach(plan);
  expectNothingForgotten(plan, before);
  expect(plan.refused).toEqual([]);
  for (const { key, slot, id } of good.values()) {
    const isReleased = key.endsWith(fleet.scratch) && clock.now() - slot > 30 * DAY;
    if (!isReleased)
      expect(exists(region, id), `${key} at ${new Date(clock.now()).toISOString()}`).toBe(true);
  }
  if (outcomes.some(({ status }) => status === 'failed')) return;
  const left = oursOf(region);
  expect((await scenario.prune()).plan.actions).toEqual([]);
  expect(oursOf(region)).toEqual(left);
}

interface Happening {
  readonly at: number;
  readonly run: () => Promise<void> | void;
}

function timeline(story: Story): Happening[] {
  const { file } = story.scenario;
  const slots = (schedule: Schedule): number[] => [
    ...slotsBetween(schedule, file.timezone, FROM, FROM + DAYS * DAY),
  ];
  const all: Happening[] = [
    ...[...events(story)].map(([day, run]) => ({ at: FROM + day * DAY + 12 * HOUR, run })),
    ...file.policies.flatMap(({ name, schedule }) =>
      slots(schedule).map((slot) => ({ at: slot + MINUTE, run: () => backUp(story, name, slot) })),
    ),
    ...slots(file.prune.schedule).map((slot) => ({ at: slot + 15 * MINUTE, run: () => prune(story) })),
  ];
  return all.sort((a, b) => a.at - b.at);
}

describe('ten weeks of the example policies.yml on a mixed fleet', () => {
  const scenario = new Scenario({
    policies: EXAMPLE,
    start: FROM,
    settings: { pageSize: 1000, emptyPages: false, throttle: false },
  });
  const { region, clock } = scenario;
  const story: Story = { scenario, region, clock, fleet: build(region) };
  const { fleet } = story;
  const foreignNow = (): unknown =>
    [...region.images(), ...region.snapshots()].filter(({ id }) => fleet.foreign.includes(id));
  const untouched = foreignNow();
  let end: PrunePlan;

  beforeAll(async () => {
    region.faults = trouble();
    for (const { at, run } of timeline(story)) {
      clock.set(Math.max(at, clock.now()));
      await run();
    }
    region.faults = () => undefined;
    clock.set(FROM + DAYS * DAY + 5 * HOUR);
    await scenario.prune();
    end = (await scenario.prune()).plan;
  }, 120_000);

  afterAll(() => {
    region.calls.length = 0;
  });

  test('all along, the newest good backup of each source is there, and a second run does nothing', () => {
    expect(end.verdicts.length).toBeGreaterThan(50);
    expect(end.actions).toEqual([]);
  });

  test('what is not ours is as it was', () => {
    expect(foreignNow()).toEqual(untouched);
  });

  test('of web: 7 days, 4 weeks and the months so far, and what people hold, use or protect', () => {
    expect(verdicts(end, fleet.web)).toEqual([
      '08-31T18:00 keep: oldest monthly',
      '09-08T18:00 keep: held: audit',
      expect.stringMatching(/^09-12T18:00 keep: in use by arn:aws:ec2:.*:launch-template\/lt-/),
      '09-29T18:00 keep: monthly 3/12',
      '10-15T18:00 keep: deregistration protected',
      '10-24T18:00 keep: weekly 4/4',
      '10-30T18:00 keep: monthly 2/12',
      '10-31T18:00 keep: weekly 3/4',
      '11-02T18:00 keep: daily 7/7',
      '11-03T18:00 keep: daily 6/7',
      '11-04T18:00 keep: daily 5/7',
      '11-05T18:00 keep: daily 4/7',
      '11-06T18:00 keep: daily 3/7',
      '11-07T18:00 keep: daily 2/7; weekly 2/4',
      '11-08T18:00 keep: daily 1/7; weekly 1/4; monthly 1/12',
    ]);
  });

  test('of app, gone for 40 days: the five that its own Backup:Keep asked for', () => {
    expect(verdicts(end, fleet.app)).toEqual([
      '09-26T18:00 keep: last 5/5',
      '09-27T18:00 keep: last 4/5',
      '09-28T18:00 keep: last 3/5',
      '09-29T18:00 keep: last 2/5',
      '09-30T18:00 keep: last 1/5',
    ]);
  });

  test('of pay: the last 4, 14 days and 8 weeks, on the calendar of Seoul', () => {
    expect(verdicts(end, fleet.pay)).toEqual([
      '09-27T04:30 keep: weekly 8/8',
      '10-04T04:30 keep: weekly 7/8',
      '10-11T04:30 keep: weekly 6/8',
      '10-18T04:30 keep: weekly 5/8',
      '10-25T04:30 keep: weekly 4/8',
      '10-27T04:30 keep: daily 14/14',
      '10-28T04:30 keep: daily 13/14',
      '10-29T04:30 keep: daily 12/14',
      '10-30T04:30 keep: daily 11/14',
      '10-31T04:30 keep: daily 10/14',
      '11-01T04:30 keep: daily 9/14; weekly 3/8',
      '11-02T04:30 keep: daily 8/14',
      '11-03T04:30 keep: daily 7/14',
      '11-04T04:30 keep: daily 6/14',
      '11-05T04:30 keep: daily 5/14',
      '11-06T04:30 keep: daily 4/14',
      '11-07T04:30 keep: daily 3/14',
      '11-07T16:30 keep: last 4/4',
      '11-08T04:30 keep: last 3/4; daily 2/14; weekly 2/8',
      '11-08T16:30 keep: last 2/4',
      '11-09T04:30 keep: last 1/4; daily 1/14; weekly 1/8',
    ]);
  });

  test('of data: two days in full and 14 days, each day by its last one', () => {
    const daily = verdicts(end, fleet.data).filter((line) => line.includes('daily'));
    expect(daily.map((line) => line.slice(0, 11))).toEqual(
      [
        ...['10-27', '10-28', '10-29', '10-30', '10-31', '11-01', '11-02', '11-03', '11-04'],
        ...['11-05', '11-06', '11-07', '11-08', '11-09'],
      ].map((date) => `${date}T09:00`),
    );
    expect(verdicts(end, fleet.data).filter((line) => line.includes('within 2d'))).toHaveLength(8);
  });

  test('of scratch, deleted for 50 days: nothing, as releaseAfterSourceGone says', () => {
    expect(verdicts(end, fleet.scratch)).toEqual([]);
    expect(region.snapshots().filter(({ tags }) => tags['ec2-backup:source'] === fleet.scratch)).toEqual([]);
  });
});
