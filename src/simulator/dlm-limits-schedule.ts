import type { CreateRule, PolicyDetails, Schedule, Script, Tag } from '@aws-sdk/client-dlm';
import { DAY, HOUR } from './clock.ts';
import { cronProblem, frequencyOf, type Frequency } from './dlm-limits-cron.ts';
import {
  checkArchive,
  checkCopies,
  checkDeprecation,
  checkFastRestore,
  checkShare,
} from './dlm-limits-extras.ts';
import {
  checkCountOrAge,
  checkUnique,
  exclusive,
  missing,
  refuseGiven,
  type Path,
} from './dlm-limits-rules.ts';
import { invalidRequest } from './errors.ts';

/** What a schedule belongs to. */
export interface ScheduleContext {
  readonly at: Path;
  /** The whole policy, with its type and resource types. */
  readonly details: PolicyDetails;
  /** From when on a cron expression is judged. */
  readonly now: number;
}

const INTERVALS = [1, 2, 3, 4, 6, 8, 12, 24];
const LONGEST = 366 * DAY;
const VARIABLES = ['$(instance-id)', '$(timestamp)'];
const VSS = 'AWS_VSS_BACKUP';
// Limits of EC2, which has to take the tags in the end.
const MAX_KEY = 128;
const MAX_VALUE = 256;

/** Everything that holds between the fields of one schedule. @throws InvalidRequestException */
export function checkSchedule(schedule: Schedule, context: ScheduleContext): void {
  const { at, details } = context;
  const { CreateRule: create, RetainRule: retain } = schedule;
  refuseOtherKinds(schedule, context);
  if (create === undefined) throw missing(at, 'CreateRule');
  if (retain === undefined) throw missing(at, 'RetainRule');
  const frequency = checkCreate(create, `${at}.CreateRule`, context.now);
  for (const script of create.Scripts ?? []) checkScript(script, schedule, context);
  checkTags(schedule, at);
  checkCountOrAge(retain, `${at}.RetainRule`, { least: leastRetained(schedule) });
  checkCopies(schedule, at, details.PolicyType === 'IMAGE_MANAGEMENT');
  checkFastRestore(schedule, at);
  checkShare(schedule, at);
  checkDeprecation(schedule, retain, at);
  checkArchive(schedule, retain, { at, frequency });
}

/** Nothing is kept in the standard tier only when it goes to the archive, and not when something else needs it there. */
function leastRetained(schedule: Schedule): 0 | 1 {
  const needed =
    schedule.FastRestoreRule !== undefined ||
    (schedule.ShareRules ?? []).length > 0 ||
    (schedule.CrossRegionCopyRules ?? []).length > 0;
  return schedule.ArchiveRule === undefined || needed ? 1 : 0;
}

function refuseOtherKinds(schedule: Schedule, { at, details }: ScheduleContext): void {
  const [resource] = details.ResourceTypes ?? [];
  if (details.PolicyType === 'IMAGE_MANAGEMENT') {
    const reason = 'only snapshot policies take it';
    refuseGiven(schedule, ['FastRestoreRule', 'ShareRules', 'ArchiveRule'], { at, reason });
    refuseGiven(schedule.CreateRule ?? {}, ['Location', 'Scripts'], { at: `${at}.CreateRule`, reason });
    return;
  }
  refuseGiven(schedule, ['DeprecateRule'], { at, reason: 'only AMI policies take it' });
  if (resource === 'VOLUME') {
    const reason = 'only policies that target instances take it';
    refuseGiven(schedule, ['VariableTags'], { at, reason });
    refuseGiven(schedule.CreateRule ?? {}, ['Scripts'], { at: `${at}.CreateRule`, reason });
  } else {
    refuseGiven(schedule, ['ArchiveRule'], { at, reason: 'only policies that target volumes take it' });
  }
}

function checkCreate(rule: CreateRule, at: Path, now: number): Frequency {
  const { CronExpression: cron, Interval: hours } = rule;
  if (cron !== undefined) {
    for (const name of ['Interval', 'IntervalUnit', 'Times'] as const) {
      if (rule[name] !== undefined) throw exclusive(at, 'CronExpression', name);
    }
    return checkCron(cron, at, now);
  }
  if (hours === undefined) throw missing(at, 'CronExpression', 'Interval');
  if (!INTERVALS.includes(hours)) {
    throw invalidRequest(`${at}.Interval is ${hours}, expected one of ${INTERVALS.join(', ')}`);
  }
  return { shortest: hours * HOUR, mean: hours * HOUR, longest: hours * HOUR };
}

function checkCron(cron: string, at: Path, now: number): Frequency {
  const problem = cronProblem(cron);
  if (problem !== undefined)
    throw invalidRequest(`${at}.CronExpression is ${JSON.stringify(cron)}, ${problem}`);
  const frequency = frequencyOf(cron, now);
  const { shortest = HOUR, longest = HOUR } = frequency;
  if (shortest < HOUR || longest > LONGEST) {
    throw invalidRequest(
      `${at}.CronExpression is ${JSON.stringify(cron)}, expected an interval between 1 hour and 1 year`,
    );
  }
  return frequency;
}

function checkScript(script: Script, schedule: Schedule, { at, details }: ScheduleContext): void {
  const path = `${at}.CreateRule.Scripts[0]`;
  checkUnique(script.Stages ?? [], `${path}.Stages`);
  if (script.ExecutionHandler !== VSS) {
    const preless = script.Stages !== undefined && !script.Stages.includes('PRE');
    const reason = 'there is no pre script that could fail';
    if (preless) refuseGiven(script, ['ExecuteOperationOnScriptFailure'], { at: path, reason });
    return;
  }
  refuseGiven(script, ['Stages', 'ExecutionHandlerService', 'ExecutionTimeout'], {
    at: path,
    reason: 'VSS backups do not take it',
  });
  if (schedule.CopyTags === true)
    throw invalidRequest(`${at}.CopyTags is true, but VSS backups cannot copy tags`);
  if ((details.Parameters?.ExcludeDataVolumeTags ?? []).length > 0) {
    throw invalidRequest(
      'PolicyDetails.Parameters.ExcludeDataVolumeTags is given, but VSS backups take all volumes',
    );
  }
}

function checkTags({ TagsToAdd: fixed = [], VariableTags: variable = [] }: Schedule, at: Path): void {
  fixed.forEach((tag, index) => checkTag(tag, `${at}.TagsToAdd[${index}]`));
  variable.forEach((tag, index) => {
    const path = `${at}.VariableTags[${index}]`;
    checkTag(tag, path);
    if (!VARIABLES.includes(tag.Value ?? '')) {
      throw invalidRequest(
        `${path}.Value is ${JSON.stringify(tag.Value)}, expected one of ${VARIABLES.join(', ')}`,
      );
    }
  });
  checkUnique(
    [...fixed, ...variable].map(({ Key }) => Key),
    `${at}.TagsToAdd with VariableTags`,
  );
}

function checkTag({ Key: key = '', Value: value = '' }: Tag, at: Path): void {
  const length = Array.from(key).length;
  if (length < 1 || length > MAX_KEY) {
    throw invalidRequest(`${at}.Key has ${length} characters, expected 1 to ${MAX_KEY}`);
  }
  if (Array.from(value).length > MAX_VALUE) {
    throw invalidRequest(`${at}.Value is longer than ${MAX_VALUE} characters`);
  }
  if (key.toLowerCase().startsWith('aws:')) {
    throw invalidRequest(`${at}.Key is ${JSON.stringify(key)}, but keys that begin with aws: are reserved`);
  }
}
