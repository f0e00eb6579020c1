import { describe, expect, test } from 'vitest';
import type { CreateSnapshotsAction } from '../../../src/lib/plan/actions.ts';
import { exitCodeText, isHooked, withAgents, withConsistency } from '../../../src/lib/plan/hooked.ts';
import type { BackupPlan } from '../../../src/lib/plan/plan-backup.ts';

const HOOKS = { document: 'f-1', timeout: 60, onFailure: 'crash-consistent', parameters: {} } as const;
const ACTION: CreateSnapshotsAction = {
  action: 'create-snapshots',
  policy: 'db',
  source: 'i-1',
  slot: 0,
  reason: 'opted in',
  tags: [
    { key: 'Name', value: 'crash' },
    { key: 'ec2-backup:consistency', value: 'crash' },
  ],
  description: '',
  excludeBootVolume: false,
  excludedVolumes: [],
  volumes: ['vol-1'],
};

function planOf(...actions: CreateSnapshotsAction[]): BackupPlan {
  return { policy: 'db', slot: 0, actions, alreadyMade: [], skipped: [], warnings: [], unknownSources: [] };
}

describe('a plan with agents', () => {
  const pings = (ping?: string) => ({ agents: new Map(ping === undefined ? [] : [['i-1', { ping }]]) });

  test('is as it was where all are online, or nobody is to be told', () => {
    const told = planOf({ ...ACTION, hooks: HOOKS });
    expect(withAgents(told, pings('Online'))).toBe(told);
    const untold = planOf(ACTION);
    expect(withAgents(untold, { problem: 'no' })).toBe(untold);
  });

  test.each([
    { agents: pings(), says: 'not online in Systems Manager: no agent of it is known there' },
    { agents: pings('ConnectionLost'), says: 'not online in Systems Manager: ConnectionLost' },
    { agents: pings('Inactive'), says: 'not online in Systems Manager: Inactive' },
    {
      agents: { problem: 'AccessDenied' },
      says: 'whether it is online in Systems Manager could not be read: AccessDenied',
    },
  ])('keeps the action and says: $says', ({ agents, says }) => {
    const { actions, warnings } = withAgents(planOf({ ...ACTION, hooks: HOOKS }), agents);
    expect(actions).toEqual([{ ...ACTION, hooks: { ...HOOKS, obstacle: says } }]);
    expect(warnings).toEqual([
      { id: 'i-1', policy: 'db', reason: `${says}: its backup is crash-consistent` },
    ]);
  });
});

test('only an instance that is to be told is hooked', () => {
  expect(isHooked(ACTION)).toBe(false);
  expect(isHooked({ ...ACTION, hooks: HOOKS })).toBe(true);
});

test('another consistency is written into its own tag, and into no other', () => {
  expect(withConsistency(ACTION, 'application').tags).toEqual([
    { key: 'Name', value: 'crash' },
    { key: 'ec2-backup:consistency', value: 'application' },
  ]);
});

test.each([
  [201, 'exit code 201: the pre-script failed'],
  [202, 'exit code 202: the post-script failed'],
  [203, 'exit code 203: it had thawed by itself before the post-script came'],
  [204, 'exit code 204: the pre-script came while a post-script was expected: it is frozen already'],
  [205, 'exit code 205: the post-script came while a pre-script was expected: it was not frozen'],
  [206, 'exit code 206: the application is not ready for it'],
  [1, 'exit code 1'],
])('%i is told in words', (code, words) => {
  expect(exitCodeText(code)).toBe(words);
});
