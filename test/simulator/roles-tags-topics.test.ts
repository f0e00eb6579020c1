import { CreateTagsCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { PublishCommand } from '@aws-sdk/client-sns';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import { SimulatedProcess } from '../../src/simulator/process.ts';
import { HOUR, MINUTE, newPlace, outcomeOf, present, SECOND, START } from './support.ts';

describe('the role of another account', () => {
  const CALLER = 'arn:aws:iam::111122223333:role/ec2-backup-prod-backup';
  const AWAY = '444455556666';
  const RoleArn = `arn:aws:iam::${AWAY}:role/ec2-backup-backup`;

  function accounts(condition?: object): {
    organisation: SimulatedOrganisation;
    take: (input?: object, process?: SimulatedProcess) => Promise<string>;
    home: SimulatedAccount;
  } {
    const [clock, organisation] = [new SimulatedClock(START), new SimulatedOrganisation()];
    const home = new SimulatedAccount({ clock, organisation });
    const away = new SimulatedAccount({ clock, organisation, account: AWAY });
    const statement = { Effect: 'Allow', Principal: { AWS: CALLER }, Action: 'sts:AssumeRole' };
    const Statement = [{ ...statement, ...(condition && { Condition: condition }) }];
    away.region('ap-northeast-2').createRole({ name: 'ec2-backup-backup', trust: { Statement } });
    const take = (input: object = {}, process = new SimulatedProcess(CALLER)): Promise<string> => {
      const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'night', ...input });
      return outcomeOf(home.region('ap-northeast-2').clientsOf(process).sts.send(command));
    };
    return { organisation, take, home };
  }

  test('is given to whom it trusts, with credentials that name its account', async () => {
    const { organisation, home } = accounts();
    const clients = home.region('ap-northeast-2').clientsOf(new SimulatedProcess(CALLER));
    const answer = await clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'night' }));
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${AWAY}:assumed-role/ec2-backup-backup/night`);
    expect(answer.Credentials?.Expiration).toEqual(new Date(START + HOUR));
    const key = present(answer.Credentials?.AccessKeyId);
    expect(key).toContain(AWAY);
    expect(organisation.session(key)).toEqual({
      account: AWAY,
      roleArn: RoleArn,
      sessionName: 'night',
      expiresAt: START + HOUR,
    });
  });

  test('is denied to others, and where there is none', async () => {
    const { take } = accounts();
    expect(await take({}, new SimulatedProcess())).toBe('AccessDenied');
    expect(await take({ RoleArn: `${RoleArn}-x` })).toBe('AccessDenied');
    expect(await take({ RoleArn: RoleArn.replace(AWAY, '777788889999') })).toBe('AccessDenied');
  });

  test('asks for the external id that its trust names', async () => {
    const { take } = accounts({ StringEquals: { 'sts:ExternalId': 'secret-1' } });
    expect(await take()).toBe('AccessDenied');
    expect(await take({ ExternalId: 'secret-2' })).toBe('AccessDenied');
    expect(await take({ ExternalId: 'secret-1' })).toBe('ok');
  });

  test.each([
    ['a session name with a space', { RoleSessionName: 'a b' }],
    ['a session name of one letter', { RoleSessionName: 'a' }],
    ['an external id with a space', { ExternalId: 'a b' }],
    ['a name for an ARN', { RoleArn: 'ec2-backup-backup' }],
    ['a minute', { DurationSeconds: 60 }],
  ])('refuses %s', async (_, input) => {
    expect(await accounts().take(input)).toBe('ValidationError');
  });

  test('is of another account only in one organisation', () => {
    const [clock, organisation] = [new SimulatedClock(START), new SimulatedOrganisation()];
    const make = (): SimulatedAccount => new SimulatedAccount({ clock, organisation });
    make();
    expect(make).toThrow(/two accounts 111122223333/);
  });
});

describe('CreateTags', () => {
  const Tags = [{ Key: 'Backup:Status', Value: 'ok' }];

  test('sets and replaces tags of instances, volumes, images and snapshots; reads see it after their lag', async () => {
    const { region, clock } = newPlace({ readLag: MINUTE });
    const { id, volumeIds } = region.runInstance({ tags: { Name: 'web' }, launchedAt: START - HOUR });
    const image = region.registerImage({ name: 'golden', tags: { 'Backup:Status': 'old' } });
    const snapshot = region.createForeignSnapshot();
    const Resources = [id, ...volumeIds, image, snapshot];
    await region.ec2.send(new CreateTagsCommand({ Resources, Tags }));
    const all = [...region.instances(), ...region.volumes(), ...region.images(), ...region.snapshots()];
    const tagged = all.filter((resource) => Resources.includes(resource.id));
    expect(tagged.map(({ tags }) => tags)).toEqual([
      { Name: 'web', 'Backup:Status': 'ok' },
      { 'Backup:Status': 'ok' },
      { 'Backup:Status': 'ok' },
      { 'Backup:Status': 'ok' },
    ]);
    const shown = async (): Promise<unknown> => {
      const { Reservations } = await region.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return Reservations?.[0]?.Instances?.[0]?.Tags;
    };
    expect(await shown()).toEqual([{ Key: 'Name', Value: 'web' }]);
    clock.advance(MINUTE);
    expect(await shown()).toEqual([{ Key: 'Name', Value: 'web' }, ...Tags]);
  });

  test('does all or nothing, within the limits of EC2', async () => {
    const { region, clock } = newPlace();
    const full = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, '']));
    const [{ id }, crowded] = [region.runInstance(), region.runInstance({ tags: full })];
    const tag = (input: object): Promise<string> =>
      outcomeOf(region.ec2.send(new CreateTagsCommand({ Resources: [id], Tags, ...input })));
    expect(await tag({ Resources: [id, crowded.id] })).toBe('TagLimitExceeded');
    expect(await tag({ Resources: [id, 'i-0123456789abcdef0'] })).toBe('InvalidInstanceID.NotFound');
    expect(await tag({ Resources: [id, 'web'] })).toBe('InvalidID');
    expect(await tag({ Resources: Array.from({ length: 1001 }, () => id) })).toBe('InvalidParameterValue');
    expect(await tag({ Tags: [{ Key: 'aws:x', Value: '' }] })).toBe('InvalidParameterValue');
    expect(await tag({ Tags: [] })).toBe('MissingParameter');
    expect(await tag({ DryRun: true })).toBe('DryRunOperation');
    expect(region.instances().find((instance) => instance.id === id)?.tags).toEqual({});
    expect(await tag({})).toBe('ok');
    clock.advance(60 * SECOND);
    let burst = 0;
    while ((await tag({})) === 'ok') burst += 1;
    expect(burst).toBe(100);
    clock.advance(SECOND);
    for (burst = 0; (await tag({})) === 'ok'; burst += 1);
    expect(burst).toBe(10);
  });
});

describe('a topic', () => {
  test('keeps what is published to it', async () => {
    const { region, clock } = newPlace();
    const TopicArn = region.createTopic('ec2-backup-prod');
    await region.sns.send(new PublishCommand({ TopicArn, Subject: 'Backups', Message: 'one' }));
    clock.advance(SECOND);
    await region.sns.send(new PublishCommand({ TopicArn, Message: 'two' }));
    expect(region.published('ec2-backup-prod')).toEqual([
      { at: START, subject: 'Backups', message: 'one' },
      { at: START + SECOND, subject: undefined, message: 'two' },
    ]);
  });

  test('refuses a subject that SNS refuses, an empty message and an unknown topic', async () => {
    const { region } = newPlace();
    const TopicArn = region.createTopic('alarms');
    const publish = (input: object): Promise<string> =>
      outcomeOf(region.sns.send(new PublishCommand({ TopicArn, Message: 'm', ...input })));
    expect(await publish({ Subject: 'two\nlines' })).toBe('InvalidParameterException');
    expect(await publish({ Subject: 'x'.repeat(101) })).toBe('InvalidParameterException');
    expect(await publish({ Message: '' })).toBe('InvalidParameterException');
    expect(await publish({ TopicArn: TopicArn.replace('alarms', 'none') })).toBe('NotFoundException');
    expect(await publish({ Subject: 'x'.repeat(100) })).toBe('ok');
  });
});
