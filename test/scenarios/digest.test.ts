/** The daily digest: what people are told, and that they are told it whatever happens. */

import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { readReport } from '../../src/lib/run/watch-report.ts';
import { DAY, HOUR, MINUTE, START } from '../support/scenario.ts';
import { Watched } from '../support/watched.ts';
import { always, at, only } from './story.ts';

const POLICIES = `
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 } }
  disks: { backup: volume, schedule: every 12 hours from 01:00, keep: { last: 2 } }
`;
const PLACES = `${POLICIES}targets:
  - { account: "111122223333", region: ap-northeast-2 }
  - { account: "444455556666", region: us-east-1, rolePrefix: ec2-backup }
`;

/** Two sources, each backed up; it is 12:40. */
async function noon(policies = POLICIES): Promise<Watched> {
  const watched = new Watched({ policies, start: START - 2 * HOUR });
  watched.region.runInstance({ tags: { Backup: 'nightly' } });
  watched.region.createVolume({ sizeGiB: 8, tags: { Backup: 'disks' } });
  await watched.nightly('disks');
  watched.clock.set(START);
  await watched.nightly('nightly');
  watched.clock.set(START + 9 * HOUR + 40 * MINUTE);
  return watched;
}

describe('the letter', () => {
  test('says that all is well, with numbers and the next slots', async () => {
    const watched = await noon();
    await watched.watch();
    await watched.digest();
    expect(only(watched.letters)).toMatchObject({
      subject: 'ec2-backup test: all 2 sources backed up',
      message: `How the backups of test stand at 2026-11-22 12:40 UTC: 2 of 2 sources in 1 place are backed up as their policies promise.

Policies
  policy   sources  backed up  missed  backups kept  furthest behind  next slot
  nightly  1        1          0       1             9 h              2026-11-23 03:00 UTC
  disks    1        1          0       1             11 h             2026-11-22 13:00 UTC
`,
    });
  });

  test('puts the worst first, each with its ids and what to do', async () => {
    const watched = await noon();
    const wrong = watched.region.runInstance({ tags: { Backup: 'nihgtly' } }).id;
    const never = watched.region.runInstance({ tags: { Backup: 'nightly' } }).id;
    watched.region.failImage(only(watched.region.images()).id, 'out of space');
    watched.clock.advance(3 * HOUR + MINUTE);
    await watched.watch();
    await watched.digest();
    const { subject, message } = only(watched.letters);
    expect(subject).toBe(
      'ec2-backup test: 2 sources never backed up, 1 failed backup, 1 source with wrong tags',
    );
    expect(message).toContain(`${never} (nightly)\n`);
    expect(message).toMatch(
      /Backups that failed in EC2 \(1\)\nTo do: .*\n {2}ami-\w+ \(nightly\): backup of i-\w+, slot 2026-11-22T03:00Z: AMI is failed: out of space\n/,
    );
    expect(message).toContain(`${wrong}: tag "Backup" names "nihgtly"`);
    expect(message).toContain('Asked again for the current slot of: nightly, disks\n');
  });

  test('tells twenty of many, and how many more', async () => {
    const watched = new Watched({ policies: POLICIES });
    for (let index = 0; index < 25; index += 1) watched.region.runInstance({ tags: { Backup: 'nihgtly' } });
    await watched.watch();
    await watched.digest();
    expect(only(watched.letters).message).toContain(
      '  and 5 more; the log of the watch function has them all\n',
    );
  });
});

describe('[H36] silence', () => {
  test('is told of the only place there is', async () => {
    const watched = await noon();
    await watched.digest();
    const { subject, message } = only(watched.letters);
    expect(subject).toBe('ec2-backup test: no word from 1 place');
    expect(message).toContain('  111122223333 ap-northeast-2: nothing was ever heard of it\n');
  });

  test('is told of a place that was measured more than a day ago', async () => {
    const watched = await noon();
    await watched.watch();
    watched.clock.advance(DAY);
    await watched.digest({ dryRun: true });
    expect(watched.letters).toEqual([]);
    watched.clock.advance(11 * MINUTE);
    await watched.digest();
    expect(only(watched.letters).message).toContain(
      '  111122223333 ap-northeast-2: last word 2026-11-22 12:40 UTC\n',
    );
  });

  test('of one place does not hide what is known of the other', async () => {
    const watched = await noon(PLACES);
    await watched.watch();
    await watched.digest();
    const { subject, message } = only(watched.letters);
    expect(subject).toBe('ec2-backup test: no word from 1 place');
    expect(message).toContain('  444455556666 us-east-1: nothing was ever heard of it\n');
    expect(message).toContain('2 of 2 sources in 1 place are backed up as their policies promise');
  });

  test('of a home that is no target is nobody’s', async () => {
    const watched = new Watched({
      policies: PLACES.replace('- { account: "111122223333", region: ap-northeast-2 }\n', ''),
    });
    await watched.digest();
    expect(only(watched.letters).message).not.toContain('111122223333');
  });
});

