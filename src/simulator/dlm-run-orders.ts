import type {
  CrossRegionCopyRule,
  FastRestoreRule,
  PolicyDetails,
  RetainRule,
  Schedule,
  Script,
  ShareRule,
  Tag,
} from '@aws-sdk/client-dlm';
import { ageOf, later, type Age, type FiringTimes } from './dlm-run-times.ts';
import type { LifecyclePolicyRecord } from './records.ts';

/** A copy to make in another Region. */
export interface CopyOrder {
  readonly region: string;
  readonly encrypted: boolean;
  readonly keyArn: string | undefined;
  readonly copyTags: boolean;
  /** Kept for ever without. */
  readonly age: Age | undefined;
  readonly deprecateAfter: Age | undefined;
}

export interface ShareOrder {
  readonly accounts: readonly string[];
  /** Shared for ever without. */
  readonly unshareAfter: Age | undefined;
}

export interface FastRestoreOrder {
  readonly zones: readonly string[];
  /** How many of the newest, or else for how long. */
  readonly count: number | undefined;
  readonly age: Age | undefined;
}

/** The one backup of each source that a policy makes at a time, whichever of its schedules fire then. */
export interface BackupOrder {
  readonly policy: LifecyclePolicyRecord;
  /** The schedule that it counts for; a default policy has none. */
  readonly scheduleName: string | undefined;
  /** The time of the schedule, before DLM's delay. */
  readonly firedAt: number;
  readonly copyTags: boolean;
  readonly tagsToAdd: readonly Tag[];
  readonly variableTags: readonly Tag[];
  /** By age, or else by the count of the schedule. */
  readonly age: Age | undefined;
  readonly copies: readonly CopyOrder[];
  readonly shares: readonly ShareOrder[];
  readonly fastRestore: FastRestoreOrder | undefined;
  readonly deprecateAfter: Age | undefined;
  readonly script: Script | undefined;
}

/** A schedule that fires now, with all its times. */
export interface FiringSchedule {
  readonly schedule: Schedule;
  readonly times: FiringTimes;
}

/** What schedules have that fire at one minute: the longest retention, and the tags and the Regions of all. */
export function orderOf(
  policy: LifecyclePolicyRecord,
  firedAt: number,
  firing: readonly FiringSchedule[],
): BackupOrder {
  const longest = most(firing, (one) => retentionOf(one.schedule.RetainRule, firedAt, one.times));
  const schedules = firing.map(({ schedule }) => schedule);
  const winner = longest?.schedule;
  return {
    policy,
    firedAt,
    scheduleName: winner?.Name ?? '',
    copyTags: schedules.some(({ CopyTags: copyTags }) => copyTags === true),
    tagsToAdd: schedules.flatMap(({ TagsToAdd: tags }) => tags ?? []),
    variableTags: schedules.flatMap(({ VariableTags: tags }) => tags ?? []),
    age: ageOf(winner?.RetainRule),
    copies: mergeCopies(
      schedules.flatMap(({ CrossRegionCopyRules: rules }) => rules ?? []),
      firedAt,
    ),
    shares: schedules.flatMap(({ ShareRules: rules }) => rules ?? []).map(shareOf),
    fastRestore: mergeFastRestore(firing, firedAt),
    deprecateAfter: ageOf(winner?.DeprecateRule),
    script: schedules.flatMap(({ CreateRule: rule }) => rule?.Scripts ?? [])[0],
  };
}

/** What a default policy makes. */
export function defaultOrder(policy: LifecyclePolicyRecord, firedAt: number): BackupOrder {
  const { details } = policy;
  const age: Age = { interval: details.RetainInterval ?? 7, unit: 'DAYS' };
  const copyTags = details.CopyTags === true;
  const copies = (details.CrossRegionCopyTargets ?? []).map(({ TargetRegion: region = '' }) => ({
    region,
    encrypted: false,
    keyArn: undefined,
    copyTags,
    age,
    deprecateAfter: undefined,
  }));
  const none = { fastRestore: undefined, deprecateAfter: undefined, script: undefined };
  const rest = { scheduleName: undefined, tagsToAdd: [], variableTags: [], shares: [], ...none };
  return { policy, firedAt, copyTags, age, copies, ...rest };
}

/** The schedule of that name as the policy has it now. */
export function currentSchedule(details: PolicyDetails, name: string | undefined): Schedule | undefined {
  return details.Schedules?.find((schedule) => schedule.Name === name);
}

/** For how many ms a rule keeps what is made at a time: of a count, so many periods. */
function retentionOf(rule: RetainRule | FastRestoreRule | undefined, at: number, times: FiringTimes): number {
  const age = ageOf(rule);
  return age === undefined ? (rule?.Count ?? 0) * times.period : later(at, age) - at;
}

function mergeCopies(rules: readonly CrossRegionCopyRule[], at: number): readonly CopyOrder[] {
  const byRegion = new Map<string, CopyOrder>();
  for (const rule of rules) {
    const copy = copyOf(rule);
    const other = byRegion.get(copy.region);
    byRegion.set(copy.region, other === undefined ? copy : (most([other, copy], lengthOf) ?? copy));
  }
  return [...byRegion.values()];

  function lengthOf({ age }: CopyOrder): number {
    return age === undefined ? Infinity : later(at, age);
  }
}

function copyOf(rule: CrossRegionCopyRule): CopyOrder {
  return {
    region: rule.Target ?? rule.TargetRegion ?? '',
    encrypted: rule.Encrypted === true,
    keyArn: rule.CmkArn,
    copyTags: rule.CopyTags === true,
    age: ageOf(rule.RetainRule),
    deprecateAfter: ageOf(rule.DeprecateRule),
  };
}

function shareOf(rule: ShareRule): ShareOrder {
  const { UnshareInterval: Interval, UnshareIntervalUnit: IntervalUnit } = rule;
  return { accounts: rule.TargetAccounts ?? [], unshareAfter: ageOf({ Interval, IntervalUnit }) };
}

/** All zones, and the longest time. */
function mergeFastRestore(firing: readonly FiringSchedule[], at: number): FastRestoreOrder | undefined {
  const rules = firing.flatMap(({ schedule: { FastRestoreRule: rule }, times }) =>
    rule === undefined ? [] : [{ rule, times }],
  );
  const longest = most(rules, ({ rule, times }) => retentionOf(rule, at, times))?.rule;
  if (longest === undefined) return undefined;
  const zones = rules.flatMap(({ rule }) => [
    ...(rule.AvailabilityZones ?? []),
    ...(rule.AvailabilityZoneIds ?? []),
  ]);
  return { zones: [...new Set(zones)], count: longest.Count, age: ageOf(longest) };
}

/** The first of those that have the greatest measure. One alone is not measured. */
function most<T>(all: readonly T[], measure: (one: T) => number): T | undefined {
  if (all.length <= 1) return all[0];
  let best: { readonly one: T; readonly size: number } | undefined;
  for (const one of all) {
    const size = measure(one);
    if (best === undefined || size > best.size) best = { one, size };
  }
  return best?.one;
}
