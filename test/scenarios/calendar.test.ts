import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../src/lib/policy/parse-policies.ts';
import { slotsBetween } from '../../src/lib/policy/schedule.ts';
import { DAY, HOUR, MINUTE, Scenario } from '../support/scenario.ts';
import { ends, only } from './story.ts';

function policies(zone: string, schedule: string, keep: string): string {
  return `
version: 1
deployment: test
timezone: ${zone}
policies:
  local: { backup: volume, schedule: ${schedule}, keep: ${keep} }
prune: { schedule: every 6 hours, maxShare: 30% }
`;
}

/** The date and hour on the wall in a zone, by the platform's own calendar: `2026-03-08 03`. */
function wall(zone: string, time: number): { date: string; clock: string } {
  const text = new Date(time).toLocaleString('sv-SE', { timeZone: zone });
  return { date: text.slice(0, 10), clock: text.slice(11, 16) };
}

/** A month around each change of the clocks of 2026, in two hemispheres. */
const CHANGES = [
  { zone: 'America/New_York', name: 'spring', around: '2026-03-08', hours: 23 },
  { zone: 'America/New_York', name: 'autumn', around: '2026-11-01', hours: 25 },
  { zone: 'Australia/Sydney', name: 'autumn', around: '2026-04-05', hours: 25 },
  { zone: 'Australia/Sydney', name: 'spring', around: '2026-10-04', hours: 23 },
] as const;

interface Span {
  /** The date of the change. */
  readonly around: string;
  readonly days?: number;
}

interface Month {
  readonly scenario: Scenario;
  /** The slots that were run, and what they made. */
  readonly slots: readonly number[];
  readonly dates: readonly string[];
}

/** Runs every scheduled slot of the month, or of fewer days, a minute late, and a prune after each. */
async function month(zone: string, file: string, { around, days = 30 }: Span): Promise<Month> {
  const from = Date.parse(`${around}T12:00:00Z`) - (days / 2) * DAY;
  const to = from + days * DAY;
  const scenario = new Scenario({
    policies: file,
    start: from,
    settings: { pageSize: 1000, emptyPages: false },
  });
  scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'local' } });
  const policy = only(scenario.file.policies);
  const slots = [...slotsBetween(policy.schedule, policy.timezone, from, to)];
  for (const slot of slots) {
    scenario.clock.set(slot + MINUTE);
    const { outcomes } = await scenario.backup('local', { slot });
    expect(ends(outcomes), new Date(slot).toISOString()).toEqual(['create-snapshot done']);
    expect(ends((await scenario.backup('local', { slot })).outcomes)).toEqual([
      'create-snapshot already-done',
    ]);
    scenario.clock.advance(10 * MINUTE);
    expect((await scenario.prune()).plan.refused).toEqual([]);
  }
  return { scenario, slots, dates: slots.map((slot) => wall(zone, slot).date) };
}

/** Every local date of the slots from the first to the last, once each. */
function everyDate(dates: readonly string[]): string[] {
  const first = Date.parse(dates[0] ?? '');
  const last = Date.parse(dates.at(-1) ?? '');
  const count = (last - first) / DAY + 1;
  return Array.from({ length: count }, (_, day) => new Date(first + day * DAY).toISOString().slice(0, 10));
}

