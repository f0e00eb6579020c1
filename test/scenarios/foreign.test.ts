import { describe, expect, test } from 'vitest';
import { planEverything } from '../../src/lib/run/plan.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY, HOUR, Scenario, START } from '../support/scenario.ts';
import { changes, ids } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: 1 } }
prune: { schedule: every 6 hours, maxShare: 100% }
`;

type Tags = Readonly<Record<string, string>>;

/** Our own tags, as on an old backup that retention would let go. */
function ourTags(policy: string, source: string, deployment = 'test'): Tags {
  return {
    'ec2-backup:deployment': deployment,
    'ec2-backup:policy': policy,
    'ec2-backup:source': source,
    'ec2-backup:slot': '2026-01-01T03:00:00Z',
    'ec2-backup:kind': policy === 'nightly' ? 'image' : 'snapshots',
    'ec2-backup:trigger': 'schedule',
    'ec2-backup:consistency': 'crash',
    'ec2-backup:volumes': '/dev/xvda=0123456789abcdef0,gp3',
  };
}

const DLM: Tags = { 'aws:dlm:lifecycle-policy-id': 'policy-0abc', 'aws:dlm:managed': 'true' };
const AWS_BACKUP: Tags = { 'aws:backup:source-resource': 'i-1:1111' };

const OWNERS: readonly { name: string; tags: (policy: string, source: string) => Tags; told?: RegExp }[] = [
  { name: 'made by hand', tags: () => ({ Name: 'before upgrade' }) },
  { name: 'made by hand, with the opt-in tag', tags: (policy) => ({ Backup: policy }) },
  { name: 'of DLM', tags: () => DLM },
  { name: 'of AWS Backup', tags: () => AWS_BACKUP },
  { name: 'of another deployment', tags: (policy, source) => ourTags(policy, source, 'other') },
  { name: 'of a deployment that differs in case', tags: (policy, source) => ourTags(policy, source, 'Test') },
  {
    name: 'of DLM, with our tags copied onto it',
    tags: (policy, source) => ({ ...ourTags(policy, source), ...DLM }),
    told: /managed by DLM/,
  },
  {
    name: 'of AWS Backup, with our tags copied onto it',
    tags: (policy, source) => ({ ...ourTags(policy, source), ...AWS_BACKUP }),
    told: /managed by AWS Backup/,
  },
  {
    name: 'with our deployment alone',
    tags: () => ({ 'ec2-backup:deployment': 'test' }),
    told: /ec2-backup:policy is missing/,
  },
  {
    name: 'with a slot that is no time',
    tags: (policy, source) => ({ ...ourTags(policy, source), 'ec2-backup:slot': 'yesterday' }),
    told: /ec2-backup:slot is "yesterday"/,
  },
];

interface Foreign {
  readonly scenario: Scenario;
  readonly theirs: readonly string[];
}

/** Old AMIs and snapshots of somebody else beside a week of ours. */
function beside(tagsOf: (policy: string, source: string) => Tags): Foreign {
  const scenario = new Scenario({ policies: POLICIES });
  const { region } = scenario;
  const image = region.runInstance({ tags: { Backup: 'nightly' } }).id;
  const set = region.runInstance({ tags: { Backup: 'sets' } });
  const startedAt = START - 100 * DAY;
  const theirs = [1, 2, 3].flatMap((number) => {
    const snapshot = region.createForeignSnapshot({ tags: tagsOf('nightly', image), startedAt });
    return [
      snapshot,
      region.registerImage({
        name: `theirs-${number}`,
        tags: tagsOf('nightly', image),
        snapshotIds: [snapshot],
        sourceInstanceId: image,
        createdAt: startedAt,
      }),
      region.createForeignSnapshot({
        tags: tagsOf('sets', set.id),
        volumeId: set.volumeIds[0] ?? '',
        startedAt,
      }),
    ];
  });
  return { scenario, theirs };
}

function viewOf(region: SimulatedRegion, wanted: readonly string[]): unknown {
  return [...region.images(), ...region.snapshots()].filter(({ id }) => wanted.includes(id));
}

describe.each(OWNERS)('what is $name', ({ tags, told }) => {
  test('[H29] is in no action, keeps no slot of ours, and is unchanged after a week of runs', async () => {
    const { scenario, theirs } = beside(tags);
    const before = viewOf(scenario.region, theirs);
    for (let day = 0; day < 7; day += 1) {
      await scenario.backup('nightly');
      await scenario.backup('sets');
      scenario.clock.advance(12 * HOUR);
      const { plan } = await scenario.prune();
      expect(plan.actions.map(({ id }) => id).filter((id) => theirs.includes(id))).toEqual([]);
      expect(
        plan.verdicts
          .flatMap(({ point }) => [point.id, ...point.snapshotIds])
          .filter((id) => theirs.includes(id)),
      ).toEqual([]);
      scenario.clock.advance(12 * HOUR);
    }
    expect(viewOf(scenario.region, theirs)).toEqual(before);
    // The newest of ours, and nothing else of ours.
    expect(ids(scenario.region.images()).filter((id) => !theirs.includes(id))).toHaveLength(1);
    expect(changes(scenario.region).filter((command) => command.includes('Tags'))).toEqual([]);
  });

  test('[H29] is told of when it carries our deployment, and only then', async () => {
    const { scenario, theirs } = beside(tags);
    const { prune } = await planEverything(scenario.context);
    expect(prune.skipped.map(({ id }) => id)).toEqual(told ? [...theirs].sort() : []);
    for (const { reason } of prune.skipped) expect(reason).toMatch(told ?? /never/);
  });
});

test('[H29] two deployments of ours in one account do not reap each other', async () => {
  const scenario = new Scenario({ policies: POLICIES });
  const [ours, theirs] = [POLICIES, POLICIES.replace('deployment: test', 'deployment: blue')];
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  for (let day = 0; day < 6; day += 1) {
    for (const file of [ours, theirs]) {
      scenario.edit(file);
      await scenario.backup('nightly');
      await scenario.prune();
    }
    scenario.clock.advance(DAY);
  }
  for (const file of [ours, theirs]) {
    scenario.edit(file);
    await scenario.prune();
  }
  const names = scenario.region.images().map(({ name }) => name.replace(/i-[0-9a-f]+/, 'i'));
  expect(names).toEqual(['test/nightly/i/20261127T030000Z', 'blue/nightly/i/20261127T030000Z']);
});

test('[H29] our marks on a source do not pass to its backups, nor do those of DLM and AWS Backup', async () => {
  const scenario = new Scenario({ policies: POLICIES });
  const source = scenario.region.runInstance({
    tags: {
      ...ourTags('other', 'i-0123'),
      ...DLM,
      ...AWS_BACKUP,
      'dlm:x': 'y',
      Backup: 'nightly',
      Team: 'web',
    },
  }).id;
  await scenario.backup('nightly');
  for (const { tags } of [...scenario.region.images(), ...scenario.region.snapshots()]) {
    expect(tags).toMatchObject({ 'ec2-backup:policy': 'nightly', 'ec2-backup:source': source, Team: 'web' });
    expect(Object.keys(tags).filter((key) => /^(aws:|dlm:|backup)/i.test(key))).toEqual([]);
  }
});

test('[H29] an AMI of ours that maps a snapshot of somebody else is kept, with that snapshot named', async () => {
  const scenario = new Scenario({ policies: POLICIES });
  const source = scenario.region.runInstance({ tags: { Backup: 'nightly' } }).id;
  await scenario.backupEvery(DAY, 2, 'nightly');
  const snapshot = scenario.region.createForeignSnapshot({ startedAt: START - 50 * DAY });
  const image = scenario.region.registerImage({
    name: 'with-a-foreign-disk',
    tags: ourTags('nightly', source),
    snapshotIds: [snapshot],
    createdAt: START - 50 * DAY,
  });
  const { plan } = await scenario.prune();
  const verdict = plan.verdicts.find(({ point }) => point.id === image)?.verdict;
  expect(verdict).toEqual({
    decision: 'keep',
    reasons: [`maps ${snapshot}, which is not of this deployment`],
  });
  expect(ids(scenario.region.snapshots())).toContain(snapshot);
});
