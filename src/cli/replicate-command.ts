import { describeError } from '../lib/aws/errors.ts';
import { manualSlot } from '../lib/plan/backup-slot.ts';
import { copyPlaces } from '../lib/policy/places.ts';
import type { Place, Policy } from '../lib/policy/policy.ts';
import { replicateJson, replicatePlansJson, type Unreached } from '../lib/report/replicate-json.ts';
import { replicatePlanText, replicateText, unreachedText } from '../lib/report/replicate-text.ts';
import { plural } from '../lib/report/text.ts';
import { requirePolicy } from '../lib/run/backup.ts';
import type { RunContext } from '../lib/run/context.ts';
import { inPlace } from '../lib/run/elsewhere.ts';
import { ConfigurationError } from '../lib/run/errors.ts';
import { isFailure } from '../lib/run/outcome.ts';
import {
  applyReplicate,
  planReplicateRun,
  type ReplicatePlan,
  type ReplicateReport,
  type ReplicateRequest,
} from '../lib/run/replicate.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export interface ReplicateOptions extends AccountOptions, ConsentOptions {
  readonly policy?: string;
}

/** `replicate`: copies of everything, or of one policy, to every place that it is copied to. */
export async function replicateCommand(options: ReplicateOptions, shell: Shell): Promise<ExitCode> {
  const { policy } = options;
  const request = { slot: manualSlot(shell.clock.now()), ...(policy !== undefined && { policy }) };
  const planned = await withAccount(options, shell, (context) => planAll(request, context), {
    job: 'replicate',
    check: (file) => {
      if (policy !== undefined) requireCopied(requirePolicy(file, policy));
      requireConsent(options, shell);
    },
  });
  showPlans(planned, options, shell);
  const count = planned.plans.reduce((sum, { plan }) => sum + callsOf(plan), 0);
  const question = `Carry out ${plural(count, 'action')} of ${plural(planned.plans.length, 'place')} now?`;
  const end = count === 0 && !options.dryRun ? undefined : await consent(options, question, shell);
  if (end !== undefined) return end === EXIT.done ? codeOf(planned, []) : end;
  if (!options.yes && count > 0 && (await hasChanged(planned, request))) {
    shell.note(
      'The accounts changed while you were asked: nothing was copied. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Copying');
  const reports: ReplicateReport[] = [];
  try {
    for (const { plan, context } of planned.plans) reports.push(await applyReplicate(plan, context));
  } finally {
    view.stop();
  }
  showReports(reports, planned, options, shell);
  return codeOf(planned, reports);
}

function requireCopied({ name, copies }: Policy): void {
  if (copies.length === 0)
    throw new ConfigurationError(`policy ${name} has no copies: expected \`copies\` in the policy file`);
}

interface Planned {
  readonly home: RunContext;
  readonly plans: readonly { readonly plan: ReplicatePlan; readonly context: RunContext }[];
  readonly unreached: readonly Unreached[];
}

/** One place that cannot be entered or read leaves the others alone. */
async function planAll(request: ReplicateRequest, home: RunContext): Promise<Planned> {
  const { file } = home;
  const only = request.policy;
  const policies = file.policies.filter(({ name }) => only === undefined || name === only);
  const places = copyPlaces({ ...file, policies }, home.place);
  if (places.length === 0) {
    const whose = only === undefined ? 'no policy has copies' : `policy ${only} has no copies`;
    throw new ConfigurationError(`${whose}: expected \`copies\` in the policy file`);
  }
  const plans: { plan: ReplicatePlan; context: RunContext }[] = [];
  const unreached: Unreached[] = [];
  for (const place of places) {
    try {
      const context = await inPlace(place, home);
      plans.push({ plan: await planReplicateRun(request, context), context });
    } catch (error) {
      unreached.push({ place, reason: describeError(error) });
    }
  }
  return { home, plans, unreached };
}

function callsOf({ actions, shares, unshares }: ReplicatePlan): number {
  return actions.length + shares.length + unshares.length;
}

/** A question may stand for hours: a point may be gone, or copied by the schedule. */
async function hasChanged({ home, plans }: Planned, request: ReplicateRequest): Promise<boolean> {
  const actionsOf = (all: Planned['plans']): string =>
    JSON.stringify(all.map(({ plan: { actions, shares, unshares } }) => [actions, shares, unshares]));
  return actionsOf((await planAll(request, home)).plans) !== actionsOf(plans);
}

function codeOf({ plans, unreached }: Planned, reports: readonly ReplicateReport[]): ExitCode {
  const isUnread = unreached.length > 0 || plans.some(({ plan }) => plan.errors.length > 0);
  return isUnread || reports.some(({ outcomes }) => outcomes.some(isFailure)) ? EXIT.failed : EXIT.done;
}

function showPlans(planned: Planned, options: ReplicateOptions, shell: Shell): void {
  const { home, plans, unreached } = planned;
  const { deployment } = home.file;
  if (options.json && options.dryRun) {
    const json = replicatePlansJson({ deployment, plans: plans.map(({ plan }) => plan), unreached });
    shell.out(JSON.stringify(json, null, 2));
    return;
  }
  const text = [
    `${whereText(home.place)}, deployment ${deployment}`,
    ...plans.flatMap(({ plan }) => replicatePlanText(plan, shell.paint)),
    ...unreachedText(unreached, shell.paint),
  ].join('\n');
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  if (!options.json) shell.out(text);
  else if (!options.yes) shell.note(text);
}

function whereText({ account, region }: Place): string {
  return `Copies of what is made from account ${account}, Region ${region}`;
}

function showReports(
  reports: readonly ReplicateReport[],
  { home, unreached }: Planned,
  options: ReplicateOptions,
  shell: Shell,
): void {
  const { deployment } = home.file;
  if (options.json) {
    shell.out(JSON.stringify(replicateJson({ deployment, reports, unreached }), null, 2));
    return;
  }
  shell.out(reports.flatMap((report) => replicateText(report, shell.paint)).join('\n'));
}