describe.each(CHANGES)('$zone in $name', ({ zone, around, hours }) => {
  test('[H22] a daily policy makes one backup on every local day, at its hour on the wall', async () => {
    const { slots, dates } = await month(zone, policies(zone, 'cron(30 3 * * ? *)', '{ daily: 40 }'), {
      around,
    });
    expect(dates).toEqual(everyDate(dates));
    expect(new Set(slots.map((slot) => wall(zone, slot).clock))).toEqual(new Set(['03:30']));
    const steps = new Set(slots.slice(1).map((slot, index) => (slot - (slots[index] ?? 0)) / HOUR));
    expect(steps).toEqual(new Set([24, hours]));
  });

  test('[H22] daily retention keeps one of each local day, the newest, across the change', async () => {
    const { scenario } = await month(zone, policies(zone, 'every 6 hours', '{ daily: 30 }'), { around });
    const kept = scenario.region.snapshots().map(({ tags }) => Date.parse(tags['ec2-backup:slot'] ?? ''));
    const walls = kept.map((slot) => wall(zone, slot));
    expect(walls.map(({ date }) => date)).toEqual(everyDate(walls.map(({ date }) => date)));
    // The first day's only slots of the month are kept as its last one; so is every other day's.
    expect(new Set(walls.slice(0, -1).map(({ clock }) => clock))).toEqual(new Set(['18:00']));
  });

  test('[H22] every 6 hours is four a local day, at the same hours on the wall', async () => {
    const { slots } = await month(zone, policies(zone, 'every 6 hours from 05:30', '{ last: 5 }'), {
      around,
    });
    const byDate = new Map<string, string[]>();
    for (const slot of slots) {
      const { date, clock } = wall(zone, slot);
      byDate.set(date, [...(byDate.get(date) ?? []), clock]);
    }
    for (const [date, clocks] of [...byDate].slice(1, -1)) {
      expect(clocks, date).toEqual(['05:30', '11:30', '17:30', '23:30']);
    }
  });

  test('[H22] every hour skips the hour that does not exist, and runs once in the one that comes twice', async () => {
    const file = policies(zone, 'every 1 hours', '{ last: 3 }');
    const { slots, dates } = await month(zone, file, { around, days: 6 });
    const perDate = new Map<string, number>();
    for (const date of dates) perDate.set(date, (perDate.get(date) ?? 0) + 1);
    expect(perDate.get(around)).toBe(hours === 23 ? 23 : 24);
    expect(new Set([...perDate.values()].slice(1, -1))).toEqual(new Set(hours === 23 ? [23, 24] : [24]));
    const clocks = slots.map((slot) => wall(zone, slot)).filter(({ date }) => date === around);
    expect(new Set(clocks.map(({ clock }) => clock)).size).toBe(clocks.length);
  });

  test('[H22] hourly retention over the change loses no hour on the wall', async () => {
    const { scenario } = await month(zone, policies(zone, 'every 1 hours', '{ hourly: 60 }'), {
      around,
      days: 4,
    });
    expect(scenario.region.snapshots()).toHaveLength(60);
    const slots = scenario.region.snapshots().map(({ tags }) => Date.parse(tags['ec2-backup:slot'] ?? ''));
    const walls = slots.map((slot) => Object.values(wall(zone, slot)).join(' '));
    expect(new Set(walls).size).toBe(walls.length);
    expect(slots).toEqual([...slots].sort((a, b) => a - b));
  });
});

test('[H22] a time that comes twice in the night of the change is backed up once', async () => {
  const zone = 'America/New_York';
  const file = policies(zone, 'cron(30 1 * * ? *)', '{ daily: 40 }');
  const { slots, dates } = await month(zone, file, { around: '2026-11-01' });
  expect(dates).toEqual(everyDate(dates));
  // 01:30 of daylight time, the first of the two.
  expect(slots).toContain(Date.UTC(2026, 10, 1, 5, 30));
  expect(slots).not.toContain(Date.UTC(2026, 10, 1, 6, 30));
});

test.each(['America/New_York', 'Australia/Sydney'])(
  '[H22] %s: a daily time inside the gap is refused by the file',
  (zone) => {
    const result = parsePolicies(policies(zone, 'cron(30 2 * * ? *)', '{ daily: 7 }'));
    expect(result.ok).toBe(false);
    if (!result.ok)
      expect(only(result.problems).message).toMatch(/02:30 does not exist in .*outside 02:00-03:00/);
    expect(parsePolicies(policies('Asia/Seoul', 'cron(30 2 * * ? *)', '{ daily: 7 }')).ok).toBe(true);
  },
);

test("[H22] the calendar is the policy's zone, not that of the machine nor UTC", async () => {
  const two = (zone: string): string => policies(zone, 'every 6 hours', '{ daily: 2 }');
  const keptIn = async (zone: string): Promise<string[]> => {
    const scenario = new Scenario({ policies: two(zone), start: Date.UTC(2026, 5, 1) });
    scenario.region.createVolume({ sizeGiB: 5, tags: { Backup: 'local' } });
    await scenario.backupEvery(6 * HOUR, 12, 'local');
    await scenario.prune();
    return scenario.region.snapshots().map(({ tags }) => tags['ec2-backup:slot'] ?? '');
  };
  expect(await keptIn('UTC')).toEqual(['2026-06-02T18:00:00Z', '2026-06-03T18:00:00Z']);
  // 12:00Z is 21:00 in Seoul; 18:00Z is 03:00 of the next day.
  expect(await keptIn('Asia/Seoul')).toEqual(['2026-06-03T12:00:00Z', '2026-06-03T18:00:00Z']);
  // 06:00Z is 23:00 of the day before in Los Angeles.
  expect(await keptIn('America/Los_Angeles')).toEqual(['2026-06-03T06:00:00Z', '2026-06-03T18:00:00Z']);
});
