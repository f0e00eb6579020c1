import { restoreJson, restorePlanJson } from '../lib/report/restore-json.ts';
import { restorePlanText, restoreReportText } from '../lib/report/restore-text.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import { applyRestore, planRestoreRun } from '../lib/run/restore.ts';
import type { RestoreRun } from '../lib/run/restore-outcome.ts';
import { showOn, withAccount } from './account.ts';
import { consent, requireConsent } from './confirm.ts';
import { readRestoreRequest, type RestoreOptions } from './restore-options.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

/** `restore SOURCE`: a new instance, volumes, or a new root volume in place, from a recovery point. */
export async function restoreCommand(
  source: string,
  options: RestoreOptions,
  shell: Shell,
): Promise<ExitCode> {
  const request = readRestoreRequest(source, options);
  const { run, context } = await withAccount(
    options,
    shell,
    async (context) => ({ run: await planRestoreRun(request, context), context }),
    { check: () => requireConsent(options, shell) },
  );
  showPlan(run, context, options, shell);
  for (const question of questionsOf(run, context)) {
    const end = await consent(options, question, shell);
    if (end !== undefined) return end;
  }
  if (!options.yes) {
    // A question may stand for hours: a newer point may be there, or a subnet gone.
    const now = await planRestoreRun(request, context);
    if (JSON.stringify(now) !== JSON.stringify(run)) {
      shell.note(
        'The account changed while you were asked: nothing was made. Run it again to see the new plan.',
      );
      return EXIT.error;
    }
  }
  const view = shell.progress('Restoring');
  const shown = { ...context, onProgress: showOn(view) };
  const report = await applyRestore(run, shown, { wait: options.wait ?? false }).finally(() => view.stop());
  const { place, file } = context;
  if (options.json) {
    const answer = restoreJson(run, report, { place, deployment: file.deployment });
    shell.out(JSON.stringify(answer, null, 2));
  } else {
    const { paint } = shell;
    shell.out(restoreReportText(run, report, { region: place.region, paint }).join('\n'));
  }
  if (!report.outcomes.some(isFailure)) return EXIT.done;
  shell.note('The same command again finds what was made and goes on from there.');
  return EXIT.failed;
}

function showPlan(run: RestoreRun, context: RunContext, options: RestoreOptions, shell: Shell): void {
  const { place, file } = context;
  if (options.json && options.dryRun) {
    shell.out(JSON.stringify(restorePlanJson(run, { place, deployment: file.deployment }), null, 2));
    return;
  }
  const text = [
    `${formatPlace(place)}, deployment ${file.deployment}`,
    ...restorePlanText(run, shell.paint),
  ].join('\n');
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
}

/** In place is asked for separately: it is the one restore that takes something away. */
function questionsOf({ plan, alreadyMade }: RestoreRun, { place }: RunContext): string[] {
  const { target, point } = plan;
  const general = `Restore ${point.source} from ${point.id} in ${formatPlace(place)}?`;
  if (target.as !== 'in-place' || alreadyMade !== undefined) return [general];
  return [
    general,
    `${target.instance} runs now. Replace its root volume ${target.rootVolume} and restart it?`,
  ];
}
