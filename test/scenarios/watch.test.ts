/** What the watch function finds, asks for and tells, on the simulated account. */

import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/lib/report/metrics.ts';
import { DAY, HOUR, MINUTE, START, type ScenarioOptions } from '../support/scenario.ts';
import { Watched } from '../support/watched.ts';
import { always, changes, only } from './story.ts';

const ONE_POLICY = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
`;
const TELLING = `${ONE_POLICY}feedbackTag: true\n`;

/** A deployment with an instance that was backed up at 03:00; it is 12:40. */
async function noon(options: ScenarioOptions = {}) {
  const watched = new Watched({ policies: ONE_POLICY, ...options });
  const { id } = watched.region.runInstance({ tags: { Backup: 'nightly' } });
  await watched.nightly('nightly');
  watched.clock.set(START + 9 * HOUR + 40 * MINUTE);
  return { watched, id };
}

describe('a slot that sources lack', () => {
  test('[H36] an instance that is tagged at noon is backed up by what the watch asks for', async () => {
    const { watched } = await noon();
    const { id } = watched.region.runInstance();
    watched.clock.advance(4 * HOUR);
    watched.region.tag(id, 'Backup', 'nightly');

    const run = await watched.watch();
    expect(run.measured('NeverBackedUp', 'nightly')).toBe(1);
    expect(await watched.work()).toEqual([
      {
        job: 'backup',
        policy: 'nightly',
        slot: '2026-11-22T03:00:00Z',
        trigger: 'schedule',
        place: { account: '111122223333', region: 'ap-northeast-2' },
        round: 1,
        attempt: 14,
        dryRun: false,
      },
    ]);

    watched.clock.advance(HOUR);
    const after = await watched.watch();
    expect(after.measured('NeverBackedUp')).toBe(0);
    expect(watched.asked).toEqual([]);
    const tags = watched.region.images().map((image) => image.tags);
    expect(tags.map((one) => [one['ec2-backup:source'], one['ec2-backup:slot']])).toContainEqual([
      id,
      '2026-11-22T03:00:00Z',
    ]);
  });

  test('is asked for once an hour, however often the watch runs', async () => {
    const { watched } = await noon();
    watched.region.runInstance({ tags: { Backup: 'nightly' } });
    await watched.watch();
    await watched.watch();
    expect(watched.asked).toHaveLength(1);
  });

  test('is not asked for when all of them have it', async () => {
    const { watched } = await noon();
    await watched.watch();
    expect(watched.asked).toEqual([]);
  });

  test('is not asked for again when a failed AMI holds its name', async () => {
    const { watched } = await noon();
    watched.region.failImage(only(watched.region.images()).id);
    const run = await watched.watch();
    expect(watched.asked).toEqual([]);
    expect(run.measured('FailedPoints')).toBe(1);
  });
});

describe('a new source', () => {
  test('has three hours before anybody is told that it has no backup', async () => {
    const policies = `${ONE_POLICY}  disks: { backup: volume, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }\n`;
    const watched = new Watched({ policies, start: START + 12 * HOUR });
    watched.region.runInstance({ tags: { Backup: 'nightly' } });
    watched.region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
    watched.clock.advance(3 * HOUR - MINUTE);
    expect((await watched.watch()).measured('NeverBackedUp')).toBe(0);
    watched.clock.advance(2 * MINUTE);
    expect((await watched.watch()).measured('NeverBackedUp')).toBe(2);
  });
});

describe('backups that stop', () => {
  test('[H36] of which every call fails make the source stale after a day, and everybody is told', async () => {
    const { watched, id } = await noon({ policies: TELLING });
    watched.region.faults = always('CreateImage', { kind: 'error', name: 'InternalError', status: 400 });

    watched.clock.set(START + DAY);
    await watched.nightly('nightly');
    watched.clock.advance(20 * HOUR);
    expect((await watched.watch()).measured('StaleSources')).toBe(0);

    watched.clock.set(START + 2 * DAY + 40 * MINUTE);
    const run = await watched.watch();
    expect([run.measured('StaleSources'), run.measured('MissedSlots'), run.measured('FailedRuns')]).toEqual([
      1, 1, 0,
    ]);
    expect(run.measured('OldestAge', 'nightly')).toBe((2 * DAY + 40 * MINUTE) / 1000);
    const { tags } = only(watched.region.instances());
    expect(tags['Backup:Status']).toBe(
      'stale: the newest good backup by nightly is of 2026-11-22T03:00Z, expected 2026-11-23T03:00Z',
    );

    await watched.digest();
    const letter = only(watched.letters);
    expect(letter.subject).toBe('ec2-backup test: 1 stale source');
    expect(letter.message).toContain(
      `${id} (nightly): newest good backup 2026-11-22T03:00Z, expected 2026-11-23T03:00Z`,
    );
  });

  test('[H36] because nobody is asked for any more is measured as an empty selection', async () => {
    const { watched, id } = await noon();
    watched.region.untag(id, 'Backup');
    const run = await watched.watch();
    expect(run.measured('SelectedSources', 'nightly')).toBe(0);
    await watched.digest();
    expect(only(watched.letters).subject).toBe('ec2-backup test: 1 policy without sources');
  });

  test('[H3] at pending are told after a day', async () => {
    const { watched } = await noon({ settings: { imageDuration: 30 * HOUR } });
    expect((await watched.watch()).measured('LongPendingPoints')).toBe(0);
    watched.clock.set(START + DAY + MINUTE);
    const run = await watched.watch();
    expect([run.measured('LongPendingPoints'), run.measured('LongPendingPoints', 'nightly')]).toEqual([1, 1]);
  });
});

describe('the status tag', () => {
  test('says of when the backup is, or what is wrong with the tags', async () => {
    const { watched, id } = await noon({ policies: TELLING });
    const wrong = watched.region.runInstance({ tags: { Backup: 'nihgtly' } });
    const foreign = watched.region.runInstance({ tags: { Name: 'web' } });
    await watched.watch();
    const status = new Map(watched.region.instances().map((one) => [one.id, one.tags['Backup:Status']]));
    expect(status).toEqual(
      new Map([
        [id, 'ok 2026-11-22T03:00Z'],
        [wrong.id, 'tag "Backup" names "nihgtly", no policy of the file (did you mean nightly?)'],
        [foreign.id, undefined],
      ]),
    );
  });

  test('is not written when nothing has changed', async () => {
    const { watched } = await noon({ policies: TELLING });
    await watched.watch();
    const written = changes(watched.region);
    watched.clock.advance(HOUR);
    await watched.watch();
    expect(changes(watched.region).filter((command) => command === 'CreateTags')).toEqual(
      written.filter((command) => command === 'CreateTags'),
    );
  });

  test('is not written at all unless the file asks for it', async () => {
    const { watched } = await noon();
    await watched.watch();
    expect(changes(watched.region)).not.toContain('CreateTags');
  });

  test('follows a tag that is taken away', async () => {
    const { watched, id } = await noon({ policies: TELLING });
    await watched.watch();
    watched.region.untag(id, 'Backup');
    await watched.watch();
    expect(only(watched.region.instances()).tags['Backup:Status']).toBe(
      'not backed up: no policy asks for it',
    );
  });

  test('of one that cannot be tagged leaves the others told', async () => {
    const { watched } = await noon({ policies: TELLING });
    for (let index = 0; index < 4; index += 1) watched.region.runInstance({ tags: { Backup: 'nightly' } });
    const full = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`tag-${index}`, 'x']));
    watched.region.runInstance({ tags: { ...full, Backup: 'nightly' } });
    // It is told in the digest; a run that failed every hour for it would hide those that fail for a backup.
    const run = await watched.watch();
    expect(run.measured('FailedRuns')).toBe(0);
    const told = watched.region.instances().filter(({ tags }) => tags['Backup:Status'] !== undefined);
    expect(told).toHaveLength(5);
    await watched.digest();
    expect(only(watched.letters).message).toContain(
      'it has as many tags as EC2 allows: Backup:Status finds no room',
    );
  });

  test.each(['InvalidInstanceID.NotFound', 'InvalidVolume.NotFound'])(
    'that EC2 refuses for one of a batch is written to the others: %s',
    async (name) => {
      const { watched } = await noon({ policies: TELLING });
      const gone = watched.region.runInstance({ tags: { Backup: 'nightly' } }).id;
      for (let index = 0; index < 4; index += 1) watched.region.runInstance({ tags: { Backup: 'nightly' } });
      watched.region.faults = ({ command, input }) =>
        command === 'CreateTags' && JSON.stringify(input).includes(gone)
          ? { kind: 'error', name }
          : undefined;
      await watched.watch();
      const silent = watched.region.instances().filter(({ tags }) => tags['Backup:Status'] === undefined);
      expect(silent.map(({ id }) => id)).toEqual([gone]);
    },
  );

  test('that may not be written fails the run, which asks and reports all the same', async () => {
    const { watched } = await noon({ policies: TELLING });
    watched.region.runInstance({ tags: { Backup: 'nightly' } });
    watched.region.faults = always('CreateTags', {
      kind: 'error',
      name: 'UnauthorizedOperation',
      status: 403,
    });
    await expect(watched.watch()).rejects.toThrow(
      /2 of 4 actions failed: tag-status .*UnauthorizedOperation/,
    );
    expect([watched.asked.length, watched.reports.visible]).toEqual([1, 1]);
    // One call for each thing to say: what is refused to all is not tried for each.
    expect(changes(watched.region).filter((command) => command === 'CreateTags')).toHaveLength(2);
  });
});

describe('a prune that the guard refuses', () => {
  const MANY = `
