import { describe, expect, test } from 'vitest';
import { fileWith, run, type Ended } from './fake-shell.ts';
import { parseJson, type JudgedPoint } from './answers.ts';

interface Point {
  readonly id: string;
  readonly time: string;
  readonly state?: string;
}

const NOW = '2026-11-22T00:00:00Z';

function retention(keep: string, points: unknown, ...args: string[]): Promise<Ended> {
  return run(['retention', '--keep', keep, '--now', NOW, '--json', ...args], {
    input: JSON.stringify(points),
  });
}

/** Points named by their time, all good. */
function at(...times: readonly string[]): Point[] {
  return times.map((time) => ({ id: time, time }));
}

/** `id: reasons`, for what is kept and what is pruned. */
async function judge(keep: string, points: readonly Point[], ...args: string[]): Promise<string[]> {
  const { code, out } = await retention(keep, points, ...args);
  expect(code).toBe(0);
  return parseJson<JudgedPoint[]>(out).map(
    ({ id, decision, reasons }) => `${id} ${decision}: ${reasons.join(', ')}`,
  );
}

const DAYS = at(
  '2026-11-21T03:00:00Z',
  '2026-11-20T03:00:00Z',
  '2026-11-19T03:00:00Z',
  '2026-11-18T03:00:00Z',
);

describe('each rule gives its reason', () => {
  const CASES: readonly { keep: string; points: readonly Point[]; verdicts: readonly string[] }[] = [
    { keep: 'last=2', points: DAYS, verdicts: ['keep: last 1/2', 'keep: last 2/2', PRUNED(), PRUNED()] },
    { keep: 'last=all', points: DAYS, verdicts: Array.from({ length: 4 }, () => 'keep: last all') },
    {
      keep: 'hourly=2',
      points: at(
        '2026-11-21T03:59:00Z',
        '2026-11-21T03:00:00Z',
        '2026-11-21T02:59:00Z',
        '2026-11-21T01:00:00Z',
      ),
      verdicts: ['keep: hourly 1/2', PRUNED(), 'keep: hourly 2/2', PRUNED()],
    },
    { keep: 'daily=2', points: DAYS, verdicts: ['keep: daily 1/2', 'keep: daily 2/2', PRUNED(), PRUNED()] },
    {
      // Sunday and Saturday are of one ISO week, the Sunday before of another.
      keep: 'weekly=5',
      points: at('2026-11-15T03:00:00Z', '2026-11-14T03:00:00Z', '2026-11-08T03:00:00Z'),
      verdicts: ['keep: weekly 1/5', PRUNED(), 'keep: weekly 2/5'],
    },
    {
      keep: 'monthly=2',
      points: at(
        '2026-11-01T00:00:00Z',
        '2026-10-31T23:59:59Z',
        '2026-10-01T00:00:00Z',
        '2026-09-30T00:00:00Z',
      ),
      verdicts: ['keep: monthly 1/2', 'keep: monthly 2/2', PRUNED(), PRUNED()],
    },
    {
      keep: 'yearly=3',
      points: at(
        '2026-11-01T00:00:00Z',
        '2026-01-01T00:00:00Z',
        '2025-12-31T23:59:59Z',
        '2025-01-01T00:00:00Z',
      ),
      verdicts: ['keep: yearly 1/3', PRUNED(), 'keep: yearly 2/3', 'keep: oldest yearly'],
    },
    {
      // Strictly after the newest less two days.
      keep: 'within=2d',
      points: at('2026-11-21T03:00:00Z', '2026-11-19T03:00:01Z', '2026-11-19T03:00:00Z'),
      verdicts: ['keep: within 2d', 'keep: within 2d', PRUNED()],
    },
    {
      keep: 'within-daily=3d',
      points: at(
        '2026-11-21T03:00:00Z',
        '2026-11-21T01:00:00Z',
        '2026-11-20T03:00:00Z',
        '2026-11-10T03:00:00Z',
      ),
      verdicts: ['keep: daily within 3d', PRUNED(), 'keep: daily within 3d', PRUNED()],
    },
    {
      keep: 'last=1 daily=2 within=1d',
      points: DAYS,
      verdicts: ['keep: last 1/1, daily 1/2, within 1d', 'keep: daily 2/2', PRUNED(), PRUNED()],
    },
    { keep: '', points: DAYS, verdicts: Array.from({ length: 4 }, () => 'keep: no rules') },
  ];

  test.each(CASES)('$keep', async ({ keep, points, verdicts }) => {
    expect(await judge(keep, points)).toEqual(
      verdicts.map((verdict, index) => `${points[index]?.id ?? ''} ${verdict}`),
    );
  });

  function PRUNED(): string {
    return 'prune: no rule keeps it';
  }
});

