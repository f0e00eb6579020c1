/** Plans as text for people. */

import type { Action, PlannedHooks, Skipped } from '../plan/actions.ts';
import type { BackupPlan } from '../plan/plan-backup.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import { askingTags } from '../plan/select-sources.ts';
import { sourceKindOf, type Place, type PolicyFile } from '../policy/policy.ts';
import { formatInstant } from '../policy/instant.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const MAX_LINES = 30;

/** One slot of one policy: what would be made. */
export function backupPlanText(plan: BackupPlan, file: PolicyFile, paint: Paint): string[] {
  const { policy, slot, actions, alreadyMade } = plan;
  const made = alreadyMade.length > 0 ? `, ${alreadyMade.length} made already` : '';
  const title = `Backup ${policy}, slot ${formatInstant(slot)}: ${actions.length} to make${made}`;
  const rows = actions.map((action) => [paint.good('+'), action.action, action.source, notesOf(action)]);
  return [paint.bold(title), ...capped(table(rows), MAX_LINES), ...nobodyText(plan, file, paint)];
}

/** Success with nothing made looks the same in a wrong Region. */
function nobodyText(plan: BackupPlan, file: PolicyFile, paint: Paint): string[] {
  const policy = file.policies.find(({ name }) => name === plan.policy);
  if (!policy || !takesNothing(plan)) return [];
  const kind = sourceKindOf(policy.backup);
  return [paint.warn(printable(`  No ${kind} here has ${askingTags(policy, file.optInTag)}.`))];
}

/** After the plans of all policies that were asked for. */
export function wrongRegionText(plans: readonly BackupPlan[], { region }: Place, paint: Paint): string[] {
  if (plans.length === 0 || !plans.every(takesNothing)) return [];
  return [paint.warn(`Nothing here asks to be backed up: is ${region} the right Region?`)];
}

/** No source is the policy's: one that cannot be backed up, or is left out, is among the skipped. */
function takesNothing({ actions, alreadyMade, skipped }: BackupPlan): boolean {
  return actions.length === 0 && alreadyMade.length === 0 && skipped.length === 0;
}

/** What would be deleted, what stays and for which reasons, and what the guard refuses. */
export function prunePlanText(plan: PrunePlan, paint: Paint): string[] {
  const { actions, verdicts, refused } = plan;
  const pruned = verdicts.filter(({ verdict }) => verdict.decision === 'prune').length;
  const title = `Prune: ${plural(verdicts.length, 'recovery point')}, ${verdicts.length - pruned} kept, ${pruned} to delete`;
  const rows = actions.map((action) => [
    paint.bad('-'),
    action.action,
    action.id,
    action.policy,
    action.source,
    formatInstant(action.slot),
    printable(action.reason),
  ]);
  return [
    paint.bold(title),
    ...capped(table(rows), MAX_LINES),
    ...keptText(plan),
    ...refused.map(({ policy, reason, deletions }) =>
      paint.bad(
        `  Refused for ${policy}: ${reason}. Nothing of it is deleted. If this is right: ` +
          `ec2-backup prune --policy ${policy} --accept ${deletions}`,
      ),
    ),
  ];
}

/** Things that were left alone, and things that somebody should know of. */
export function skippedText(
  skipped: readonly Skipped[],
  warnings: readonly Skipped[],
  paint: Paint,
): string[] {
  return [...section('Skipped', skipped, paint), ...section('Take note', warnings, paint)];
}

function section(title: string, entries: readonly Skipped[], paint: Paint): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ id, policy, reason }) => [id, policy ?? '', printable(reason)]);
  return [paint.bold(`${title} (${entries.length})`), ...capped(table(rows), MAX_LINES).map(paint.warn)];
}

/** Reasons are many, kinds of reasons few: `daily 3/7` and `daily 4/7` are counted together. */
function keptText({ verdicts }: PrunePlan): string[] {
  const counts = new Map<string, number>();
  for (const { verdict } of verdicts) {
    if (verdict.decision === 'prune') continue;
    for (const kind of new Set(verdict.reasons.map(kindOfReason)))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const kinds = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${printable(kind)}: ${count}`);
  return [`  kept for: ${capped(kinds, 12, '').join(', ')}`];
}

export function kindOfReason(reason: string): string {
  return reason
    .replace(/ \d+\/\d+$/, '')
    .replace(/^(held|in use by|last good of|locked until|bad [^:]*Keep|refused)\b.*$/, '$1');
}

function notesOf(action: Action): string {
  const notes = [action.reason];
  if (action.action === 'create-image') {
    if (action.reboot) notes.push('the instance is rebooted');
    if (action.excludedDevices.length > 0) notes.push(`without ${action.excludedDevices.join(', ')}`);
  }
  if (action.action === 'create-snapshots') {
    const left = [...(action.excludeBootVolume ? ['the root volume'] : []), ...action.excludedVolumes];
    if (left.length > 0) notes.push(`without ${left.join(', ')}`);
  }
  if ('hooks' in action) notes.push(hookNote(action.hooks));
  return printable(notes.join('; '));
}

function hookNote({ document, obstacle, onFailure, vss }: PlannedHooks): string {
  if (obstacle === undefined) return `${vss ? 'made by Windows itself, through' : 'frozen by'} ${document}`;
  return `${obstacle}, so ${onFailure === 'skip' ? 'it will not be backed up' : 'only crash-consistent'}`;
}
