import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { ListTagsForResourceCommand } from '@aws-sdk/client-dlm';
import { DeleteSnapshotCommand, DescribeImagesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/simulator/commands.ts';
import { everyAnswer } from './every-answer.ts';
import { CLOUDWATCH, DLM, EC2, ENUMS, IAM, KMS, SCHEDULER, SSM } from './sdk-enums.ts';
import { RBIN } from './rbin-commands.ts';
import { inspect, outputSchemaOf } from './sdk-schema.ts';

/** It is only ever asked by dry run, which has an error for an answer. */
const WITHOUT_ANSWER = 'kms GenerateDataKeyWithoutPlaintext';

const NAMES = Object.entries(COMMANDS)
  .flatMap(([service, commands]) => Object.keys(commands).map((name) => `${service} ${name}`))
  .filter((name) => name !== WITHOUT_ANSWER);

describe('the answers of the simulated account', async () => {
  const answers = await everyAnswer();

  // A row for each command of the simulator: a new one fails here until everyAnswer calls it.
  test.each(NAMES)('%s answers in the shape of the SDK', (name) => {
    const own = answers.filter((answer) => answer.name === name);
    expect(own).not.toHaveLength(0);
    expect([...new Set(own.flatMap(({ inspection }) => inspection.problems))]).toEqual([]);
  });

  test('are of no command besides those', () => {
    expect(new Set(answers.map(({ name }) => name))).toEqual(new Set(NAMES));
  });

  test('held a value of every enum that is checked', () => {
    const met = new Set(answers.flatMap(({ inspection }) => [...inspection.met.keys()]));
    expect([...met].sort()).toEqual([...ENUMS.keys()].sort());
  });

  test.each([
    [`${DLM}#LifecyclePolicy.State`, ['DISABLED', 'ENABLED', 'ERROR']],
    [`${IAM}#EvaluationResult.EvalDecision`, ['allowed', 'explicitDeny', 'implicitDeny']],
    [`${SCHEDULER}#ScheduleSummary.State`, ['DISABLED', 'ENABLED']],
    [`${CLOUDWATCH}#MetricAlarm.StateValue`, ['ALARM', 'INSUFFICIENT_DATA', 'OK']],
    [`${KMS}#KeyMetadata.KeyManager`, ['AWS', 'CUSTOMER']],
    [`${KMS}#KeyMetadata.KeyState`, ['Disabled', 'Enabled', 'PendingDeletion']],
    [`${SSM}#GetCommandInvocationResult.Status`, ['Failed', 'InProgress', 'Success']],
    [`${EC2}#Image.State`, ['available', 'disabled', 'failed', 'pending']],
    [
      `${EC2}#InstanceState.Name`,
      ['pending', 'running', 'shutting-down', 'stopped', 'stopping', 'terminated'],
    ],
    [`${EC2}#Volume.State`, ['available', 'creating', 'in-use']],
    [`${EC2}#InstanceStatusSummary.Status`, ['impaired', 'initializing', 'not-applicable', 'ok']],
    [`${EC2}#ReplaceRootVolumeTask.TaskState`, ['in-progress', 'pending', 'succeeded']],
    [
      `${EC2}#SnapshotTierStatus.LastTieringOperationStatus`,
      [
        'archival-completed',
        'archival-in-progress',
        'temporary-restore-completed',
        'temporary-restore-in-progress',
      ],
    ],
    [`${EC2}#Snapshot.State`, ['completed', 'error', 'pending']],
    [`${EC2}#LockedSnapshotsInfo.LockState`, ['compliance', 'compliance-cooloff', 'expired', 'governance']],
    [`${RBIN}#GetRuleResponse.Status`, ['available', 'pending']],
    [`${EC2}#LockSnapshotResult.LockState`, ['compliance', 'compliance-cooloff', 'governance']],
    [`${EC2}#DeleteSnapshotReturnCode.ReturnCode`, ['client-error', 'skipped', 'success']],
    [`${EC2}#ImageReference.ResourceType`, ['ec2:Instance', 'ec2:LaunchTemplate', 'ssm:Parameter']],
  ])('were about %s of every value', (key, values) => {
    const met = answers.flatMap(({ inspection }) => [...(inspection.met.get(key) ?? [])]);
    expect([...new Set(met)].sort()).toEqual(values);
  });
});

describe('the check against the schemas finds', () => {
  const images = outputSchemaOf(new DescribeImagesCommand({}));
  const groups = outputSchemaOf(new DescribeAutoScalingGroupsCommand({}));
  const volumes = outputSchemaOf(new DescribeVolumesCommand({}));
  const deletion = outputSchemaOf(new DeleteSnapshotCommand({ SnapshotId: undefined }));
  const tags = outputSchemaOf(new ListTagsForResourceCommand({ ResourceArn: undefined }));
  const IMAGE = `${EC2}#Image`;

  test.each<[name: string, schema: unknown, answer: object, problem: string]>([
    ['an unknown member', images, { Pictures: [] }, `is not a member of ${EC2}#DescribeImagesResult`],
    [
      'an unknown member inside',
      images,
      { Images: [{ Id: 'ami-1' }] },
      `Images[0].Id is not a member of ${IMAGE}`,
    ],
    ['an unknown member of nothing', deletion, { Return: true }, 'answer.Return is not a member of unit'],
    ['a number for a string', images, { Images: [{ Name: 1 }] }, 'Name is 1, expected a string'],
    ['a Date for a string', images, { Images: [{ CreationDate: new Date(0) }] }, 'expected a string'],
    ['a string for a Date', volumes, { Volumes: [{ CreateTime: '2026' }] }, '"2026", expected a valid Date'],
    ['an invalid Date', volumes, { Volumes: [{ CreateTime: new Date(NaN) }] }, 'expected a valid Date'],
    ['a string for a number', volumes, { Volumes: [{ Size: '8' }] }, 'Size is "8", expected a finite number'],
    ['NaN for a number', volumes, { Volumes: [{ Size: NaN }] }, 'Size is NaN, expected a finite number'],
    ['a string for a boolean', images, { Images: [{ Public: 'no' }] }, '"no", expected a boolean'],
    ['null', images, { Images: [{ Name: null }] }, 'Name is null, expected a string'],
    ['a structure for a list', images, { Images: {} }, 'Images is {}, expected a list'],
    ['a list for a structure', images, { Images: [[]] }, `[], expected a structure, ${IMAGE}`],
    ['a hole in a list', images, { Images: [undefined] }, 'Images[0] is undefined, expected a structure'],
    [
      'a wrong enum value',
      images,
      { Images: [{ State: 'done' }] },
      'State is "done", expected one of available',
    ],
    [
      'a wrong item of a list of strings',
      groups,
      { AutoScalingGroups: [{ AvailabilityZones: [1] }] },
      'AvailabilityZones[0] is 1, expected a string',
    ],
    ['a list for a map', tags, { Tags: [] }, 'Tags is [], expected a map'],
    ['a wrong entry of a map of strings', tags, { Tags: { a: 1 } }, 'Tags.a is 1, expected a string'],
    ['a missing required member', groups, {}, 'answer.AutoScalingGroups is absent'],
  ])('%s', (_, schema, answer, problem) => {
    expect(inspect(answer, schema, ENUMS).problems.join('\n')).toContain(problem);
  });

  test('nothing in an empty answer, with its metadata', () => {
    expect(inspect({ $metadata: { attempts: 1 } }, deletion, ENUMS).problems).toEqual([]);
    expect(inspect({ Images: [{ Name: undefined }] }, images, ENUMS).problems).toEqual([]);
  });

  test('that a command carries no schema', () => {
    expect(() => outputSchemaOf({})).toThrow(/expected an operation's schema/);
  });
});
