import { describe, expect, test } from 'vitest';
import { messageOf } from '../../../src/lib/run/queue-message.ts';
import { readRunRequest, type RunRequest } from '../../../src/lib/run/request.ts';
import { START } from '../../support/scenario.ts';

const REQUEST = {
  job: 'backup',
  policy: 'nightly',
  slot: START,
  trigger: 'schedule',
  place: { account: '111122223333', region: 'ap-northeast-2' },
  round: 1,
  attempt: 0,
  idle: 0,
  dryRun: false,
} as const satisfies RunRequest;

const idOf = (over: Partial<RunRequest>): string | undefined =>
  messageOf({ ...REQUEST, ...over, place: over.place ?? REQUEST.place }).deduplicationId;

describe('a request as a message', () => {
  test('is in the group of its place', () => {
    expect(messageOf(REQUEST).group).toBe('111122223333/ap-northeast-2');
  });

  test.each<Partial<RunRequest>>([
    { idle: 3 },
    { sources: ['i-1'], hold: 'why', round: 7, attempt: 2 },
    { job: 'prune', budget: { nightly: 12 } },
    { job: 'watch' },
  ])('is read back as it was: %o', (over) => {
    const { policy: _, ...bare } = REQUEST;
    const request = { ...(over.job === 'watch' ? bare : REQUEST), ...over };
    const { body } = messageOf(request);
    const read = readRunRequest(JSON.parse(body), request.job, START + 1000);
    expect(read).toEqual(request);
  });

  test('[H1] is taken once: the same identity has the same deduplication id', () => {
    expect(idOf({})).toMatch(/^[0-9a-f]{64}$/);
    expect(idOf({ idle: 1 })).toBe(idOf({}));
  });

  test.each<Partial<RunRequest>>([
    { job: 'prune' },
    { policy: 'sets' },
    { slot: START + 1000 },
    { place: { account: '111122223333', region: 'us-east-1' } },
    { place: { account: '444455556666', region: 'ap-northeast-2' } },
    { round: 2 },
    { attempt: 1 },
    { trigger: 'manual' },
    { sources: ['i-1'] },
    { hold: 'why' },
    { accept: 7 },
  ])('%o is another message', (over) => {
    expect(idOf(over)).not.toBe(idOf({}));
  });
});
