import type { PolicyDetails, Tag } from '@aws-sdk/client-dlm';
import { SIMPLIFIED_FIELDS } from './dlm-limits.ts';
import { checkAge, checkUnique, missing, refuseGiven } from './dlm-limits-rules.ts';
import { checkSchedule } from './dlm-limits-schedule.ts';
import { invalidRequest } from './errors.ts';

const AT = 'PolicyDetails';
const EVENT_FIELDS = ['EventSource', 'Actions'];
const SCHEDULED_FIELDS = ['ResourceTypes', 'ResourceLocations', 'TargetTags', 'Schedules', 'Parameters'];

export const CUSTOM_FIELDS: readonly string[] = [...EVENT_FIELDS, ...SCHEDULED_FIELDS];

/**
 * Everything that holds between the fields of a custom policy. `now` is from when on its schedules are judged.
 * @throws InvalidRequestException
 */
export function checkCustomDetails(details: PolicyDetails, now: number): void {
  const reason = 'only default policies take it';
  refuseGiven(details, ['ResourceType', ...SIMPLIFIED_FIELDS], { at: AT, reason });
  if (details.PolicyType === 'EVENT_BASED_POLICY') checkEventBased(details);
  else checkScheduled(details, now);
}

function checkEventBased(details: PolicyDetails): void {
  const reason = 'event-based policies do not take it';
  refuseGiven(details, SCHEDULED_FIELDS, { at: AT, reason });
  if (details.EventSource?.Parameters === undefined) throw missing(AT, 'EventSource');
  if (details.Actions === undefined) throw missing(AT, 'Actions');
  for (const { Target: target, RetainRule: retain } of details.Actions[0]?.CrossRegionCopy ?? []) {
    if (retain === undefined) continue;
    const age = { interval: retain.Interval, unit: retain.IntervalUnit };
    checkAge(age, `${AT}.Actions[0].CrossRegionCopy to ${target ?? ''}`, { least: 1 });
  }
}

function checkScheduled(details: PolicyDetails, now: number): void {
  refuseGiven(details, EVENT_FIELDS, { at: AT, reason: 'only event-based policies take it' });
  const { ResourceTypes: types, TargetTags: tags, Schedules: schedules } = details;
  if (types === undefined) throw missing(AT, 'ResourceTypes');
  if (tags === undefined) throw missing(AT, 'TargetTags');
  if (schedules === undefined) throw missing(AT, 'Schedules');
  checkPlace(details);
  tags.forEach(checkTargetTag);
  checkParameters(details);
  schedules.forEach((schedule, index) =>
    checkSchedule(schedule, { at: `${AT}.Schedules[${index}]`, details, now }),
  );
  checkTogether(details);
}

function checkPlace({
  PolicyType: type,
  ResourceTypes: types,
  ResourceLocations: places,
}: PolicyDetails): void {
  if (type !== 'IMAGE_MANAGEMENT') return;
  const [resource] = types ?? [];
  const [place = 'CLOUD'] = places ?? [];
  if (resource !== 'INSTANCE') {
    throw invalidRequest(`${AT}.ResourceTypes is ${String(resource)}, but AMI policies target INSTANCE`);
  }
  if (place !== 'CLOUD') {
    throw invalidRequest(`${AT}.ResourceLocations is ${place}, but AMI policies take CLOUD`);
  }
}

function checkTargetTag({ Key: key = '' }: Tag, index: number): void {
  if (key !== '' && !/[\\=]/.test(key)) return;
  const at = `${AT}.TargetTags[${index}].Key`;
  throw invalidRequest(`${at} is ${JSON.stringify(key)}, expected a key without \\ and =`);
}

function checkParameters(details: PolicyDetails): void {
  const parameters = details.Parameters ?? {};
  const at = `${AT}.Parameters`;
  const isImage = details.PolicyType === 'IMAGE_MANAGEMENT';
  if (!isImage) refuseGiven(parameters, ['NoReboot'], { at, reason: 'only AMI policies take it' });
  if (isImage || details.ResourceTypes?.[0] !== 'INSTANCE') {
    const reason = 'only snapshot policies that target instances take it';
    refuseGiven(parameters, ['ExcludeBootVolume', 'ExcludeDataVolumeTags'], { at, reason });
  }
}

/** What holds between the schedules of one policy, and between them and where its resources are. */
function checkTogether({ ResourceLocations: places, Schedules: schedules = [] }: PolicyDetails): void {
  const at = `${AT}.Schedules`;
  if (schedules.length > 1) {
    schedules.forEach(({ Name: name }, index) => {
      if (name === undefined) throw missing(`${at}[${index}]`, 'Name');
    });
    checkUnique(
      schedules.map(({ Name }) => Name),
      `${at}, by Name,`,
    );
    if (schedules.some(({ ArchiveRule: rule }) => rule !== undefined)) {
      throw invalidRequest(`${at} has an ArchiveRule, but only a policy with one schedule takes it`);
    }
  }
  const [place = 'CLOUD'] = places ?? [];
  const elsewhere = schedules.find(({ CreateRule: rule }) => (rule?.Location ?? 'CLOUD') !== 'CLOUD');
  if (place === 'CLOUD' && elsewhere !== undefined) {
    throw invalidRequest(
      `${at} has the Location ${String(elsewhere.CreateRule?.Location)}, but resources in CLOUD are backed up there`,
    );
  }
}