describe('goodness', () => {
  test('[H4] [H14] pending and failed points are kept beside the count, and a failed one goes after 24 h', async () => {
    const points: Point[] = [
      { id: 'pending', time: '2026-11-21T23:00:00Z', state: 'pending' },
      { id: 'failed', time: '2026-11-21T22:00:00Z', state: 'failed' },
      { id: 'good', time: '2026-11-21T21:00:00Z', state: 'good' },
      { id: 'failed 24 h ago', time: '2026-11-21T00:00:00Z', state: 'failed' },
      { id: 'failed over 24 h ago', time: '2026-11-20T23:59:59Z', state: 'failed' },
      { id: 'old pending', time: '2026-11-01T00:00:00Z', state: 'pending' },
      { id: 'old', time: '2026-10-01T00:00:00Z' },
    ];
    expect(await judge('last=1', points)).toEqual([
      'pending keep: pending',
      'failed keep: failed',
      'good keep: last 1/1',
      'failed 24 h ago keep: failed',
      'failed over 24 h ago prune: failed for over 24 h',
      'old pending keep: pending',
      'old prune: no rule keeps it',
    ]);
  });

  test('[H13] the newest good point stays although newer ones failed', async () => {
    const points: Point[] = [
      { id: 'new', time: '2026-11-19T00:00:00Z', state: 'failed' },
      { id: 'good', time: '2026-01-01T00:00:00Z' },
      { id: 'older', time: '2025-12-31T00:00:00Z' },
    ];
    expect(await judge('within=1d', points)).toEqual([
      'new prune: failed for over 24 h',
      'good keep: within 1d',
      'older prune: no rule keeps it',
    ]);
  });

  test('[H35] points of the future are kept and do not count', async () => {
    expect(
      await judge('last=1', at('2026-11-22T00:00:01Z', '2026-11-22T00:00:00Z', '2026-11-21T00:00:00Z')),
    ).toEqual([
      '2026-11-22T00:00:01Z keep: in the future',
      '2026-11-22T00:00:00Z keep: last 1/1',
      '2026-11-21T00:00:00Z prune: no rule keeps it',
    ]);
  });
});

describe('order', () => {
  test('is newest first, and ties stay in input order', async () => {
    const points: Point[] = [
      { id: 'b', time: '2026-11-20T00:00:00Z' },
      { id: 'oldest', time: '2026-11-19T00:00:00Z' },
      { id: 'a', time: '2026-11-20T09:00:00+09:00' },
      { id: 'newest', time: '2026-11-21T00:00:00Z' },
      { id: 'c', time: '2026-11-20T00:00:00.000Z' },
    ];
    expect(await judge('last=3', points)).toEqual([
      'newest keep: last 1/3',
      'b keep: last 2/3',
      'a keep: last 3/3',
      'c prune: no rule keeps it',
      'oldest prune: no rule keeps it',
    ]);
  });

  test('each entry holds id, time as it was written, decision and reasons, in that order', async () => {
    const { out } = await retention('last=1', [{ id: 'a', time: '2026-11-20T09:00:00+09:00' }]);
    expect(out).toBe(
      '[{"id":"a","time":"2026-11-20T09:00:00+09:00","decision":"keep","reasons":["last 1/1"]}]\n',
    );
  });

  test('two points may have one id', async () => {
    expect(
      await judge('last=1', [...at('2026-11-20T00:00:00Z'), ...at('2026-11-20T00:00:00Z')]),
    ).toHaveLength(2);
  });
});

describe('--timezone', () => {
  const POINTS = at('2026-11-21T16:00:00Z', '2026-11-21T14:00:00Z');

  test.each([
    { zone: 'Asia/Seoul', verdicts: ['keep: daily 1/5', 'keep: daily 2/5'] },
    { zone: 'UTC', verdicts: ['keep: daily 1/5', 'keep: oldest daily'] },
  ])('decides what a day is: $zone', async ({ zone, verdicts }) => {
    expect(await judge('daily=5', POINTS, '--timezone', zone)).toEqual(
      verdicts.map((verdict, index) => `${POINTS[index]?.id ?? ''} ${verdict}`),
    );
  });

  test('is UTC unless given, whatever zone the machine is in', async () => {
    expect(await judge('daily=5', POINTS)).toEqual(await judge('daily=5', POINTS, '--timezone', 'UTC'));
  });
});

describe('where the points come from', () => {
  test.each([{ args: [] as string[] }, { args: ['-'] }])('standard input with $args', async ({ args }) => {
    expect((await retention('last=1', DAYS, ...args)).code).toBe(0);
  });

  test('a file', async () => {
    const file = await fileWith(JSON.stringify(DAYS), 'points.json');
    const { code, out } = await run(['retention', '--keep', 'last=1', '--json', file]);
    expect([code, parseJson<JudgedPoint[]>(out).length]).toEqual([0, 4]);
  });

  test('a missing file is named', async () => {
    const { code, notes } = await run(['retention', '--keep', 'last=1', '/nowhere/points.json']);
    expect(code).toBe(2);
    expect(notes.trim()).toBe(
      'ec2-backup: cannot read the points file /nowhere/points.json: there is no such file',
    );
  });

  test('a terminal is not waited for', async () => {
    const { code, notes } = await run(['retention', '--keep', 'last=1'], { interactive: true });
    expect(code).toBe(2);
    expect(notes).toContain('no points: name a FILE');
  });

  test('an empty list is an empty answer', async () => {
    expect((await retention('last=1', [])).out).toBe('[]\n');
  });
});

