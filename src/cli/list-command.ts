import { warningsAbout } from '../lib/plan/point-warnings.ts';
import { pointListText } from '../lib/report/point-list.ts';
import { verdictJson } from '../lib/report/plan-json.ts';
import { skippedText } from '../lib/report/plan-text.ts';
import { formatPlace } from '../lib/run/place.ts';
import { planPruneRun } from '../lib/run/prune.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';
import { refuseWrongSourceId } from './source-id.ts';

/** `list [SOURCE]`: recovery points with state, age, verdict and reasons. */
export async function listCommand(
  source: string | undefined,
  options: AccountOptions,
  shell: Shell,
): Promise<ExitCode> {
  if (source !== undefined) refuseWrongSourceId('source', source);
  const { plan, context } = await withAccount(
    options,
    shell,
    async (context) => ({ plan: await planPruneRun({}, context), context }),
    { looks: true },
  );
  const now = shell.clock.now();
  const wanted = plan.verdicts.filter(({ point }) => source === undefined || point.source === source);
  const warnings = source === undefined ? plan.warnings : warningsAbout(plan.warnings, wanted);
  if (options.json) {
    const points = wanted.map((entry) => ({
      ...verdictJson(entry),
      ageSeconds: Math.floor((now - entry.point.slot) / 1000),
      ...(entry.point.detail !== undefined && { detail: entry.point.detail }),
      ...(entry.point.consistency !== undefined && { consistency: entry.point.consistency }),
      ...(entry.point.rehearsed !== undefined && { rehearsed: entry.point.rehearsed }),
    }));
    shell.out(JSON.stringify({ version: 1, points, skipped: plan.skipped, warnings }, null, 2));
    return EXIT.done;
  }
  const place = formatPlace(context.place);
  if (wanted.length === 0) {
    const whose = source === undefined ? '' : ` of ${source}`;
    shell.out(`No recovery points${whose} by deployment ${context.file.deployment} in ${place}.`);
  } else {
    shell.out(pointListText(wanted, now, shell.paint).join('\n'));
  }
  const notes = skippedText(plan.skipped, warnings, shell.paint);
  if (notes.length > 0) shell.note(notes.join('\n'));
  return EXIT.done;
}