version: 1
deployment: test
policies:
  sets: { backup: snapshots, schedule: every 1 hours, keep: { last: KEPT } }
prune: { schedule: every 6 hours, maxShare: 1% }
`;

  test('is measured until somebody has decided', async () => {
    const watched = new Watched({
      policies: MANY.replace('KEPT', '200'),
      settings: { snapshotDuration: 1000 },
    });
    watched.region.runInstance({ tags: { Backup: 'sets' } });
    for (let hour = 0; hour < 30; hour += 1) {
      await watched.backup('sets');
      watched.clock.advance(HOUR);
    }
    watched.clock.advance(40 * DAY);
    expect((await watched.watch()).measured('RefusedPrunes')).toBe(0);
    watched.edit(MANY.replace('KEPT', '1'));
    expect((await watched.watch()).measured('RefusedPrunes')).toBe(1);
    await watched.prune({ policy: 'sets', accept: 29 });
    expect((await watched.watch()).measured('RefusedPrunes')).toBe(0);
  });
});

describe('lifecycle policies of DLM', () => {
  test('in ERROR are counted, with what to do in the digest', async () => {
    const policies = `
version: 1
deployment: test
policies:
  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
`;
    const watched = new Watched({ policies });
    watched.createDlmRoles();
    await watched.registerPolicies();
    const { id } = only(watched.region.lifecyclePolicies());
    watched.region.runInstance({ tags: { Backup: 'hourly' } });
    const before = await watched.watch();
    expect([before.measured('LifecycleErrors'), before.measured('SelectedSources', 'hourly')]).toEqual([
      0, 1,
    ]);
    watched.clock.advance(HOUR);
    watched.region.breakLifecyclePolicy(id, 'Role with name X cannot be found');
    expect((await watched.watch()).measured('LifecycleErrors')).toBe(1);
    await watched.digest();
    const letter = only(watched.letters);
    expect(letter.subject).toBe('ec2-backup test: 1 DLM policy in ERROR');
    expect(letter.message).toContain('the role is gone: deploy again');
    expect(letter.message).toMatch(/\n {2}hourly +1 +left to DLM\n/);
  });
});

describe('what a watch run measures', () => {
  test('is every metric that it is to send, and none that is not in the list', async () => {
    const { watched } = await noon();
    const { metrics } = await watched.watch();
    const key = (name: string, dimensions: readonly string[]) =>
      `${name} by ${[...dimensions].sort().join(', ')}`;
    const sent = new Set(metrics.map(({ name, dimensions }) => key(name, Object.keys(dimensions))));
    const listed = METRICS.filter(({ jobs }) => (jobs as readonly string[]).includes('watch'));
    const always = listed.filter((row) => !('ifNotZero' in row));
    expect([...sent].sort()).toEqual(always.map(({ name, dimensions }) => key(name, dimensions)).sort());

    watched.clock.advance(3 * DAY);
    const late = (await watched.watch()).metrics.map(({ name, dimensions }) =>
      key(name, Object.keys(dimensions)),
    );
    expect(late).toContain('StaleSources by account, deployment, policy, region');
    const known = new Set(listed.map(({ name, dimensions }) => key(name, dimensions)));
    expect(late.filter((one) => !known.has(one))).toEqual([]);
  });

  test('costs the pages of four lists, and no call that changes anything', async () => {
    const { watched } = await noon({ settings: { pageSize: 1000, emptyPages: false } });
    const before = watched.region.calls.length;
    await watched.watch();
    expect(
      watched.region.calls
        .slice(before)
        .filter(({ service }) => service === 'ec2')
        .map(({ command }) => command)
        .sort(),
    ).toEqual(['DescribeImages', 'DescribeInstances', 'DescribeSnapshots', 'DescribeVolumes']);
  });

  test('ends without any word when a list cannot be read: silence rings an alarm of its own', async () => {
    const { watched } = await noon();
    watched.region.faults = always('DescribeImages', {
      kind: 'error',
      name: 'UnauthorizedOperation',
      status: 403,
    });
    await expect(watched.watch()).rejects.toThrow(/^cannot list the AMIs of account 111122223333/);
    expect(watched.reports.visible).toBe(0);
  });
});
