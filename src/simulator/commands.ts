import { attachVolume } from './attach-volume.ts';
import { assumeRole } from './assume-role.ts';
import { describeAutoScalingGroups, describeLaunchConfigurations } from './auto-scaling.ts';
import { getCallerIdentity } from './caller-identity.ts';
import { describeAlarms } from './cloudwatch-api.ts';
import { copyImage } from './copy-image.ts';
import { copySnapshot } from './copy-snapshot.ts';
import { createImage } from './create-image.ts';
import { describePrefixLists, describeVpcEndpoints } from './describe-endpoints.ts';
import { createSnapshot, createSnapshots } from './create-snapshots.ts';
import { createTags } from './create-tags.ts';
import { createVolume } from './create-volume.ts';
import { describeKey, generateDataKeyWithoutPlaintext } from './describe-key.ts';
import { describeImageAttribute, describeSnapshotAttribute } from './describe-attributes.ts';
import { describeImages } from './describe-images.ts';
import { describeInstances } from './describe-instances.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeKeyPairs, describeSecurityGroups, describeSubnets } from './describe-network.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeVolumes } from './describe-volumes.ts';
import { createPolicy, deletePolicy, getPolicies, getPolicy, updatePolicy } from './dlm-api.ts';
import { listTagsForResource, tagResource, untagResource } from './dlm-api-tags.ts';
import { listChangedBlocks, listSnapshotBlocks } from './ebs-api.ts';
import { getRole, simulatePrincipalPolicy } from './iam.ts';
import { disableImageDeprecation, enableImageDeprecation } from './image-deprecation.ts';
import { disableImage, enableImage } from './image-disabling.ts';
import {
  disableImageDeregistrationProtection,
  enableImageDeregistrationProtection,
} from './image-protection.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-types.ts';
import { getFunctionConcurrency, getFunctionConfiguration, listEventSourceMappings } from './lambda-api.ts';
import { lockSnapshot, unlockSnapshot } from './lock-snapshot.ts';
import { describeLockedSnapshots } from './locked-snapshots.ts';
import { getRule, listRules } from './rbin-api.ts';
import { listImagesInRecycleBin, listSnapshotsInRecycleBin } from './recycle-bin.ts';
import { describeImageReferences } from './references.ts';
import { modifyImageAttribute, modifySnapshotAttribute } from './modify-attributes.ts';
import { modifySnapshotTier } from './modify-snapshot-tier.ts';
import { registerImage } from './register-image.ts';
import { deleteSnapshot, deregisterImage } from './remove.ts';
import { createReplaceRootVolumeTask, describeReplaceRootVolumeTasks } from './replace-root-volume.ts';
import { runInstances } from './run-instances.ts';
import {
  authorizeSecurityGroupEgress,
  createSecurityGroup,
  deleteSecurityGroup,
  revokeSecurityGroupEgress,
} from './security-groups.ts';
import { getSchedule, getScheduleGroup, listSchedules } from './scheduler-api.ts';
import { describeSnapshotTierStatus, restoreSnapshotTier } from './snapshot-tiers.ts';
import { publish } from './sns.ts';
import { listSubscriptionsByTopic } from './sns-subscriptions.ts';
import { getQueueAttributes, getQueueUrl } from './sqs-queues.ts';
import { deleteMessage, deleteMessageBatch, receiveMessage } from './sqs-receive.ts';
import { sendMessage, sendMessageBatch } from './sqs-send.ts';
import { describeDocument } from './ssm-documents.ts';
import { describeInstanceInformation, getCommandInvocation, listCommands, sendCommand } from './ssm-api.ts';
import { listCommandInvocations } from './ssm-invocations.ts';
import { terminateInstances } from './terminate-instances.ts';
import type { Command } from './world.ts';

export type ServiceName =
  | 'ec2'
  | 'autoscaling'
  | 'sts'
  | 'dlm'
  | 'iam'
  | 'sqs'
  | 'sns'
  | 'lambda'
  | 'scheduler'
  | 'cloudwatch'
  | 'kms'
  | 'ssm'
  | 'rbin'
  | 'ebs';

/** A command whose input type is known to its own file only. */
export type AnyCommand = Command<never, object>;

