import { recycleBinText, type RecycleBinJson } from '../lib/report/bin-text.ts';
import { runJson } from '../lib/report/outcome-json.ts';
import { outcomeText } from '../lib/report/outcome-text.ts';
import { planJson } from '../lib/report/plan-json.ts';
import { prunePlanText, skippedText } from '../lib/report/plan-text.ts';
import type { PrunePlan } from '../lib/plan/plan-prune.ts';
import { amisAndSnapshots } from '../lib/report/text.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure, type Outcome } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import { applyPrune, planPruneRun, requireKnownPolicy, type PruneRequest } from '../lib/run/prune.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, readAccept, requireConsent, type ConsentOptions } from './confirm.ts';
import { aboutRecycleBin } from './recycle-bin.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export interface PruneOptions extends AccountOptions, ConsentOptions {
  readonly policy?: string;
  readonly accept?: string;
}

/** `prune`: retention of everything in the place, or of one policy. */
export async function pruneCommand(options: PruneOptions, shell: Shell): Promise<ExitCode> {
  const accept = readAccept(options, 'points to delete');
  const request = {
    ...(options.policy !== undefined && { policy: options.policy }),
    ...(accept !== undefined && { accept }),
  };
  const planned = await withAccount(
    options,
    shell,
    async (context) => {
      const plan = await planPruneRun(request, context);
      return { plan, recycleBin: await aboutRecycleBin(plan, context), context };
    },
    {
      check: (file) => {
        requireKnownPolicy(file, request.policy);
        requireConsent(options, shell);
      },
    },
  );
  showPlan(planned, options, shell);
  const { actions, refused } = planned.plan;
  const question = `Delete ${amisAndSnapshots(actions.length)} in ${formatPlace(planned.context.place)}?`;
  const end = actions.length === 0 && !options.dryRun ? undefined : await consent(options, question, shell);
  if (end !== undefined) return end === EXIT.done ? dryRunCode(planned.plan) : end;
  if (!options.yes && (await hasChanged(planned, request))) {
    shell.note(
      'The account changed while you were asked: nothing was deleted. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Pruning');
  const { outcomes } = await applyPrune(planned.plan, planned.context).finally(() => view.stop());
  showReport(outcomes, planned, options, shell);
  if (outcomes.some(isFailure)) return EXIT.failed;
  return refused.length > 0 ? EXIT.refused : EXIT.done;
}

/** A question may stand for hours; an AMI may have come into use, or been held, since the plan was shown. */
async function hasChanged({ plan, context }: Planned, request: PruneRequest): Promise<boolean> {
  if (plan.actions.length === 0) return false;
  const now = await planPruneRun(request, context);
  return JSON.stringify(now.actions) !== JSON.stringify(plan.actions);
}

/** A dry run ends as the run would, as far as the plan can tell. */
function dryRunCode({ unchecked, refused }: PrunePlan): ExitCode {
  if (unchecked.length > 0) return EXIT.failed;
  return refused.length > 0 ? EXIT.refused : EXIT.done;
}

interface Planned {
  readonly plan: PrunePlan;
  readonly recycleBin: RecycleBinJson | undefined;
  readonly context: RunContext;
}

function showPlan({ plan, recycleBin, context }: Planned, options: PruneOptions, shell: Shell): void {
  const { place, file } = context;
  if (options.json && options.dryRun) {
    const parts = {
      place,
      deployment: file.deployment,
      backups: [],
      prune: plan,
      tagProblems: [],
      recycleBin,
    };
    shell.out(JSON.stringify(planJson(parts), null, 2));
    return;
  }
  const text = [
    `${formatPlace(place)}, deployment ${file.deployment}`,
    ...prunePlanText(plan, shell.paint),
    ...recycleBinText(recycleBin, shell.paint),
    ...skippedText(plan.skipped, plan.warnings, shell.paint),
  ].join('\n');
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
}

function showReport(
  outcomes: readonly Outcome[],
  planned: Planned,
  options: PruneOptions,
  shell: Shell,
): void {
  const { plan, recycleBin, context } = planned;
  const { place, file } = context;
  const { skipped, refused, warnings } = plan;
  if (options.json) {
    const parts = { place, deployment: file.deployment, outcomes, skipped, refused, warnings, recycleBin };
    shell.out(JSON.stringify(runJson(parts), null, 2));
  } else {
    shell.out(outcomeText(outcomes, shell.paint).join('\n'));
  }
}
