import type { ProtectAction } from '../lib/plan/protect-actions.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import { protectJson, protectPlanJson } from '../lib/report/protect-json.ts';
import { outcomeText } from '../lib/report/outcome-text.ts';
import { protectPlanText } from '../lib/report/protect-plan-text.ts';
import { plural } from '../lib/report/text.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import { applyProtect, planProtectRun, type ProtectReport, type ProtectRequest } from '../lib/run/protect.ts';
import { requireKnownPolicy } from '../lib/run/prune.ts';
import type { ProtectPlan } from '../lib/plan/plan-protect.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, readAccept, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface ProtectOptions extends AccountOptions, ConsentOptions {
  readonly policy?: string;
  readonly accept?: string;
  readonly lockForGood?: boolean;
}

/** `protect`: what the words lock, protect, archiveAfter, deprecateAfter, share and removal ask for. */
export async function protectCommand(options: ProtectOptions, shell: Shell): Promise<ExitCode> {
  const { policy } = options;
  const accept = readAccept(options, 'AMIs to disable');
  const request = { ...(policy !== undefined && { policy }), ...(accept !== undefined && { accept }) };
  const planned = await withAccount(
    options,
    shell,
    async (context) => ({ plan: await planProtectRun(request, context), context }),
    {
      job: 'protect',
      check: (file) => {
        requireKnownPolicy(file, policy);
        requireConsent(options, shell);
      },
    },
  );
  showPlan(planned, options, shell);
  const end = await allowed(planned, options, shell);
  if (end !== undefined) return end === EXIT.done ? codeOf(planned.plan) : end;
  if (!options.yes && (await hasChanged(planned, request))) {
    shell.note(
      'The account changed while you were asked: nothing was done. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Protecting');
  const report = await applyProtect(planned.plan, planned.context).finally(() => view.stop());
  showReport(report, planned, options, shell);
  return report.outcomes.some(isFailure) ? EXIT.failed : codeOf(planned.plan);
}

interface Planned {
  readonly plan: ProtectPlan;
  readonly context: RunContext;
}

/** What nobody can undo is asked for separately. */
async function allowed(
  { plan: { actions }, context }: Planned,
  options: ProtectOptions,
  shell: Shell,
): Promise<ExitCode | undefined> {
  if (actions.length === 0 && !options.dryRun) return undefined;
  const locks = actions.flatMap((action) =>
    action.action === 'lock-snapshot' && action.mode === 'compliance' ? action : [],
  );
  const untilLast = formatInstant(Math.max(0, ...locks.map(({ until }) => until)));
  const forGood = `${plural(locks.length, 'snapshot')} in compliance mode, the last until ${untilLast}`;
  if (locks.length > 0 && options.yes && !options.lockForGood && !options.dryRun)
    throw new UsageError(
      `this locks ${forGood}, which nobody can undo: add --lock-for-good to --yes, or answer at a terminal`,
    );
  const question = `Carry out ${plural(actions.length, 'action')} in ${formatPlace(context.place)}?`;
  const end = await consent(options, question, shell);
  if (end !== undefined || locks.length === 0) return end;
  return consent(options, `Lock ${forGood}? Nobody can undo it, and each is paid for until then.`, shell);
}

/** A question may stand for hours. */
async function hasChanged({ plan, context }: Planned, request: ProtectRequest): Promise<boolean> {
  if (plan.actions.length === 0) return false;
  const now = await planProtectRun(request, context);
  return keysOf(now.actions) !== keysOf(plan.actions);
}

/** Dates that depend on the minute do not make it another plan. */
function keysOf(actions: readonly ProtectAction[]): string {
  return JSON.stringify(actions.map(({ action, id }) => [action, id]));
}

function codeOf({ refused }: ProtectPlan): ExitCode {
  return refused.length > 0 ? EXIT.refused : EXIT.done;
}

function showPlan({ plan, context }: Planned, options: ProtectOptions, shell: Shell): void {
  const { place, file } = context;
  if (options.json && options.dryRun) {
    shell.out(JSON.stringify(protectPlanJson(plan, { place, deployment: file.deployment }), null, 2));
    return;
  }
  const text = [
    `${formatPlace(place)}, deployment ${file.deployment}`,
    ...protectPlanText(plan, shell.paint),
  ];
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text.join('\n'));
  else if (!options.yes) shell.note(text.join('\n'));
}

function showReport(
  report: ProtectReport,
  { context: { place, file } }: Planned,
  options: ProtectOptions,
  shell: Shell,
): void {
  if (options.json)
    shell.out(JSON.stringify(protectJson(report, { place, deployment: file.deployment }), null, 2));
  else shell.out(outcomeText(report.outcomes, shell.paint).join('\n'));
}
