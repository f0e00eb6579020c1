/** A restore as text for people. */

import type { MappedVolume, RestorePlan, RestoreTarget } from '../plan/restore-plan.ts';
import { formatInstant } from '../policy/instant.ts';
import type { RestoreReport, RestoreRun } from '../run/restore-outcome.ts';
import { countOutcomes, isFailure } from '../run/outcome.ts';
import { printable, table, type Paint } from './text.ts';

/** What will be made, of what, and how it differs from what was backed up. */
export function restorePlanText({ plan, alreadyMade }: RestoreRun, paint: Paint): string[] {
  const { point, target, archived, differences, comparedWith, notes } = plan;
  const from = `${point.id} (${point.policy}, slot ${formatInstant(point.slot)}, data of ${formatInstant(point.takenAt)})`;
  return [
    paint.bold(`Restore ${point.source} from ${from}`),
    ...archived.map(({ id, isReturning }) =>
      paint.warn(
        isReturning
          ? `  ${id} is on its way back from the archive`
          : `  ${id} is in the archive: it is asked back for ${plan.restoreDays} days first, which takes up to 72 hours`,
      ),
    ),
    ...(alreadyMade === undefined
      ? []
      : [paint.warn(`  The same command has made ${alreadyMade} already: nothing is made again`)]),
    ...table(rowsOf(target).map((row) => row.map(printable))),
    ...(target.as === 'instance' ? differenceText(differences, comparedWith, paint) : []),
    ...notes.map((note) => paint.dim(`  Note: ${printable(note)}`)),
  ];
}

function differenceText(
  differences: RestorePlan['differences'],
  comparedWith: string,
  paint: Paint,
): string[] {
  if (differences.length === 0) return [`  The same as ${comparedWith}, but for its own id and address.`];
  const rows = differences.map(({ what, was, will }) =>
    [paint.warn('~'), what, was, '->', will].map(printableCell),
  );
  return [paint.bold(`  Different from ${comparedWith}:`), ...table(rows, '    ')];
}

// The first cell may be coloured.
function printableCell(cell: string, index: number): string {
  return index === 0 ? cell : printable(cell);
}

function rowsOf(target: RestoreTarget): string[][] {
  switch (target.as) {
    case 'instance': {
      const { type, subnet, securityGroups, key, profile } = target.launch;
      const image =
        'id' in target.image
          ? target.image.id
          : `a temporary AMI of ${target.image.volumes.length} snapshots`;
      return [
        ['+', 'instance', `${type} of ${image}`],
        ['', 'subnet', subnet],
        ['', 'security groups', securityGroups.join(', ') || "(the VPC's default)"],
        ['', 'key', key ?? '(none)'],
        ['', 'profile', profile ?? '(none; --with-profile gives it the original one)'],
        ...('volumes' in target.image
          ? target.image.volumes.map((volume) => ['+', 'volume', volumeText(volume)])
          : []),
        ...target.launch.tags.map(({ key: name, value }) => ['', 'tag', `${name}=${value}`]),
      ];
    }
    case 'volumes':
      return target.volumes.map((volume) => [
        '+',
        'volume',
        `${volumeText(volume)}, ${volume.sizeGiB} GiB${volume.encrypted ? ', encrypted' : ''}, in ${target.zone}`,
        target.attachTo === undefined ? '' : `attached to ${target.attachTo}`,
      ]);
    case 'in-place': {
      const from = 'image' in target.from ? target.from.image : target.from.snapshot;
      return [
        ['!', 'root volume', `of ${target.instance} (${target.rootVolume}) is replaced by one of ${from}`],
      ];
    }
  }
}

function volumeText({ device, type, iops, throughput, snapshotId }: MappedVolume): string {
  const numbers = [
    ...(iops === undefined ? [] : [`${iops} IOPS`]),
    ...(throughput === undefined ? [] : [`${throughput} MiB/s`]),
  ].join(', ');
  return `${device || '(not attached)'} ${type ?? ''}${numbers && ` ${numbers}`} of ${snapshotId}`;
}

/** What came of it, and how to reach the machine. */
export function restoreReportText(
  { plan }: RestoreRun,
  report: RestoreReport,
  { region, paint }: { readonly region: string; readonly paint: Paint },
): string[] {
  const rows = report.outcomes.map(({ status, action, id, error = '' }) => [
    (isFailure({ status }) ? paint.bad : paint.good)(status),
    action,
    id,
    printable(error),
  ]);
  const counts = Object.entries(countOutcomes(report.outcomes)).filter(([, count]) => count > 0);
  const reach = reachOf(report, region);
  return [
    ...table(rows),
    paint.bold(`Outcome: ${counts.map(([status, count]) => `${count} ${status}`).join(', ')}`),
    ...(reach === undefined ? [] : [`Reach it: ${reach}`]),
    ...keptText(plan.target, report),
  ];
}

function keptText(target: RestoreTarget, { outcomes }: RestoreReport): string[] {
  // When it was done before, the root volume of now is the restored one.
  const isReplaced = outcomes.some(
    ({ action, status }) => action === 'replace-root-volume' && status === 'done',
  );
  if (target.as !== 'in-place' || !isReplaced) return [];
  return [
    `The old root volume ${target.rootVolume} is kept, detached; delete it when you no longer need it.`,
  ];
}

/** The command or address by which a restored instance is reached; undefined without an instance that is up. */
export function reachOf({ instance, outcomes }: RestoreReport, region: string): string | undefined {
  if (!instance || outcomes.some(isFailure)) return undefined;
  const { id, instanceProfile, keyName, privateAddress = 'no address' } = instance;
  if (instanceProfile !== undefined) return `aws ssm start-session --target ${id} --region ${region}`;
  if (keyName !== undefined) return `SSH to ${privateAddress} with the key ${keyName}`;
  return `at ${privateAddress}; it has neither a profile for Session Manager nor a key`;
}
