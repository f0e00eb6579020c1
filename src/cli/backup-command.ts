import { manualSlot } from '../lib/plan/backup-slot.ts';
import { formatInstant, INSTANT_EXPECTED, parseInstant } from '../lib/policy/instant.ts';
import { outcomeText } from '../lib/report/outcome-text.ts';
import { runJson } from '../lib/report/outcome-json.ts';
import { backupPlanText, skippedText, wrongRegionText } from '../lib/report/plan-text.ts';
import { planJson, skippedOf } from '../lib/report/plan-json.ts';
import { plural } from '../lib/report/text.ts';
import {
  applyBackup,
  planBackupRun,
  refuseSlot,
  requirePolicy,
  type BackupReport,
  type BackupRunPlan,
} from '../lib/run/backup.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';
import { refuseWrongSourceId } from './source-id.ts';

export interface BackupOptions extends AccountOptions, ConsentOptions {
  readonly policy: string;
  readonly source?: readonly string[];
  readonly slot?: string;
  readonly hold?: string;
}

/** `backup`: one manual slot of one policy. */
export async function backupCommand(options: BackupOptions, shell: Shell): Promise<ExitCode> {
  const slot = readSlot(options.slot, shell.clock.now());
  for (const source of options.source ?? []) refuseWrongSourceId('--source', source);
  const request = {
    policy: options.policy,
    slot,
    trigger: 'manual' as const,
    ...(options.source && { sources: options.source }),
    ...(options.hold !== undefined && { hold: readHold(options.hold) }),
  };
  const planned = await withAccount(
    options,
    shell,
    async (context) => ({ plan: await planBackupRun(request, context), context }),
    {
      job: 'backup',
      check: (file) => {
        refuseSlot(requirePolicy(file, request.policy), request, shell.clock.now());
        requireConsent(options, shell);
      },
    },
  );
  showPlan(planned.plan, planned.context, options, shell);
  const { actions } = planned.plan;
  const question = `Make ${plural(actions.length, 'backup')} in ${formatPlace(planned.context.place)}?`;
  const end = actions.length === 0 && !options.dryRun ? undefined : await consent(options, question, shell);
  if (end !== undefined) return end;
  if (!options.yes && actions.length > 0) {
    // A question may stand for hours: the slot may be missed by now, or a source gone.
    const now = await planBackupRun(request, planned.context);
    if (JSON.stringify(now.actions) !== JSON.stringify(actions)) {
      shell.note(
        'The account changed while you were asked: nothing was made. Run it again to see the new plan.',
      );
      return EXIT.error;
    }
  }
  const view = shell.progress('Making backups');
  const report = await applyBackup(planned.plan, planned.context).finally(() => view.stop());
  showReport(report, planned.context, options, shell);
  return report.outcomes.some(isFailure) ? EXIT.failed : EXIT.done;
}

function showPlan(plan: BackupRunPlan, context: RunContext, options: BackupOptions, shell: Shell): void {
  const { place, file } = context;
  if (options.json && options.dryRun) {
    const parts = { place, deployment: file.deployment, backups: [plan], tagProblems: plan.tagProblems };
    shell.out(JSON.stringify(planJson(parts), null, 2));
    return;
  }
  const text = [
    `${formatPlace(place)}, deployment ${file.deployment}`,
    ...backupPlanText(plan, file, shell.paint),
    ...wrongRegionText([plan], place, shell.paint),
    ...skippedText(skippedOf(plan), [...plan.tagProblems, ...plan.warnings], shell.paint),
  ].join('\n');
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
}

function showReport(
  { plan, outcomes }: BackupReport,
  context: RunContext,
  options: BackupOptions,
  shell: Shell,
): void {
  const { place, file } = context;
  if (options.json) {
    const skipped = [...plan.tagProblems, ...plan.skipped];
    const parts = {
      place,
      deployment: file.deployment,
      outcomes,
      skipped,
      refused: [],
      warnings: plan.warnings,
    };
    shell.out(JSON.stringify(runJson(parts), null, 2));
  } else {
    shell.out(outcomeText(outcomes, shell.paint).join('\n'));
  }
  if (outcomes.some(isFailure)) {
    shell.note(
      `To try what failed again, name the slot: ec2-backup backup --policy ${plan.policy} --slot ${formatInstant(plan.slot)}`,
    );
  }
}

function readSlot(text: string | undefined, now: number): number {
  if (text === undefined) return manualSlot(now);
  const slot = parseInstant(text);
  if (slot === undefined)
    throw new UsageError(`--slot is ${JSON.stringify(text)}, expected ${INSTANT_EXPECTED}`);
  return Math.floor(slot / 1000) * 1000;
}

function readHold(why: string): string {
  if (why.trim() !== '' && why.length <= 256) return why;
  throw new UsageError(`--hold is ${JSON.stringify(why)}, expected a reason of 1 to 256 characters`);
}
