import { beforeAll, describe, expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import type { LifecyclePolicy, WantedLifecyclePolicy } from '../../../src/lib/plan/lifecycle-policy.ts';
import { planLifecycle, type LifecycleInput } from '../../../src/lib/plan/plan-lifecycle.ts';
import type { PolicyFile } from '../../../src/lib/policy/policy.ts';
import { held } from '../../support/lifecycle.ts';
import { parse } from '../../support/scenario.ts';

const PLACE = { account: '111122223333', region: 'ap-northeast-2', partition: 'aws' };
const FILE = `
version: 1
deployment: prod
policies:
  nightly: { backup: image, schedule: every 24 hours, keep: { last: 3 } }
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
  disks: { engine: dlm, backup: volume, schedule: every 24 hours, keep: { within: 7d } }
retired:
  old: { keep: { last: 1 } }
defaultPolicies:
  volume: { every: 1d, keep: { within: 7d } }
`;

let file: PolicyFile;
let hourly: WantedLifecyclePolicy;
let disks: WantedLifecyclePolicy;
let fallback: WantedLifecyclePolicy;

beforeAll(() => {
  file = parse(FILE);
  const wanted = wantedLifecyclePolicies(file, PLACE);
  const find = (name: string): WantedLifecyclePolicy => {
    const found = wanted.find(({ policy }) => policy === name);
    if (!found) throw new Error(`no ${name} among ${wanted.map(({ policy }) => policy).join(', ')}`);
    return found;
  };
  [hourly, disks, fallback] = [find('hourly'), find('disks'), find('default-volume')];
});

function plan(existing: readonly LifecyclePolicy[], over: Partial<LifecycleInput> = {}) {
  const wanted = [hourly, disks, fallback];
  return planLifecycle({
    file,
    region: PLACE.region,
    wanted,
    existing,
    roleProblems: new Map(),
    replace: [],
    ...over,
  });
}

const all = (): LifecyclePolicy[] => [
  held(hourly, 'policy-1'),
  held(disks, 'policy-2'),
  held(fallback, 'policy-3'),
];
const others = (): LifecyclePolicy[] => all().slice(1);

function ours(name: string, id: string): LifecyclePolicy {
  const tags = new Map([
    ['ec2-backup:deployment', 'prod'],
    ['ec2-backup:policy', name],
  ]);
  return held(hourly, id, { tags });
}

describe('planLifecycle', () => {
  test('creates what DLM does not have', () => {
    const { actions, unchanged } = plan([]);
    expect(actions).toEqual([
      { action: 'create-lifecycle-policy', policy: 'hourly', reason: 'not in DLM', wanted: hourly },
      { action: 'create-lifecycle-policy', policy: 'disks', reason: 'not in DLM', wanted: disks },
      { action: 'create-lifecycle-policy', policy: 'default-volume', reason: 'not in DLM', wanted: fallback },
    ]);
    expect(unchanged).toEqual([]);
  });

  test('changes nothing where DLM holds what the file says', () => {
    const { actions, unchanged, refused, warnings } = plan(all().toReversed());
    expect({ actions, refused, warnings }).toEqual({ actions: [], refused: [], warnings: [] });
    expect(unchanged.map(({ id }) => id)).toEqual(['policy-1', 'policy-2', 'policy-3']);
  });

  test('updates what drifted, field by field', () => {
    const { actions } = plan([
      held(hourly, 'policy-1', { state: 'DISABLED', description: 'x' }),
      ...others(),
    ]);
    expect(actions).toMatchObject([
      {
        action: 'update-lifecycle-policy',
        policy: 'hourly',
        id: 'policy-1',
        drift: [
          { field: 'Description', is: 'x', wanted: 'ec2-backup prod hourly' },
          { field: 'State', is: 'DISABLED', wanted: 'ENABLED' },
        ],
      },
    ]);
  });

  test.each([
    ['gone', 'not in the policy file'],
    ['nightly', 'the policy now has engine: lambda'],
    ['old', 'the policy is retired'],
    ['default-instance', 'not in the policy file'],
  ])('deletes its own of policy %s: %s', (name, reason) => {
    expect(plan([...all(), ours(name, 'policy-9')]).actions).toEqual([
      { action: 'delete-lifecycle-policy', policy: name, id: 'policy-9', reason, isReplaced: false },
    ]);
  });

  test('makes and changes before it deletes', () => {
    const { actions } = plan([ours('gone', 'policy-0'), ...others()]);
    expect(actions.map(({ action }) => action)).toEqual([
      'create-lifecycle-policy',
      'delete-lifecycle-policy',
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['no tags of ours', {}],
    ['the tags of another deployment', { 'ec2-backup:deployment': 'test', 'ec2-backup:policy': 'gone' }],
    ['only the tag of the policy', { 'ec2-backup:policy': 'gone' }],
  ])('never touches a lifecycle policy with %s', (_, tags) => {
    const foreign = held(disks, 'policy-9', {
      tags: new Map(Object.entries(tags)),
      description: 'of somebody else',
      state: 'DISABLED',
    });
    expect(plan([...all(), foreign]).actions).toEqual([]);
  });

  test('[H32] makes no second one where only the tag of the policy was taken off', () => {
    const tags = new Map([['ec2-backup:deployment', 'prod']]);
    const { actions, refused } = plan([held(hourly, 'policy-1', { tags, description: 'mine' }), ...others()]);
    expect(actions).toEqual([]);
    expect(refused[0]?.reason).toContain('policy-1 backs up what it does but not its tags: put the tags');
  });

  test('deletes nothing while something is refused: it may be the new name of what would go', () => {
    const renamed = ours('hourly-old', 'policy-1');
    const { actions, refused } = plan([renamed, ...others()], {
      roleProblems: new Map([['hourly', 'the role lacks a permission']]),
    });
    expect(actions).toEqual([]);
    expect(refused).toEqual([
      { policy: 'hourly', reason: 'the role lacks a permission' },
      {
        policy: 'hourly-old',
        id: 'policy-1',
        reason: 'not in the policy file, but nothing is deleted while hourly cannot be put right',
      },
    ]);
  });

  test('leaves one alone that carries the deployment but no policy, and says so', () => {
    const odd = held(disks, 'policy-9', {
      tags: new Map([['ec2-backup:deployment', 'prod']]),
      details: { ...disks.details, TargetTags: [{ Key: 'Other', Value: 'yes' }] },
      description: 'other',
    });
    const { actions, skipped } = plan([...all(), odd]);
    expect(actions).toEqual([]);
    expect(skipped).toEqual([
      {
        id: 'policy-9',
        reason: 'carries ec2-backup:deployment=prod but no ec2-backup:policy, so it is left alone',
      },
    ]);
  });

  test('[H32] refuses to choose where several carry its tags', () => {
    const { actions, refused } = plan([...all(), held(hourly, 'policy-0')]);
    expect(actions).toEqual([]);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toContain(
      '2 lifecycle policies carry its tags (policy-0, policy-1), expected one',
    );
  });

  test('[H32] makes no second one where somebody took the tags off the first', () => {
    const { actions, refused } = plan([held(hourly, 'policy-1', { tags: new Map() }), ...others()]);
    expect(actions).toEqual([]);
    expect(refused[0]?.reason).toContain(
      'policy-1 has its description but not its tags: put the tags ec2-backup:deployment=prod and ec2-backup:policy=hourly back on it',
    );
  });

  test('refuses a default policy where the Region has one of somebody else', () => {
    const rival = held(fallback, 'policy-8', { tags: new Map(), description: 'made in the console' });
    const { actions, refused } = plan([...all().slice(0, 2), rival]);
    expect(actions).toEqual([]);
    expect(refused).toEqual([
      {
        policy: 'default-volume',
        reason:
          'policy-8 already is the default policy for VOLUME, of which a Region has one, and it is not of this deployment: delete it, or take the default policy out of the file',
      },
    ]);
  });

  test('refuses what its role cannot carry out, and does the rest', () => {
    const { actions, refused } = plan(others(), {
      roleProblems: new Map([['disks', 'the role is missing']]),
    });
    expect(actions.map(({ policy }) => policy)).toEqual(['hourly']);
    expect(refused).toEqual([{ policy: 'disks', id: 'policy-2', reason: 'the role is missing' }]);
  });

  test('refuses copies to the Region that it is in', () => {
    const copying = parse(
      FILE.replace(
        'keep: { within: 7d } }\nretired',
        'keep: { within: 7d }, copies: [{ region: ap-northeast-2, keep: { within: 1d } }] }\nretired',
      ),
    );
    const { refused } = plan([], { file: copying, wanted: wantedLifecyclePolicies(copying, PLACE) });
    expect(refused).toEqual([
      {
        policy: 'disks',
        reason:
          'its copies go to ap-northeast-2, the Region that it is in itself: name another Region under copies',
      },
    ]);
  });

  test('refuses what DLM cannot change, and names field, value and way out', () => {
    const details = { ...disks.details, ResourceTypes: ['INSTANCE'] };
    const { actions, refused } = plan([
      ...all().filter(({ id }) => id !== 'policy-2'),
      held(disks, 'policy-2', { details }),
    ]);
    expect(actions).toEqual([]);
    expect(refused[0]?.reason).toBe(
      'DLM cannot change ResourceTypes is INSTANCE, wanted VOLUME: give the policy a new name, or let the lifecycle policy be deleted and made anew (--replace disks); what it made stays either way, and DLM no longer deletes it',
    );
  });

  test('replaces it when told to: the old one goes first, so that a death in between leaves no two', () => {
    const details = { ...disks.details, ResourceTypes: ['INSTANCE'] };
    const existing = [...all().filter(({ id }) => id !== 'policy-2'), held(disks, 'policy-2', { details })];
    const { actions, refused } = plan(existing, { replace: ['disks'] });
    expect(refused).toEqual([]);
    expect(actions).toMatchObject([
      { action: 'delete-lifecycle-policy', policy: 'disks', id: 'policy-2', isReplaced: true },
      { action: 'create-lifecycle-policy', policy: 'disks', reason: 'replaces policy-2' },
    ]);
  });

  test('reports an ERROR of its own with message and cure, and sets it going again', () => {
    const statusMessage = 'Role provided does not have sufficient permissions';
    const { actions, errors } = plan([
      held(hourly, 'policy-1', { state: 'ERROR', statusMessage }),
      ...others(),
    ]);
    expect(errors).toMatchObject([{ policy: 'hourly', id: 'policy-1', statusMessage }]);
    expect(errors[0]?.cure).not.toBe('');
    expect(actions).toMatchObject([{ drift: [{ field: 'State', is: 'ERROR', wanted: 'ENABLED' }] }]);
  });

  test('does not report an ERROR of others as its own', () => {
    const foreign = held(disks, 'policy-9', { tags: new Map(), description: 'other', state: 'ERROR' });
    expect(plan([...all(), foreign]).errors).toEqual([]);
  });

  test('warns of others that back up by the same tag', () => {
    const foreign = held(hourly, 'policy-9', { tags: new Map(), description: 'other' });
    expect(plan([...all(), foreign]).warnings).toEqual([
      {
        id: 'policy-9',
        policy: 'hourly',
        reason:
          'also backs up what carries Backup=hourly or Backup:hourly=true, and is not of this deployment: such sources are backed up twice',
      },
    ]);
  });

  test('does not warn of others that are disabled or back up another kind', () => {
    const disabled = held(hourly, 'policy-8', { tags: new Map(), description: 'other', state: 'DISABLED' });
    const volumes = held(hourly, 'policy-9', {
      tags: new Map(),
      description: 'other',
      details: { ...hourly.details, ResourceTypes: ['VOLUME'] },
    });
    expect(plan([...all(), disabled, volumes]).warnings).toEqual([]);
  });
});
