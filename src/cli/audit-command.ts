import { fixPlan } from '../lib/plan/audit-fix.ts';
import type { Audit } from '../lib/plan/audit-report.ts';
import type { PrunePlan } from '../lib/plan/plan-prune.ts';
import { auditJson } from '../lib/report/audit-json.ts';
import { auditText } from '../lib/report/audit-text.ts';
import { runJson } from '../lib/report/outcome-json.ts';
import { outcomeText } from '../lib/report/outcome-text.ts';
import { prunePlanText } from '../lib/report/plan-text.ts';
import { amisAndSnapshots, capped, printable } from '../lib/report/text.ts';
import { readAudit, type AuditRead } from '../lib/run/audit.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import { applyPrune } from '../lib/run/prune.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface AuditOptions extends AccountOptions, ConsentOptions {
  readonly fix?: boolean;
}

/** So many lines; --json has all. */
const NOTES = 30;

interface Found extends AuditRead {
  readonly context: RunContext;
  readonly again: () => Promise<AuditRead>;
}

/** `audit`: what is not covered, covered twice, orphaned or drifted in a place; changes nothing without `--fix`. */
export async function auditCommand(options: AuditOptions, shell: Shell): Promise<ExitCode> {
  if (!options.fix && (options.yes || options.dryRun))
    throw new UsageError('--yes and --dry-run go with --fix: without it audit changes nothing');
  const found = await withAccount(
    options,
    shell,
    async (context): Promise<Found> => {
      const again = async (): Promise<AuditRead> =>
        readAudit(context, await (await shell.connect(options.region)).deployment());
      return { ...(await again()), context, again };
    },
    // What --fix deletes is planned on lists that were read to their end.
    { looks: !options.fix, check: () => (options.fix ? requireConsent(options, shell) : undefined) },
  );
  show(found.audit, options, shell);
  return options.fix ? fix(found, options, shell) : EXIT.done;
}

/** With --json and --fix the answer is the outcome, or of a dry run the audit; who is asked must see it all the same. */
function show(audit: Audit, { json, fix: fixes, dryRun, yes }: AuditOptions, shell: Shell): void {
  if (json && (!fixes || dryRun)) {
    shell.out(JSON.stringify(auditJson(audit), null, 2));
    return;
  }
  const title = `${formatPlace(audit.place)}, deployment ${audit.deployment}`;
  const text = [title, '', ...auditText(audit, shell.paint, { changes: fixes === true && !dryRun })].join(
    '\n',
  );
  if (!json) shell.out(text);
  else if (!yes) shell.note(text);
  const notes = capped(audit.warnings.map(printable), NOTES);
  if (notes.length > 0) shell.note(`Take note (${audit.warnings.length}):`);
  for (const note of notes) shell.note(note);
}

/** What the guarded prune would delete of our own orphans. */
async function fix(found: Found, options: AuditOptions, shell: Shell): Promise<ExitCode> {
  const { context, again } = found;
  const plan = fixPlan(found.plan, found.audit.orphans);
  const text = prunePlanText(plan, shell.paint).join('\n');
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
  const question = `Delete ${amisAndSnapshots(plan.actions.length)} of this deployment that nobody looks after in ${formatPlace(context.place)}?`;
  const end =
    plan.actions.length === 0 && !options.dryRun ? undefined : await consent(options, question, shell);
  if (end !== undefined) return end === EXIT.done ? codeOf(plan) : end;
  if (!options.yes && plan.actions.length > 0 && (await hasChanged(plan, again))) {
    shell.note(
      'The account changed while you were asked: nothing was deleted. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Deleting');
  const { outcomes } = await applyPrune(plan, context).finally(() => view.stop());
  const { place, file } = context;
  const { skipped, refused, warnings } = plan;
  const parts = { place, deployment: file.deployment, outcomes, skipped, refused, warnings };
  shell.out(
    options.json ? JSON.stringify(runJson(parts), null, 2) : outcomeText(outcomes, shell.paint).join('\n'),
  );
  return outcomes.some(isFailure) ? EXIT.failed : codeOf(plan);
}

async function hasChanged(plan: PrunePlan, again: () => Promise<AuditRead>): Promise<boolean> {
  const now = await again();
  return JSON.stringify(fixPlan(now.plan, now.audit.orphans).actions) !== JSON.stringify(plan.actions);
}

function codeOf({ unchecked, refused }: PrunePlan): ExitCode {
  if (unchecked.length > 0) return EXIT.failed;
  return refused.length > 0 ? EXIT.refused : EXIT.done;
}
