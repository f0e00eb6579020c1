import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarDays, daysOfCron, fieldsOfDays, listOf } from '../../../src/lib/policy/cron-days.ts';
import { parseCronFields } from '../../../src/lib/policy/cron.ts';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2033, 0, 1);

/** The days from 2026 to 2032, as dates. */
function datesOf(day: string, month: string, weekday: string): readonly string[] {
  return daysOfCron({ day, month, weekday })
    .map(({ number }) => number * DAY)
    .filter((time) => time >= FROM && time < TO)
    .map((time) => new Date(time).toISOString().slice(0, 10));
}

/** The same as the Lambda engine has it. */
function datesByCroner(fields: string): readonly string[] {
  const parsed = parseCronFields(`0 0 ${fields} *`);
  if (!parsed.ok) throw new Error(parsed.problem);
  const dates: string[] = [];
  for (let day = parsed.value.days.nextRun(new Date(FROM - 1)); day && day.getTime() < TO;) {
    dates.push(day.toISOString().slice(0, 10));
    day = parsed.value.days.nextRun(day);
  }
  return dates;
}

describe('names the same days as the schedules of the Lambda engine', () => {
  test.each([
    ['* * ?'],
    ['1 * ?'],
    ['31 * ?'],
    ['29 2 ?'],
    ['L * ?'],
    ['L 2 ?'],
    ['1W * ?'],
    ['15W * ?'],
    ['28W 2 ?'],
    ['30W * ?'],
    ['1-7,20/5 JAN-MAR,12 ?'],
    ['? * SUN'],
    ['? * MON-FRI'],
    ['? * 1,7'],
    ['? * L'],
    ['? * FRIL'],
    ['? 2 1L'],
    ['? * TUE#2'],
    ['? * SUN#5'],
    ['? 6/3 MON#1'],
  ])('%s', (fields) => {
    const [day = '', month = '', weekday = ''] = fields.split(' ');
    expect(datesOf(day, month, weekday)).toEqual(datesByCroner(fields));
  });

  test('any date or weekday of any month', () => {
    const date = fc.oneof(
      fc.integer({ min: 1, max: 31 }).map(String),
      fc.integer({ min: 1, max: 28 }).map((n) => `${n}W`),
    );
    const weekday = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.constantFrom('', 'L', '#1', '#4'))
      .map(([n, suffix]) => `${n}${suffix}`);
    const days = fc.oneof(
      date.map((text) => [text, '?'] as const),
      weekday.map((text) => ['?', text] as const),
    );
    fc.assert(
      fc.property(days, fc.constantFrom('*', '3', '1,6-8'), ([day, dayOfWeek], month) => {
        expect(datesOf(day, month, dayOfWeek)).toEqual(datesByCroner(`${day} ${month} ${dayOfWeek}`));
      }),
      { numRuns: 40 },
    );
  });
});

describe('finds the cron of given days', () => {
  const shifted = (fields: string, by: number): string | undefined => {
    const [day = '', month = '', weekday = ''] = fields.split(' ');
    const days = daysOfCron({ day, month, weekday }).map(({ number }) => number + by);
    const found = fieldsOfDays(new Set(days));
    return found && `${found.day} ${found.month} ${found.weekday}`;
  };

  test.each([
    ['every day', '* * ?', -1, '* * ?'],
    ['a Sunday', '? * SUN', -1, '? * SAT'],
    ['weekdays', '? * MON-FRI', 1, '? * TUE,WED,THU,FRI,SAT'],
    ['weekdays of some months, unmoved', '? 1,2 MON-FRI', 0, '? 1,2 MON,TUE,WED,THU,FRI'],
    ['the 1st', '1 * ?', -1, 'L * ?'],
    ['the last day', 'L * ?', 1, '1 * ?'],
    ['the 2nd to the 5th', '2-5 * ?', -1, '1-4 * ?'],
    ['New Year', '1 1 ?', -1, '31 12 ?'],
    ['the 1st of each quarter', '1 1/3 ?', -1, 'L 3,6,9,12 ?'],
    ['the 1st of March', '1 3 ?', -1, 'L 2 ?'],
    ['the second Tuesday, unmoved', '? * TUE#2', 0, '? * TUE#2'],
    ['the last Friday, unmoved', '? * FRIL', 0, '? * FRIL'],
  ])('%s', (_, fields, by, expected) => {
    expect(shifted(fields, by)).toBe(expected);
  });

  test.each([
    ['the day before the second Tuesday', '? * TUE#2', -1],
    ['the day before the 1st and the 15th', '1,15 * ?', -1],
    ['the last day but one', 'L * ?', -1],
    ['the day after the 28th of February, which may be a 29th', '28 2 ?', 1],
    ['the Sundays of January moved into December', '? 1 SUN', -1],
  ])('none for %s', (_, fields, by) => {
    expect(shifted(fields, by)).toBeUndefined();
  });

  test('none for no day', () => {
    expect(fieldsOfDays(new Set())).toBeUndefined();
  });
});

test('the calendar has two leap years', () => {
  expect(
    calendarDays()
      .filter(({ month, date }) => month === 2 && date === 29)
      .map(({ year }) => year),
  ).toEqual([2028, 2032]);
});

test('lists are short', () => {
  expect(listOf([3, 1, 2, 5, 6, 9], [0, 23])).toBe('1-3,5,6,9');
  expect(listOf([1, 2, 3], [1, 3])).toBe('*');
});
