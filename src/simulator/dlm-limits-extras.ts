import type { CrossRegionCopyRule, Schedule } from '@aws-sdk/client-dlm';
import { DAY } from './clock.ts';
import type { Frequency } from './dlm-limits-cron.ts';
import {
  checkAge,
  checkCountOrAge,
  checkSameKind,
  checkUnique,
  daysOf,
  exclusive,
  missing,
  refuseGiven,
  type CountOrAge,
  type Path,
} from './dlm-limits-rules.ts';
import { invalidRequest } from './errors.ts';

const ARCHIVE_FREQUENCY = 28 * DAY;
const ARCHIVE_DAYS = 90;

/** Snapshot policies copy to a `Target`, AMI policies to a `TargetRegion`. */
export function checkCopies(schedule: Schedule, at: Path, isImage: boolean): void {
  const rules = schedule.CrossRegionCopyRules ?? [];
  const location = schedule.CreateRule?.Location;
  if (rules.length > 0 && location !== undefined && location !== 'CLOUD') {
    throw invalidRequest(
      `${at}.CrossRegionCopyRules is given, but snapshots made in ${location} are not copied`,
    );
  }
  rules.forEach((rule, index) => checkCopy(rule, `${at}.CrossRegionCopyRules[${index}]`, isImage));
  checkUnique(
    rules.map((rule) => (isImage ? rule.TargetRegion : rule.Target)),
    `${at}.CrossRegionCopyRules`,
  );
}

function checkCopy(rule: CrossRegionCopyRule, at: Path, isImage: boolean): void {
  const [own, other] = isImage
    ? (['TargetRegion', 'Target'] as const)
    : (['Target', 'TargetRegion'] as const);
  const reason = `${isImage ? 'AMI' : 'snapshot'} policies take ${own}`;
  refuseGiven(rule, [other], { at, reason });
  if (rule[own] === undefined) throw missing(at, own);
  const { RetainRule: retain, DeprecateRule: deprecate } = rule;
  if (retain !== undefined) {
    checkAge({ interval: retain.Interval, unit: retain.IntervalUnit }, `${at}.RetainRule`, { least: 1 });
  }
  if (deprecate === undefined) return;
  if (!isImage) throw invalidRequest(`${at}.DeprecateRule is given, but only AMI policies take it`);
  const age = { interval: deprecate.Interval, unit: deprecate.IntervalUnit };
  checkAge(age, `${at}.DeprecateRule`, { least: 1, share: 0.1 });
  if (retain !== undefined) checkNotLonger(deprecate, retain, `${at}.DeprecateRule`);
}

export function checkFastRestore({ FastRestoreRule: rule }: Schedule, schedule: Path): void {
  if (rule === undefined) return;
  const at = `${schedule}.FastRestoreRule`;
  checkCountOrAge(rule, at, { least: 1 });
  const { AvailabilityZones: names, AvailabilityZoneIds: ids } = rule;
  if (names !== undefined && ids !== undefined)
    throw exclusive(at, 'AvailabilityZones', 'AvailabilityZoneIds');
  if (names === undefined && ids === undefined) throw missing(at, 'AvailabilityZones', 'AvailabilityZoneIds');
  checkUnique(names ?? ids ?? [], at);
}

export function checkShare({ ShareRules: rules = [] }: Schedule, schedule: Path): void {
  rules.forEach((rule, index) => {
    const at = `${schedule}.ShareRules[${index}]`;
    checkUnique(rule.TargetAccounts ?? [], `${at}.TargetAccounts`);
    const { UnshareInterval: interval, UnshareIntervalUnit: unit } = rule;
    if (interval === undefined && unit === undefined) return;
    checkAge({ interval, unit }, at, { least: 1, names: ['UnshareInterval', 'UnshareIntervalUnit'] });
  });
}

/** An AMI is not deprecated later than it is deregistered. */
export function checkDeprecation(
  { DeprecateRule: rule }: Schedule,
  retain: CountOrAge,
  schedule: Path,
): void {
  if (rule === undefined) return;
  const at = `${schedule}.DeprecateRule`;
  checkCountOrAge(rule, at, { least: 1, share: 0.1 });
  checkSameKind(rule, retain, at);
  checkNotLonger(rule, retain, at);
}

function checkNotLonger(rule: CountOrAge, retain: CountOrAge, at: Path): void {
  const [own, limit] = [rule.Count ?? daysOf(rule), retain.Count ?? daysOf(retain)];
  if (own === undefined || limit === undefined || own <= limit) return;
  const shown = `${rule.Count ?? rule.Interval ?? ''} ${rule.IntervalUnit ?? ''}`.trim();
  throw invalidRequest(`${at} is ${shown}, expected no more than the RetainRule beside it`);
}

/** The archive keeps at least 90 days, and takes what is made at most every 28 days. */
export function checkArchive(
  { ArchiveRule: rule }: Schedule,
  retain: CountOrAge,
  { at: schedule, frequency }: { readonly at: Path; readonly frequency: Frequency },
): void {
  const archived = rule?.RetainRule?.RetentionArchiveTier;
  if (archived === undefined) return;
  const at = `${schedule}.ArchiveRule.RetainRule.RetentionArchiveTier`;
  checkCountOrAge(archived, at, { least: 1 });
  checkSameKind(archived, retain, at);
  const { shortest = Infinity, mean = Infinity } = frequency;
  if (shortest < ARCHIVE_FREQUENCY) {
    throw invalidRequest(
      `${schedule}.ArchiveRule is given, but the schedule fires more often than every 28 days`,
    );
  }
  const days = daysOf(archived) ?? ((archived.Count ?? 0) * mean) / DAY;
  if (days < ARCHIVE_DAYS) {
    throw invalidRequest(`${at} keeps ${Math.floor(days)} days, expected ${ARCHIVE_DAYS} or more`);
  }
}
