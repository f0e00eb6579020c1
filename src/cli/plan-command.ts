import { recycleBinText } from '../lib/report/bin-text.ts';
import { backupPlanText, prunePlanText, skippedText, wrongRegionText } from '../lib/report/plan-text.ts';
import { planJson, skippedOf } from '../lib/report/plan-json.ts';
import { formatPlace } from '../lib/run/place.ts';
import { planEverything } from '../lib/run/plan.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { aboutRecycleBin } from './recycle-bin.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

/** `plan`: what backup and prune would do now; changes nothing. */
export async function planCommand(options: AccountOptions, shell: Shell): Promise<ExitCode> {
  const { plan, recycleBin, context } = await withAccount(
    options,
    shell,
    async (context) => {
      const plan = await planEverything(context);
      return { plan, recycleBin: await aboutRecycleBin(plan.prune, context), context };
    },
    { looks: true },
  );
  const { deployment } = context.file;
  if (options.json) {
    shell.out(JSON.stringify(planJson({ ...plan, place: context.place, deployment, recycleBin }), null, 2));
    return EXIT.done;
  }
  const warnings = [
    ...plan.tagProblems,
    ...plan.backups.flatMap((backup) => backup.warnings),
    ...plan.prune.warnings,
  ];
  const skipped = [...plan.backups.flatMap(skippedOf), ...plan.prune.skipped];
  shell.out(
    [
      `${formatPlace(context.place)}, deployment ${deployment}. This is a plan: nothing is changed.`,
      '',
      ...plan.backups.flatMap((backup) => [...backupPlanText(backup, context.file, shell.paint), '']),
      ...wrongRegionText(plan.backups, context.place, shell.paint),
      ...prunePlanText(plan.prune, shell.paint),
      ...recycleBinText(recycleBin, shell.paint),
      ...skippedText(skipped, warnings, shell.paint),
    ].join('\n'),
  );
  return EXIT.done;
}
