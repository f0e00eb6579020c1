import type { CreateRule, PolicyDetails, Schedule, Script } from '@aws-sdk/client-dlm';
import { MINUTE } from './clock.ts';

const VSS = 'AWS_VSS_BACKUP';
const TEN_MINUTES = 10 * MINUTE;

/** PolicyDetails of a custom policy with every default that DLM documents. What has none stays absent. */
export function completeCustom(details: PolicyDetails, now: number): PolicyDetails {
  const PolicyType = details.PolicyType ?? 'EBS_SNAPSHOT_MANAGEMENT';
  const complete: PolicyDetails = { ...details, PolicyType, PolicyLanguage: 'STANDARD' };
  if (PolicyType === 'EVENT_BASED_POLICY') return complete;
  const isImage = PolicyType === 'IMAGE_MANAGEMENT';
  return {
    ...complete,
    ResourceLocations: details.ResourceLocations ?? ['CLOUD'],
    Parameters: { ...parametersOf(isImage, details.ResourceTypes?.[0]), ...details.Parameters },
    Schedules: details.Schedules?.map((schedule) => completeSchedule(schedule, isImage, now)),
  };
}

/** PolicyDetails of a default policy of a kind, likewise. */
export function completeDefault(details: PolicyDetails, kind: 'VOLUME' | 'INSTANCE'): PolicyDetails {
  const isVolume = kind === 'VOLUME';
  return {
    CreateInterval: 1,
    RetainInterval: 7,
    CopyTags: false,
    ExtendDeletion: false,
    CrossRegionCopyTargets: [],
    PolicyType: isVolume ? 'EBS_SNAPSHOT_MANAGEMENT' : 'IMAGE_MANAGEMENT',
    ...details,
    PolicyLanguage: 'SIMPLIFIED',
    ResourceType: kind,
    Exclusions: { ...(isVolume && { ExcludeBootVolumes: false }), ...details.Exclusions },
  };
}

function parametersOf(isImage: boolean, resource: string | undefined): PolicyDetails['Parameters'] {
  if (isImage) return { NoReboot: true };
  return resource === 'INSTANCE' ? { ExcludeBootVolume: false } : {};
}

function completeSchedule(schedule: Schedule, isImage: boolean, now: number): Schedule {
  const { CreateRule: create, CrossRegionCopyRules: copies } = schedule;
  return {
    ...schedule,
    CopyTags: schedule.CopyTags ?? false,
    ...(create !== undefined && { CreateRule: completeCreate(create, isImage, now) }),
    ...(copies !== undefined && {
      CrossRegionCopyRules: copies.map((rule) => ({ ...rule, CopyTags: rule.CopyTags ?? false })),
    }),
  };
}

function completeCreate(rule: CreateRule, isImage: boolean, now: number): CreateRule {
  const isInterval = rule.Interval !== undefined && rule.CronExpression === undefined;
  const times = rule.Times ?? [];
  return {
    ...(!isImage && { Location: 'CLOUD' }),
    ...rule,
    ...(isInterval && {
      IntervalUnit: rule.IntervalUnit ?? 'HOURS',
      Times: times.length > 0 ? times : [selectedTime(now)],
    }),
    ...(rule.Scripts !== undefined && { Scripts: rule.Scripts.map(completeScript) }),
  };
}

/** Without a time DLM selects one of the next 24 hours: here the second ten minutes from now. `hh:mm`. */
function selectedTime(now: number): string {
  const time = (Math.floor(now / TEN_MINUTES) + 2) * TEN_MINUTES;
  return new Date(time).toISOString().slice(11, 16);
}

/** Of VSS DLM decides itself what runs, and takes no fields that say so. */
function completeScript(script: Script): Script {
  const isVss = script.ExecutionHandler === VSS;
  const hasPre = script.Stages?.includes('PRE') ?? true;
  return {
    ...(hasPre && { ExecuteOperationOnScriptFailure: true }),
    MaximumRetryCount: 0,
    ...(!isVss && {
      Stages: ['PRE', 'POST'],
      ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
      ExecutionTimeout: 10,
    }),
    ...script,
  };
}