test('as text it is a table with its sum', async () => {
  const { code, out } = await run(['retention', '--keep', 'last=1', '--now', NOW], {
    input: JSON.stringify(at('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z')),
  });
  expect([code, out.split('\n')]).toEqual([
    0,
    [
      'keep   2026-11-21T00:00:00Z  2026-11-21T00:00:00Z  last 1/1',
      'prune  2026-11-20T00:00:00Z  2026-11-20T00:00:00Z  no rule keeps it',
      '2 points: 1 kept, 1 pruned',
      '',
    ],
  ]);
});

describe('[H34] bad input ends with 2, names what is wrong, and answers nothing', () => {
  const CASES: readonly {
    title: string;
    args?: readonly string[];
    keep?: string;
    input?: string;
    says: string;
  }[] = [
    {
      title: 'a broken date',
      input: '[{"id":"a","time":"2026-11-22T00:00:00Z"},{"id":"b","time":"2026-13-40"}]',
      says: 'standard input: point 1: (b) time is "2026-13-40", expected an ISO 8601 time with its zone, such as 2026-11-22T18:00:00Z',
    },
    {
      title: 'a day that does not exist',
      input: '[{"id":"a","time":"2026-02-30T00:00:00Z"}]',
      says: 'time is "2026-02-30T00:00:00Z"',
    },
    {
      title: 'a time without a zone',
      input: '[{"id":"a","time":"2026-11-22T00:00:00"}]',
      says: 'with its zone',
    },
    {
      title: 'a time that is a number',
      input: '[{"id":"a","time":1795305600}]',
      says: '(a) time is 1795305600',
    },
    { title: 'no time', input: '[{"id":"a"}]', says: '(a) time is missing' },
    {
      title: 'no id',
      input: '[{"time":"2026-11-22T00:00:00Z"}]',
      says: 'point 0: id is missing, expected a string',
    },
    {
      title: 'a bad state',
      input: '[{"id":"a","time":"2026-11-22T00:00:00Z","state":"ok"}]',
      says: '(a) state is "ok", expected good, pending, failed',
    },
    {
      title: 'a point that is no object',
      input: '[7]',
      says: 'point 0: is a number, expected an object with id and time',
    },
    { title: 'no JSON', input: '{', says: 'standard input is not JSON: ' },
    { title: 'nothing', input: '', says: 'standard input is not JSON: ' },
    { title: 'no array', input: '{"id":"a"}', says: 'standard input holds an object, expected an array' },
    {
      title: 'a zero count',
      keep: 'daily=0',
      says: 'daily is "0", expected a whole number from 1 to 1000000, or all (leave the rule out instead of zero)',
    },
    { title: 'a misspelt rule', keep: 'dayly=3', says: '"dayly" is not a rule (did you mean daily?)' },
    {
      title: 'a rule with two letters swapped',
      keep: 'daliy=3',
      says: '"daliy" is not a rule (did you mean daily?)',
    },
    { title: 'a rule without a value', keep: 'daily', says: '"daily" is not of the form daily=VALUE' },
    { title: 'a rule twice', keep: 'daily=1 daily=2', says: 'daily is given twice' },
    { title: 'a bad duration', keep: 'within=14', says: 'within is "14", expected a duration such as 14d' },
    {
      title: 'a bad zone',
      args: ['--timezone', 'Asia/Soul'],
      says: '--timezone is "Asia/Soul", expected an IANA time zone such as Asia/Seoul (did you mean Asia/Seoul?)',
    },
    { title: 'a bad now', args: ['--now', 'today'], says: '--now is "today", expected an ISO 8601 time' },
  ];

  test.each(CASES)('$title', async ({ args = [], keep = 'last=1', input = '[]', says }) => {
    const { code, out, notes } = await run(['retention', '--keep', keep, ...args], { input });
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain(says);
  });

  test('every problem is told at once, the first twenty in full', async () => {
    const { notes } = await retention(
      'last=1',
      Array.from({ length: 25 }, (_, n) => ({ id: `p${n}`, time: 'never' })),
    );
    expect(notes.trimEnd().split('\n')).toHaveLength(21);
    expect(notes).toContain('(p19) time is "never"');
    expect(notes).toContain('… and 5 more problems');
  });

  test('--keep must be given', async () => {
    const { code, notes } = await run(['retention'], { input: '[]' });
    expect(code).toBe(2);
    expect(notes).toContain("required option '--keep <rules>' not specified");
  });
});