/** Every operation that is simulated: a new one is a file of its own and a line here. */
export const COMMANDS: Readonly<Record<ServiceName, Readonly<Record<string, AnyCommand>>>> = {
  ec2: {
    AttachVolume: attachVolume,
    AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
    CopyImage: copyImage,
    CopySnapshot: copySnapshot,
    CreateImage: createImage,
    CreateReplaceRootVolumeTask: createReplaceRootVolumeTask,
    CreateSecurityGroup: createSecurityGroup,
    CreateSnapshot: createSnapshot,
    CreateSnapshots: createSnapshots,
    CreateTags: createTags,
    CreateVolume: createVolume,
    DeleteSecurityGroup: deleteSecurityGroup,
    DeleteSnapshot: deleteSnapshot,
    DeregisterImage: deregisterImage,
    DescribeImageAttribute: describeImageAttribute,
    DescribeImageReferences: describeImageReferences,
    DescribeImages: describeImages,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeKeyPairs: describeKeyPairs,
    DescribeLockedSnapshots: describeLockedSnapshots,
    DescribePrefixLists: describePrefixLists,
    DescribeReplaceRootVolumeTasks: describeReplaceRootVolumeTasks,
    DescribeSecurityGroups: describeSecurityGroups,
    DescribeSnapshotAttribute: describeSnapshotAttribute,
    DescribeSnapshotTierStatus: describeSnapshotTierStatus,
    DescribeSnapshots: describeSnapshots,
    DescribeSubnets: describeSubnets,
    DescribeVolumes: describeVolumes,
    DescribeVpcEndpoints: describeVpcEndpoints,
    DisableImage: disableImage,
    DisableImageDeprecation: disableImageDeprecation,
    DisableImageDeregistrationProtection: disableImageDeregistrationProtection,
    EnableImage: enableImage,
    EnableImageDeprecation: enableImageDeprecation,
    EnableImageDeregistrationProtection: enableImageDeregistrationProtection,
    ListImagesInRecycleBin: listImagesInRecycleBin,
    ListSnapshotsInRecycleBin: listSnapshotsInRecycleBin,
    LockSnapshot: lockSnapshot,
    ModifyImageAttribute: modifyImageAttribute,
    ModifySnapshotAttribute: modifySnapshotAttribute,
    ModifySnapshotTier: modifySnapshotTier,
    RegisterImage: registerImage,
    RestoreSnapshotTier: restoreSnapshotTier,
    RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
    RunInstances: runInstances,
    TerminateInstances: terminateInstances,
    UnlockSnapshot: unlockSnapshot,
  },
  autoscaling: {
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeLaunchConfigurations: describeLaunchConfigurations,
  },
  sts: {
    AssumeRole: assumeRole,
    GetCallerIdentity: getCallerIdentity,
  },
  dlm: {
    CreateLifecyclePolicy: createPolicy,
    DeleteLifecyclePolicy: deletePolicy,
    GetLifecyclePolicies: getPolicies,
    GetLifecyclePolicy: getPolicy,
    ListTagsForResource: listTagsForResource,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateLifecyclePolicy: updatePolicy,
  },
  iam: {
    GetRole: getRole,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
  },
  sqs: {
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ReceiveMessage: receiveMessage,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
  },
  sns: {
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    Publish: publish,
  },
  lambda: {
    GetFunctionConcurrency: getFunctionConcurrency,
    GetFunctionConfiguration: getFunctionConfiguration,
    ListEventSourceMappings: listEventSourceMappings,
  },
  scheduler: {
    GetSchedule: getSchedule,
    GetScheduleGroup: getScheduleGroup,
    ListSchedules: listSchedules,
  },
  cloudwatch: {
    DescribeAlarms: describeAlarms,
  },
  kms: {
    DescribeKey: describeKey,
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  },
  rbin: {
    GetRule: getRule,
    ListRules: listRules,
  },
  ebs: {
    ListChangedBlocks: listChangedBlocks,
    ListSnapshotBlocks: listSnapshotBlocks,
  },
  ssm: {
    DescribeDocument: describeDocument,
    DescribeInstanceInformation: describeInstanceInformation,
    GetCommandInvocation: getCommandInvocation,
    ListCommandInvocations: listCommandInvocations,
    ListCommands: listCommands,
    SendCommand: sendCommand,
  },
};
