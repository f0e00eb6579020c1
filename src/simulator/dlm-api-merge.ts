import type { PolicyDetails, Schedule } from '@aws-sdk/client-dlm';
import { invalidRequest } from './errors.ts';
import type { SimulatorSettings } from './settings.ts';

/** What an update of a lifecycle policy cannot change, and so keeps under every way of merging. */
const FIXED = ['PolicyType', 'PolicyLanguage', 'ResourceType'] as const;

/** The details after an update, as the setting `lifecycleMerge` says. Undefined members are absent ones. */
export function mergeDetails(
  old: PolicyDetails,
  given: PolicyDetails,
  merge: SimulatorSettings['lifecycleMerge'],
): PolicyDetails {
  const update = defined(given);
  if (merge === 'replace') {
    const { PolicyType, PolicyLanguage, ResourceType, ResourceTypes } = old;
    return { ...defined({ PolicyType, PolicyLanguage, ResourceType, ResourceTypes }), ...update };
  }
  const merged = { ...old, ...update };
  if (update.Parameters !== undefined) {
    merged.Parameters = { ...old.Parameters, ...defined(update.Parameters) };
  }
  if (merge === 'schedules' && update.Schedules !== undefined) {
    merged.Schedules = update.Schedules.map((schedule) => ({
      ...namesake(old, schedule),
      ...defined(schedule),
    }));
  }
  return merged;
}

/** @throws InvalidRequestException for what UpdateLifecyclePolicy cannot change */
export function refuseFixedChanges(old: PolicyDetails, given: PolicyDetails): void {
  for (const name of FIXED) {
    if (given[name] === undefined || given[name] === old[name]) continue;
    throw unchangeable(`PolicyDetails.${name}`, old[name], given[name]);
  }
  const [type] = given.ResourceTypes ?? [];
  if (type !== undefined && type !== old.ResourceTypes?.[0]) {
    throw unchangeable('PolicyDetails.ResourceTypes', old.ResourceTypes?.[0], type);
  }
  given.Schedules?.forEach((schedule, index) => {
    const [before, after] = [retentionOf(namesake(old, schedule)), retentionOf(schedule)];
    if (before === undefined || after === undefined || before === after) return;
    throw unchangeable(`PolicyDetails.Schedules[${index}].RetainRule`, before, after);
  });
}

function unchangeable(at: string, before: string | undefined, after: string): Error {
  const was = before ?? 'not set';
  return invalidRequest(`${at} is ${after} and was ${was}: it cannot be changed after creation`);
}

function retentionOf(schedule: Schedule | undefined): 'count-based' | 'age-based' | undefined {
  const rule = schedule?.RetainRule;
  if (rule === undefined) return undefined;
  return rule.Count === undefined ? 'age-based' : 'count-based';
}

/** The old schedule of the same name; where neither has a name there is but one. */
function namesake(old: PolicyDetails, { Name: name }: Schedule): Schedule | undefined {
  return old.Schedules?.find((schedule) => schedule.Name === name);
}

function defined<T extends object>(value: T): T {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  // The same members less those that are undefined, which the SDK's types allow to be absent.
  return Object.fromEntries(entries) as T;
}
