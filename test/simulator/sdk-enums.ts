import { LifecycleState } from '@aws-sdk/client-auto-scaling';
import {
  EventSourceValues,
  EventTypeValues,
  ExecutionHandlerServiceValues,
  GettablePolicyStateValues,
  IntervalUnitValues,
  LocationValues,
  PolicyLanguageValues,
  PolicyTypeValues,
  ResourceTypeValues,
  RetentionIntervalUnitValues,
} from '@aws-sdk/client-dlm';
import {
  ArchitectureValues,
  AttachmentStatus,
  BootModeValues,
  DeviceType,
  EnaSupport,
  ImageReferenceResourceType,
  ImageState,
  ImageTypeValues,
  InstanceStateName,
  LocationType,
  LockState,
  ReplaceRootVolumeTaskState,
  SnapshotReturnCodes,
  SnapshotState,
  StorageTier,
  SummaryStatus,
  TieringOperationStatus,
  Tenancy,
  VirtualizationType,
  VolumeAttachmentState,
  VolumeState,
  VolumeType,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { StateValue } from '@aws-sdk/client-cloudwatch';
import { KeyManagerType, KeySpec, KeyState, KeyUsageType, OriginType } from '@aws-sdk/client-kms';
import { LastUpdateStatus, State } from '@aws-sdk/client-lambda';
import { PolicyEvaluationDecisionType } from '@aws-sdk/client-iam';
import {
  ActionAfterCompletion,
  FlexibleTimeWindowMode,
  ScheduleGroupState,
  ScheduleState,
} from '@aws-sdk/client-scheduler';
import {
  CommandInvocationStatus,
  CommandStatus,
  DocumentParameterType,
  DocumentStatus,
  DocumentType,
  PingStatus,
  PlatformType,
} from '@aws-sdk/client-ssm';
import type { Enums } from './sdk-schema.ts';
import { RBIN } from './rbin-commands.ts';

export const EC2 = 'com.amazonaws.ec2';
export const SSM = 'com.amazonaws.ssm';
const AUTO_SCALING = 'com.amazonaws.autoscaling';
export const DLM = 'com.amazonaws.dlm';
export const IAM = 'com.amazonaws.iam';
export const LAMBDA = 'com.amazonaws.lambda';
export const SCHEDULER = 'com.amazonaws.scheduler';
export const KMS = 'com.amazonaws.kms';
export const CLOUDWATCH = 'com.amazonaws.cloudwatch';

/** The SDK's enums of what the simulated account answers with. */
export const ENUMS: Enums = new Map(
  Object.entries({
    [`${EC2}#Image.State`]: ImageState,
    [`${EC2}#Image.Architecture`]: ArchitectureValues,
    [`${EC2}#Image.BootMode`]: BootModeValues,
    [`${EC2}#Instance.Architecture`]: ArchitectureValues,
    [`${EC2}#InstanceTypeInfo.InstanceType`]: _InstanceType,
    [`${EC2}#NetworkInfo.EnaSupport`]: EnaSupport,
    [`${EC2}#InstanceTypeOffering.LocationType`]: LocationType,
    [`${EC2}#InstanceStatusSummary.Status`]: SummaryStatus,
    [`${EC2}#ReplaceRootVolumeTask.TaskState`]: ReplaceRootVolumeTaskState,
    [`${EC2}#SnapshotTierStatus.StorageTier`]: StorageTier,
    [`${EC2}#SnapshotTierStatus.LastTieringOperationStatus`]: TieringOperationStatus,
    [`${EC2}#Image.ImageType`]: ImageTypeValues,
    [`${EC2}#Image.RootDeviceType`]: DeviceType,
    [`${EC2}#Image.VirtualizationType`]: VirtualizationType,
    [`${EC2}#EbsBlockDevice.VolumeType`]: VolumeType,
    [`${EC2}#InstanceState.Name`]: InstanceStateName,
    [`${EC2}#Instance.InstanceType`]: _InstanceType,
    [`${EC2}#Instance.RootDeviceType`]: DeviceType,
    [`${EC2}#Placement.Tenancy`]: Tenancy,
    [`${EC2}#EbsInstanceBlockDevice.Status`]: AttachmentStatus,
    [`${EC2}#Volume.State`]: VolumeState,
    [`${EC2}#Volume.VolumeType`]: VolumeType,
    [`${EC2}#VolumeAttachment.State`]: VolumeAttachmentState,
    [`${EC2}#Snapshot.State`]: SnapshotState,
    [`${EC2}#Snapshot.StorageTier`]: StorageTier,
    [`${EC2}#SnapshotInfo.State`]: SnapshotState,
    [`${RBIN}#GetRuleResponse.ResourceType`]: ['EBS_SNAPSHOT', 'EC2_IMAGE', 'EBS_VOLUME'],
    [`${RBIN}#GetRuleResponse.Status`]: ['pending', 'available'],
    [`${RBIN}#GetRuleResponse.LockState`]: ['locked', 'pending_unlock', 'unlocked'],
    [`${RBIN}#RuleSummary.LockState`]: ['locked', 'pending_unlock', 'unlocked'],
    [`${EC2}#LockedSnapshotsInfo.LockState`]: LockState,
    [`${EC2}#LockSnapshotResult.LockState`]: LockState,
    [`${EC2}#DeleteSnapshotReturnCode.ReturnCode`]: SnapshotReturnCodes,
    [`${EC2}#ImageReference.ResourceType`]: ImageReferenceResourceType,
    [`${AUTO_SCALING}#Instance.LifecycleState`]: LifecycleState,
    [`${DLM}#LifecyclePolicy.State`]: GettablePolicyStateValues,
    [`${DLM}#LifecyclePolicySummary.State`]: GettablePolicyStateValues,
    [`${DLM}#LifecyclePolicySummary.PolicyType`]: PolicyTypeValues,
    [`${DLM}#PolicyDetails.PolicyType`]: PolicyTypeValues,
    [`${DLM}#PolicyDetails.PolicyLanguage`]: PolicyLanguageValues,
    [`${DLM}#PolicyDetails.ResourceType`]: ResourceTypeValues,
    [`${DLM}#CreateRule.Location`]: LocationValues,
    [`${DLM}#CreateRule.IntervalUnit`]: IntervalUnitValues,
    [`${DLM}#Script.ExecutionHandlerService`]: ExecutionHandlerServiceValues,
    [`${DLM}#RetainRule.IntervalUnit`]: RetentionIntervalUnitValues,
    [`${DLM}#EventSource.Type`]: EventSourceValues,
    [`${DLM}#EventParameters.EventType`]: EventTypeValues,
    [`${IAM}#EvaluationResult.EvalDecision`]: PolicyEvaluationDecisionType,
    [`${LAMBDA}#FunctionConfiguration.State`]: State,
    [`${LAMBDA}#FunctionConfiguration.LastUpdateStatus`]: LastUpdateStatus,
    [`${SCHEDULER}#GetScheduleGroupOutput.State`]: ScheduleGroupState,
    [`${SCHEDULER}#GetScheduleOutput.State`]: ScheduleState,
    [`${SCHEDULER}#GetScheduleOutput.ActionAfterCompletion`]: ActionAfterCompletion,
    [`${SCHEDULER}#FlexibleTimeWindow.Mode`]: FlexibleTimeWindowMode,
    [`${SCHEDULER}#ScheduleSummary.State`]: ScheduleState,
    [`${KMS}#KeyMetadata.KeyManager`]: KeyManagerType,
    [`${KMS}#KeyMetadata.KeyState`]: KeyState,
    [`${KMS}#KeyMetadata.KeyUsage`]: KeyUsageType,
    [`${KMS}#KeyMetadata.KeySpec`]: KeySpec,
    [`${KMS}#KeyMetadata.Origin`]: OriginType,
    [`${CLOUDWATCH}#MetricAlarm.StateValue`]: StateValue,
    [`${SSM}#GetCommandInvocationResult.Status`]: CommandInvocationStatus,
    [`${SSM}#CommandInvocation.Status`]: CommandInvocationStatus,
    [`${SSM}#Command.Status`]: CommandStatus,
    [`${SSM}#DocumentDescription.DocumentType`]: DocumentType,
    [`${SSM}#DocumentDescription.Status`]: DocumentStatus,
    [`${SSM}#DocumentParameter.Type`]: DocumentParameterType,
    [`${SSM}#InstanceInformation.PingStatus`]: PingStatus,
    [`${SSM}#InstanceInformation.PlatformType`]: PlatformType,
  }).map(([key, values]) => [key, Object.values(values)]),
);