describe('the reports', () => {
  test('are gone when they have been told but for the newest of each place, which is all that counts', async () => {
    const watched = await noon();
    for (let hour = 0; hour < 12; hour += 1) {
      await watched.watch();
      watched.clock.advance(HOUR);
    }
    // The last report alone knows of it.
    watched.region.runInstance({ tags: { Backup: 'nihgtly' } });
    await watched.watch();
    await watched.digest();
    expect(only(watched.letters).subject).toContain('1 source with wrong tags');
    expect(watched.reports.messages).toHaveLength(1);
  });

  test('that have been told are not taken for silence by a digest that comes again', async () => {
    const watched = await noon();
    await watched.watch();
    await watched.digest();
    watched.clock.advance(20 * MINUTE);
    await watched.digest();
    expect(new Set(watched.letters.map(({ subject }) => subject))).toEqual(
      new Set(['ec2-backup test: all 2 sources backed up']),
    );
  });

  test('stay when the digest cannot be published, and are told by the next run', async () => {
    const watched = await noon();
    await watched.watch();
    watched.region.faults = always('Publish', { kind: 'error', name: 'InternalErrorException', status: 500 });
    await expect(watched.digest()).rejects.toThrow();
    expect(watched.reports.messages).toHaveLength(1);
    watched.region.faults = () => undefined;
    watched.clock.advance(20 * MINUTE);
    await watched.digest();
    expect(only(watched.letters).subject).toBe('ec2-backup test: all 2 sources backed up');
  });

  test('are told twice rather than never, when the run ends before they are deleted', async () => {
    const watched = await noon();
    await watched.watch();
    watched.clock.advance(MINUTE);
    await watched.watch();
    watched.region.faults = always('DeleteMessageBatch', {
      kind: 'error',
      name: 'AccessDenied',
      status: 403,
    });
    await expect(watched.digest()).rejects.toThrow(/delete-report 1 reports: AccessDenied/);
    watched.region.faults = () => undefined;
    watched.clock.advance(20 * MINUTE);
    await watched.digest();
    expect(watched.letters.map(({ subject }) => subject)).toEqual([
      'ec2-backup test: all 2 sources backed up',
      'ec2-backup test: all 2 sources backed up',
    ]);
    expect(watched.reports.messages).toHaveLength(1);
  });

  test('of another version or deployment, or no reports at all, are counted and cleared away', async () => {
    const watched = await noon();
    await watched.watch();
    const mine = only(watched.reports.messages).body;
    const bodies = [
      mine.replace('"version":1', '"version":2'),
      mine.replace('"test"', '"prod"'),
      'hello',
      '[1]',
      '{"version":1,"deployment":"test","at":"2026-11-22T12:00:00Z"}',
    ];
    for (const body of bodies) {
      await watched.region.clients.sqs.send(
        new SendMessageCommand({ QueueUrl: watched.reports.url, MessageBody: body }),
      );
    }
    await watched.digest();
    expect(only(watched.letters).message).toContain("5 messages of the reports' queue could not be read");
    expect(watched.reports.messages.map(({ body }) => body)).toEqual([mine]);
  });

  test('of a large place are cut to what a message can hold, with true counts', async () => {
    const watched = new Watched({ policies: POLICIES, settings: { pageSize: 1000, emptyPages: false } });
    for (let index = 0; index < 1500; index += 1) {
      const wrong = `${'😀'.repeat(60)}${index}`;
      watched.region.runInstance({ tags: { Backup: wrong, [`Backup:${wrong}`]: 'true' } });
    }
    await watched.watch();
    const { body } = only(watched.reports.messages);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(200_000);
    const tags = readReport(body, { deployment: 'test' })?.findings['bad-tags'];
    expect(tags?.count).toBe(1500);
    expect(at(tags?.first ?? [], 0).text?.length).toBeLessThanOrEqual(300);
  });
});
