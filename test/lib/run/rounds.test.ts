import { describe, expect, test } from 'vitest';
import type { RunRequest } from '../../../src/lib/run/request.ts';
import { nextRound } from '../../../src/lib/run/rounds.ts';
import { START } from '../../support/scenario.ts';

const REQUEST: RunRequest = {
  job: 'backup',
  policy: 'nightly',
  slot: START,
  trigger: 'schedule',
  sources: ['i-1'],
  hold: 'before the upgrade',
  place: { account: '111122223333', region: 'ap-northeast-2' },
  round: 3,
  attempt: 2,
  idle: 2,
  dryRun: false,
};

describe('[H21] the next round', () => {
  test('is the same request but for its number, and what it must know of this one', () => {
    expect(nextRound({ ...REQUEST, budget: { nightly: 9 } }, {})).toEqual({
      request: { ...REQUEST, round: 4, idle: 0 },
    });
    expect(nextRound(REQUEST, { budget: { nightly: 7 } })).toEqual({
      request: { ...REQUEST, round: 4, idle: 0, budget: { nightly: 7 } },
    });
  });

  test('counts the rounds that made nothing, and stops after ten', () => {
    expect(nextRound(REQUEST, { isIdle: true })).toMatchObject({ request: { idle: 3 } });
    expect(nextRound({ ...REQUEST, idle: 9 }, { isIdle: true })).toMatchObject({ request: { idle: 10 } });
    expect(nextRound({ ...REQUEST, idle: 10 }, { isIdle: true })).toEqual({
      exhausted: '11 rounds in a row could make nothing of what is left',
    });
    expect(nextRound({ ...REQUEST, idle: 10 }, {})).toMatchObject({ request: { idle: 0 } });
  });

  test('does not come after the hundredth', () => {
    expect(nextRound({ ...REQUEST, round: 99 }, {})).toMatchObject({ request: { round: 100 } });
    expect(nextRound({ ...REQUEST, round: 100 }, {})).toEqual({ exhausted: 'round 100 was the last' });
  });
});
