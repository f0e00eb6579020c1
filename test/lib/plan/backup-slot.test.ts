import { describe, expect, test } from 'vitest';
import { manualSlot, slotProblem } from '../../../src/lib/plan/backup-slot.ts';
import { instant, policy, schedule } from '../../support/points.ts';

const DAILY = policy({ schedule: schedule('cron(0 3 * * ? *)'), timezone: 'Asia/Seoul' });
const HOURLY = policy({ schedule: schedule('every 1 hours') });
const SLOT = instant('2026-11-21T18:00Z');

describe('a slot', () => {
  test('is made up to 60 s before its time, for the scheduler’s clock may be ahead', () => {
    expect(slotProblem(SLOT, SLOT - 60_000, DAILY, 'schedule')).toBeUndefined();
    expect(slotProblem(SLOT, SLOT - 60_001, DAILY, 'manual')).toEqual({
      kind: 'future',
      message:
        'slot 2026-11-21T18:00:00Z is in the future (it is 2026-11-21T17:58:59Z), expected at most 60 s ahead',
    });
  });

  test('[H23] is made until the next one has come, however late the run', () => {
    expect(slotProblem(SLOT, instant('2026-11-22T17:59:59Z'), DAILY, 'schedule')).toBeUndefined();
    expect(slotProblem(SLOT, instant('2026-11-22T18:00Z'), DAILY, 'schedule')).toEqual({
      kind: 'missed',
      message: 'slot 2026-11-21T18:00:00Z is missed: the next one, 2026-11-22T18:00:00Z, has come already',
    });
    expect(slotProblem(SLOT, instant('2026-11-21T19:00Z'), HOURLY, 'schedule')?.kind).toBe('missed');
  });

  test('[H22] of a day of 25 hours is missed after 24, before the next one has come', () => {
    const newYork = policy({ schedule: schedule('cron(0 0 * * ? *)'), timezone: 'America/New_York' });
    const slot = instant('2026-11-01T04:00Z');
    expect(slotProblem(slot, instant('2026-11-02T04:00Z'), newYork, 'schedule')).toBeUndefined();
    expect(slotProblem(slot, instant('2026-11-02T04:00:01Z'), newYork, 'schedule')?.message).toBe(
      'slot 2026-11-01T04:00:00Z is missed: it is 2026-11-02T04:00:01Z, over 24 h later, ' +
        "and a run made now must not pass for that day's",
    );
  });

  test('of a manual run is not overtaken by scheduled ones', () => {
    expect(slotProblem(SLOT, instant('2026-11-22T18:00Z'), HOURLY, 'manual')).toBeUndefined();
  });

  test('of a manual run is its start minute', () => {
    expect(manualSlot(instant('2026-11-22T03:04:59.999Z'))).toBe(instant('2026-11-22T03:04Z'));
    expect(manualSlot(instant('2026-11-22T03:04Z'))).toBe(instant('2026-11-22T03:04Z'));
  });
});
