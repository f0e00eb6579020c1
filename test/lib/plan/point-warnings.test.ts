import { describe, expect, test } from 'vitest';
import { pointWarnings } from '../../../src/lib/plan/point-warnings.ts';
import { DAY, NOW, PLACE, point, policyFile } from '../../support/points.ts';

const VERDICT = { decision: 'keep', reasons: ['pending'] } as const;

function warn(...points: Parameters<typeof point>[0][]): string[] {
  const verdicts = points.map((over) => ({ point: point(over), verdict: VERDICT }));
  return pointWarnings(verdicts, { file: policyFile(), now: NOW, place: PLACE }).map(({ reason }) => reason);
}

describe('what somebody should look at is told', () => {
  test.each([
    [
      '[H3] a point that is pending for over 24 h',
      { state: 'pending', slot: NOW - DAY - 1 },
      /is pending for over 24 h/,
    ],
    [
      '[H4] a failed point',
      { state: 'failed', slot: NOW - DAY / 2, detail: 'AMI is failed' },
      /failed: AMI is failed/,
    ],
    [
      '[H5] an incomplete point',
      { state: 'incomplete', slot: NOW - DAY },
      /is incomplete and does not count/,
    ],
    ['[H35] a point of the future', { slot: NOW + 1 }, /is of the future: is a clock wrong/],
  ] as const)('%s', (_, over, expected) => {
    expect(warn(over)).toEqual([expect.stringMatching(expected)]);
  });

  test('a policy that is not in the file, once, with its number of points', () => {
    expect(warn({ policy: 'gone', slot: NOW - DAY }, { policy: 'gone', slot: NOW - 2 * DAY })).toEqual([
      'not in the policy file: the 2 points it made are kept; retire it to say how long',
    ]);
  });

  test('and a good point of a policy, or one that is pending since this morning, is not', () => {
    expect(warn({ slot: NOW - DAY }, { state: 'pending', slot: NOW - DAY / 4 })).toEqual([]);
  });
});
