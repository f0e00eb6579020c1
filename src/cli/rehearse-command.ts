import { rehearsePlanJson } from '../lib/report/rehearse-records.ts';
import { rehearseJson, rehearsePlanText, rehearseReportText } from '../lib/report/rehearse-text.ts';
import { manualSlot } from '../lib/plan/backup-slot.ts';
import type { RunContext } from '../lib/run/context.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import { isFailure, isLeft } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import {
  applyRehearse,
  planRehearseRun,
  rehearsedHere,
  requireRehearsed,
  type RehearseRequest,
} from '../lib/run/rehearse.ts';
import { reading } from '../lib/run/reading.ts';
import type { RehearsePlan, RehearseReport } from '../lib/run/rehearse-outcome.ts';
import { showOn, withAccount, type AccountOptions } from './account.ts';
import { consent, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export type RehearseOptions = AccountOptions & ConsentOptions;

const BETWEEN_ROUNDS = 20_000;
/** More than a rehearsal ever takes, its grace included. */
const MOST_ROUNDS = 300;

/** `rehearse POLICY`: starts a backup of it, sees that it comes up, and takes everything away again. */
export async function rehearseCommand(
  policy: string,
  options: RehearseOptions,
  shell: Shell,
): Promise<ExitCode> {
  const slot = manualSlot(shell.clock.now());
  const { plan, context } = await withAccount(
    options,
    shell,
    async (context) => {
      requireHere(policy, context);
      return { plan: await planRehearseRun({ policy, slot, round: 1 }, context), context };
    },
    {
      job: 'rehearse',
      check: (file) => {
        requireRehearsed(file, policy);
        requireConsent(options, shell);
      },
    },
  );
  showPlan(plan, context, options, shell);
  if (!options.dryRun && !plan.start && plan.ongoing.length === 0) return EXIT.done;
  const question = `Rehearse policy ${policy} in ${formatPlace(context.place)}?`;
  const end = await consent(options, question, shell);
  if (end !== undefined) return end;
  const request = { policy, slot, round: 1 };
  // A question may stand for hours: by then the point may be gone, or its time be over.
  const now = options.yes ? plan : await planRehearseRun(request, context);
  if (pointOf(now) !== pointOf(plan)) {
    shell.note(
      'The account changed while you were asked: nothing was made. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Rehearsing');
  const shown = { ...context, onProgress: showOn(view) };
  const report = await followToTheEnd(now, request, shown).finally(() => view.stop());
  showReport(report, context, options, shell);
  const hasFailed = report.judged.some(({ verdict }) => !verdict.isOk) || report.outcomes.some(isFailure);
  if (report.isLeft)
    shell.note(
      'The same command again finds what was made and goes on from there; the hourly sweep does too.',
    );
  return hasFailed || report.isLeft ? EXIT.failed : EXIT.done;
}

function requireHere(name: string, context: RunContext): void {
  if (rehearsedHere(context).some((policy) => policy.name === name)) return;
  const where = requireRehearsed(context.file, name).rehearse?.place;
  const there = where ? formatPlace(where) : 'another place';
  const here = formatPlace(context.place);
  throw new ConfigurationError(
    `policy ${name} is rehearsed in ${there}, and this is ${here}: name its Region with --region, or use credentials of its account`,
  );
}

function pointOf({ start, ongoing }: RehearsePlan): string {
  return [start?.rehearsal.point, ...ongoing.map(({ rehearsal }) => rehearsal.point)].join(' ');
}

/** What one round has left the next one may do: only the last word on it counts. */
async function followToTheEnd(
  plan: RehearsePlan,
  request: RehearseRequest,
  context: RunContext,
): Promise<RehearseReport> {
  let last = await applyRehearse(plan, context);
  const reports = [last];
  for (let round = 2; last.isLeft && round <= MOST_ROUNDS; round += 1) {
    const [waiting] = last.waiting;
    context.onProgress?.({ step: 'wait', what: waiting ? `Waiting until ${waiting.until}` : 'Trying again' });
    await context.clock.sleep(BETWEEN_ROUNDS);
    // A list that fails once is no reason to leave an instance running.
    const planned = await reading(planRehearseRun({ ...request, round }, context));
    if (!('value' in planned)) continue;
    last = await applyRehearse(planned.value, context);
    reports.push(last);
  }
  const before = reports.slice(0, -1).flatMap(({ outcomes }) => outcomes.filter((one) => !isLeft(one)));
  return {
    ...last,
    plan,
    outcomes: [...before, ...last.outcomes],
    judged: reports.flatMap(({ judged }) => judged),
  };
}

function showPlan(plan: RehearsePlan, context: RunContext, options: RehearseOptions, shell: Shell): void {
  const { place, file } = context;
  if (options.json && options.dryRun) {
    const json = rehearsePlanJson(plan, { place, deployment: file.deployment });
    shell.out(JSON.stringify(json, null, 2));
    return;
  }
  const text = [
    `${formatPlace(place)}, deployment ${file.deployment}`,
    ...rehearsePlanText(plan, shell.paint),
  ].join('\n');
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
}

function showReport(
  report: RehearseReport,
  { place, file }: RunContext,
  options: RehearseOptions,
  shell: Shell,
): void {
  if (options.json)
    shell.out(JSON.stringify(rehearseJson(report, { place, deployment: file.deployment }), null, 2));
  else shell.out(rehearseReportText(report, shell.paint).join('\n'));
}
