/** A policy's schedules in DLM's words. */

import type {
  BackupKind,
  DlmAge,
  DlmCopy,
  DlmCreate,
  DlmHooks,
  DlmPolicy,
  DlmRetention,
  DlmSchedule,
  TagPatterns,
} from '../policy/policy.ts';
import type {
  AgeRule,
  CrossRegionCopyRule,
  LifecycleCreateRule,
  LifecycleSchedule,
  LifecycleScript,
  LifecycleTag,
  RetainRule,
} from './lifecycle-policy.ts';
import { OWN_PREFIX } from './marks.ts';

/**
 * All schedules say the same of tags, copies, sharing and scripts: where several fire together DLM makes one backup, and
 * which of them it follows is not documented. What counts backups is said on the first alone, which always fires.
 */
export function lifecycleSchedules(policy: DlmPolicy): LifecycleSchedule[] {
  assertNoMarks(policy);
  return policy.schedules.map((schedule, index) => ({
    Name: schedule.name,
    CopyTags: policy.copyTags,
    TagsToAdd: pairs(policy.tags),
    ...(policy.backup !== 'volume' && { VariableTags: pairs(policy.variableTags) }),
    CreateRule: createRule(schedule.create, policy),
    RetainRule: retainRule(standardRetention(schedule, policy)),
    CrossRegionCopyRules: policy.copies.map((copy) => copyRule(copy, policy.backup)),
    ...(policy.backup !== 'image' && { ShareRules: shareRules(policy) }),
    ...(index === 0 && countingRules(policy)),
  }));
}

/** A tag a value, in the order of the file. */
export function tagList(patterns: TagPatterns): LifecycleTag[] {
  return Object.entries(patterns).flatMap(([key, values]) =>
    values.map((value) => ({ Key: key, Value: value })),
  );
}

function pairs(tags: Readonly<Record<string, string>>): LifecycleTag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A mark of ours on what DLM makes would have the Lambdas take it for their own, and prune it. */
function assertNoMarks({ name, tags, variableTags }: DlmPolicy): void {
  for (const key of [...Object.keys(tags), ...Object.keys(variableTags)]) {
    if (!key.toLowerCase().startsWith(OWN_PREFIX)) continue;
    throw new RangeError(
      `policy ${name}: DLM may not add the tag ${JSON.stringify(key)}, expected a key that does not begin with ${OWN_PREFIX}`,
    );
  }
}

function createRule(create: DlmCreate, { backup, hooks }: DlmPolicy): LifecycleCreateRule {
  const when: LifecycleCreateRule =
    'cron' in create
      ? { CronExpression: create.cron }
      : { Interval: create.everyHours, IntervalUnit: 'HOURS', Times: [create.at] };
  return { ...when, ...(backup === 'snapshots' && { Scripts: hooks ? [script(hooks)] : [] }) };
}

/** For VSS, DLM itself says what runs, when and how long; it takes no such fields. */
function script({ document, stages, timeout, retries, onFailure }: DlmHooks): LifecycleScript {
  const isVss = document === 'AWS_VSS_BACKUP';
  return {
    ExecutionHandler: document,
    ...(!isVss && {
      ExecutionHandlerService: 'AWS_SYSTEMS_MANAGER',
      Stages: stages.map((stage) => (stage === 'pre' ? 'PRE' : 'POST')),
      ExecutionTimeout: timeout,
    }),
    ...((isVss || stages.includes('pre')) && {
      ExecuteOperationOnScriptFailure: onFailure === 'crash-consistent',
    }),
    MaximumRetryCount: retries,
  };
}

/** With an archive, a schedule's retention is what stays in the standard tier. */
function standardRetention({ retain }: DlmSchedule, { archive }: DlmPolicy): DlmRetention {
  return archive ? archive.standard : retain;
}

function countingRules({
  fastRestore,
  archive,
  deprecate,
}: DlmPolicy): Pick<LifecycleSchedule, 'FastRestoreRule' | 'ArchiveRule' | 'DeprecateRule'> {
  return {
    ...(fastRestore && {
      FastRestoreRule: { ...retainRule(fastRestore.retain), ...zonesOf(fastRestore.zones) },
    }),
    ...(archive && { ArchiveRule: { RetainRule: { RetentionArchiveTier: retainRule(archive.archived) } } }),
    ...(deprecate && { DeprecateRule: retainRule(deprecate) }),
  };
}

/** `use1-az1` is an id, `us-east-1a` a name. */
function zonesOf(
  zones: readonly string[],
): { AvailabilityZoneIds: readonly string[] } | { AvailabilityZones: readonly string[] } {
  return zones.every((zone) => /-az\d+$/.test(zone))
    ? { AvailabilityZoneIds: zones }
    : { AvailabilityZones: zones };
}

function copyRule(copy: DlmCopy, backup: BackupKind): CrossRegionCopyRule {
  return {
    ...(backup === 'image' ? { TargetRegion: copy.region } : { Target: copy.region }),
    Encrypted: copy.encrypted,
    ...(copy.key !== undefined && { CmkArn: copy.key }),
    CopyTags: copy.copyTags,
    RetainRule: ageRule(copy.retain),
    ...(backup === 'image' && copy.deprecate && { DeprecateRule: ageRule(copy.deprecate) }),
  };
}

function shareRules({ share }: DlmPolicy): NonNullable<LifecycleSchedule['ShareRules']> {
  if (!share) return [];
  const { accounts, unshareAfter } = share;
  return [
    {
      TargetAccounts: accounts,
      ...(unshareAfter && {
        UnshareInterval: unshareAfter.interval,
        UnshareIntervalUnit: unshareAfter.unit,
      }),
    },
  ];
}

function retainRule(retain: DlmRetention): RetainRule {
  return 'count' in retain ? { Count: retain.count } : ageRule(retain);
}

function ageRule({ interval, unit }: DlmAge): AgeRule {
  return { Interval: interval, IntervalUnit: unit };
}
