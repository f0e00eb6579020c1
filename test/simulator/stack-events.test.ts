import {
  CopySnapshotCommand,
  CreateImageCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  DisableImageCommand,
  EnableImageCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { SimulatedStack } from '../../src/simulator/stack.ts';
import type { StackTemplate } from '../../src/simulator/stack-template.ts';
import { NO_TROUBLE, type StackTrouble } from '../../src/simulator/stack-trouble.ts';
import { HOUR, MINUTE, newPlace, present, type TestPlace } from './support.ts';

const FIFO = { FifoQueue: true, ContentBasedDeduplication: true };
const INPUT = '{"job":"replicate"}';

const IMAGES = { 'detail-type': ['EC2 AMI State Change'], detail: { State: ['available'] } };
const SNAPSHOTS = {
  'detail-type': ['EBS Snapshot Notification'],
  detail: { event: ['createSnapshot'], result: ['succeeded'] },
};
const SETS = {
  'detail-type': ['EBS Multi-Volume Snapshots Completion Status'],
  detail: { result: ['succeeded'] },
};

const ALLOWED = {
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: 'Queue.Arn',
  Condition: { ArnEquals: { 'aws:SourceArn': 'Rule.Arn' } },
};

interface Given {
  readonly pattern?: object;
  readonly statement?: object;
  readonly target?: object;
  readonly rule?: object;
}

function template({ pattern = IMAGES, statement = {}, target = {}, rule = {} }: Given): StackTemplate {
  const Target = {
    Id: 'queue',
    Arn: 'Queue.Arn',
    Input: INPUT,
    SqsParameters: { MessageGroupId: 'fan-out' },
  };
  const Resources = {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'replicate.fifo', ...FIFO } },
    Undelivered: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'undelivered' } },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: ['Queue', 'Undelivered'],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { ...ALLOWED, ...statement },
            { ...ALLOWED, Resource: 'Undelivered.Arn' },
          ],
        },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.ec2'], ...pattern },
        Targets: [{ ...Target, ...target }],
        ...rule,
      },
    },
  };
  return { Resources };
}

interface Deployed extends TestPlace {
  readonly stack: SimulatedStack;
}

function deploy(given: Given = {}, trouble: Partial<StackTrouble> = {}): Deployed {
  const place = newPlace({ imageDuration: 10 * MINUTE, snapshotDuration: 20 * MINUTE });
  const stack = place.region.deploy({
    template: template(given),
    handlers: {},
    nextFiring: () => undefined,
    trouble: { ...NO_TROUBLE, ...trouble },
  });
  return { ...place, stack };
}

async function createImage({ region }: TestPlace, Name: string): Promise<string> {
  const { id } = region.runInstance();
  const { ImageId } = await region.ec2.send(new CreateImageCommand({ InstanceId: id, Name, NoReboot: true }));
  return present(ImageId);
}

const bodies = ({ stack }: Deployed): readonly string[] =>
  stack.queue('Queue').messages.map(({ body }) => body);

describe('a rule', () => {
  test('sends its input to its queue when an image is available, and not before', async () => {
    const place = deploy();
    await createImage(place, 'web');
    place.clock.advance(10 * MINUTE - 1);
    expect(bodies(place)).toEqual([]);
    place.clock.advance(1);
    expect(place.stack.queue('Queue').messages).toMatchObject([{ body: INPUT, group: 'fan-out' }]);
  });

  test('makes one message of many events within five minutes', async () => {
    const place = deploy();
    for (const name of ['one', 'two', 'three']) {
      await createImage(place, name);
      place.clock.advance(MINUTE);
    }
    place.clock.advance(4 * MINUTE);
    await createImage(place, 'four');
    place.clock.advance(HOUR);
    expect(bodies(place)).toEqual([INPUT, INPUT]);
  });

  test('hears of a copy as of any image', async () => {
    const place = deploy({
      pattern: { 'detail-type': ['EBS Snapshot Notification'], detail: { event: ['copySnapshot'] } },
    });
    const SourceSnapshotId = place.region.createForeignSnapshot({ volumeId: 'vol-01234567' });
    await place.region.ec2.send(
      new CopySnapshotCommand({ SourceRegion: 'ap-northeast-2', SourceSnapshotId }),
    );
    place.clock.advance(HOUR);
    expect(bodies(place)).toEqual([INPUT]);
  });

  test('hears of one snapshot, and of a set once, when its last one is complete', async () => {
    const volumes = [
      { device: '/dev/xvda', sizeGiB: 8 },
      { device: '/dev/sdf', sizeGiB: 8 },
    ];
    const place = deploy({ pattern: SETS });
    const { id, volumeIds } = place.region.runInstance({ volumes });
    await place.region.ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: id } }));
    place.clock.advance(20 * MINUTE - 1);
    expect(bodies(place)).toEqual([]);
    place.clock.advance(1);
    expect(bodies(place)).toEqual([INPUT]);
    const other = deploy({ pattern: SNAPSHOTS });
    const single = other.region.createVolume({ sizeGiB: 8 });
    await other.region.ec2.send(new CreateSnapshotCommand({ VolumeId: single }));
    other.clock.advance(HOUR);
    expect(bodies(other)).toEqual([INPUT]);
    expect(volumeIds).toHaveLength(2);
  });

  test.each(['disabled', 'available'])('hears that an image is %s, by whom that may be', async (State) => {
    const pattern = { ...IMAGES, detail: { State: [State] } };
    const place = deploy({ pattern });
    const ImageId = place.region.registerImage({ name: 'web' });
    place.clock.advance(HOUR);
    const before = bodies(place).length;
    expect(before).toBe(State === 'available' ? 1 : 0);
    await place.region.ec2.send(new DisableImageCommand({ ImageId }));
    place.clock.advance(HOUR);
    await place.region.ec2.send(new EnableImageCommand({ ImageId }));
    place.clock.advance(HOUR);
    expect(bodies(place)).toHaveLength(before + 1);
    place.region.disableImage(ImageId);
    place.region.enableImage(ImageId);
    place.clock.advance(HOUR);
    expect(bodies(place)).toHaveLength(before + 2);
  });

  test('hears nothing of what failed, or is gone by then', async () => {
    const place = deploy();
    place.region.failImage(await createImage(place, 'failed'));
    place.region.deregisterByHand(await createImage(place, 'gone'));
    const snapshots = deploy({ pattern: SNAPSHOTS });
    const volumeId = snapshots.region.createVolume({ sizeGiB: 8 });
    const { SnapshotId } = await snapshots.region.ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
    snapshots.region.failSnapshot(present(SnapshotId));
    for (const one of [place, snapshots]) {
      one.clock.advance(HOUR);
      expect(bodies(one)).toEqual([]);
    }
  });

  test('may be late, doubled, or lost to its dead letters after a day', async () => {
    const delays = [[MINUTE, 7 * MINUTE], []];
    const place = deploy(
      { target: { DeadLetterConfig: { Arn: 'Undelivered.Arn' } } },
      { deliveries: () => delays.shift() ?? [] },
    );
    await createImage(place, 'one');
    place.clock.advance(10 * MINUTE);
    expect(bodies(place)).toEqual([]);
    place.clock.advance(8 * MINUTE);
    expect(bodies(place)).toEqual([INPUT, INPUT]);
    await createImage(place, 'two');
    place.clock.advance(10 * MINUTE + 24 * HOUR);
    expect(place.stack.queue('Undelivered').messages.map(({ body }) => body)).toEqual([INPUT]);
  });

  test.each<[title: string, given: Given]>([
    ['another state is asked for', { pattern: { ...IMAGES, detail: { State: ['failed'] } } }],
    ['it is disabled', { rule: { State: 'DISABLED' } }],
    [
      'the queue lets another rule send',
      { statement: { Condition: { ArnEquals: { 'aws:SourceArn': 'Other.Arn' } } } },
    ],
    ['the queue lets another service send', { statement: { Principal: { Service: 'sns.amazonaws.com' } } }],
    ['a policy is of another queue', { statement: { Resource: 'Other.Arn' } }],
    ['the queue lets it receive', { statement: { Action: 'sqs:ReceiveMessage' } }],
    ['the queue denies it', { statement: { Effect: 'Deny' } }],
  ])('sends nothing when %s', async (_title, given) => {
    const place = deploy(given);
    await createImage(place, 'web');
    place.clock.advance(HOUR);
    expect(bodies(place)).toEqual([]);
  });

  test.each<[title: string, given: Given, message: RegExp]>([
    [
      'a pattern of prefixes',
      { pattern: { detail: { State: [{ prefix: 'av' }] } } },
      /Rule\.EventPattern\.detail\.State/,
    ],
    ['an input made of the event', { target: { InputTransformer: {} } }, /Targets\[0\]\.InputTransformer/],
    ['a schedule', { rule: { ScheduleExpression: 'rate(1 hour)' } }, /Rule\.ScheduleExpression/],
  ])('with %s is not simulated', (_title, given, message) => {
    expect(() => deploy(given)).toThrow(message);
  });
});
