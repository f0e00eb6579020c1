import { isOurs } from '../lib/plan/plan-lifecycle.ts';
import { outcomeText } from '../lib/report/outcome-text.ts';
import { policiesPlanJson, policiesRunJson, policyListJson } from '../lib/report/policies-json.ts';
import { policiesPlanText, policyListText } from '../lib/report/policies-text.ts';
import { plural } from '../lib/report/text.ts';
import type { RunContext } from '../lib/run/context.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { formatPlace } from '../lib/run/place.ts';
import {
  applyPolicies,
  planPoliciesRun,
  requireDlmPolicies,
  readLifecyclePolicies,
  type PoliciesPlan,
  type PoliciesRequest,
} from '../lib/run/policies.ts';
import { withAccount, type AccountOptions } from './account.ts';
import { consent, requireConsent, type ConsentOptions } from './confirm.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

export interface PoliciesPlanOptions extends AccountOptions {
  readonly replace?: readonly string[];
}

export interface PoliciesApplyOptions extends PoliciesPlanOptions, ConsentOptions {}

interface Planned {
  readonly plan: PoliciesPlan;
  readonly context: RunContext;
}

/** `policies plan`: how DLM differs from the policy file; changes nothing. */
export async function policiesPlanCommand(options: PoliciesPlanOptions, shell: Shell): Promise<ExitCode> {
  const planned = await planPolicies(options, shell);
  if (options.json) shell.out(JSON.stringify(policiesPlanJson(planned.plan, planned.context), null, 2));
  else shell.out([...planText(planned, shell), 'This is a plan: nothing is changed.'].join('\n'));
  return codeOf(planned.plan);
}

/** `policies apply`: creates, updates and deletes lifecycle policies until DLM holds what the file says. */
export async function policiesApplyCommand(options: PoliciesApplyOptions, shell: Shell): Promise<ExitCode> {
  const planned = await planPolicies(options, shell, () => requireConsent(options, shell));
  const { plan, context } = planned;
  if (options.json && options.dryRun) shell.out(JSON.stringify(policiesPlanJson(plan, context), null, 2));
  // With --json the answer is the outcome; who is asked must see the plan all the same.
  else if (!options.json) shell.out(planText(planned, shell).join('\n'));
  else if (!options.yes) shell.note(planText(planned, shell).join('\n'));
  const question = `Make ${plural(plan.actions.length, 'change')} to the lifecycle policies of ${formatPlace(context.place)}?`;
  const end =
    plan.actions.length === 0 && !options.dryRun ? undefined : await consent(options, question, shell);
  if (end !== undefined) return end === EXIT.done ? codeOf(plan) : end;
  if (!options.yes && (await hasChanged(planned, requestOf(options)))) {
    shell.note(
      'DLM or the account changed while you were asked: nothing was done. Run it again to see the new plan.',
    );
    return EXIT.error;
  }
  const view = shell.progress('Changing lifecycle policies');
  const report = await applyPolicies(plan, context).finally(() => view.stop());
  shell.out(
    options.json
      ? JSON.stringify(policiesRunJson(report, context), null, 2)
      : outcomeText(report.outcomes, shell.paint).join('\n'),
  );
  return report.outcomes.some(isFailure) ? EXIT.failed : codeOf(plan);
}

/** `policies list`: every lifecycle policy of the place, whoever made it. */
export async function policiesListCommand(options: AccountOptions, shell: Shell): Promise<ExitCode> {
  const { policies, context } = await withAccount(options, shell, async (context) => ({
    policies: await readLifecyclePolicies(context),
    context,
  }));
  if (options.json) shell.out(JSON.stringify(policyListJson(policies, context), null, 2));
  else if (policies.length === 0) shell.out(`No lifecycle policies in ${formatPlace(context.place)}.`);
  else shell.out(policyListText(policies, context.file, shell.paint).join('\n'));
  const isBroken = policies.some((policy) => policy.state === 'ERROR' && isOurs(policy, context.file));
  return isBroken ? EXIT.failed : EXIT.done;
}

/** `check` throws at what forbids the work when the options are right. */
function planPolicies(options: PoliciesPlanOptions, shell: Shell, check?: () => void): Promise<Planned> {
  return withAccount(
    options,
    shell,
    async (context) => ({ plan: await planPoliciesRun(requestOf(options), context), context }),
    {
      job: 'register-policies',
      check: (file) => {
        requireDlmPolicies(file, options.replace ?? []);
        check?.();
      },
    },
  );
}

function requestOf({ replace }: PoliciesPlanOptions): PoliciesRequest {
  return replace ? { replace } : {};
}

function planText({ plan, context }: Planned, shell: Shell): string[] {
  return [
    `${formatPlace(context.place)}, deployment ${context.file.deployment}`,
    ...policiesPlanText(plan, context.file, shell.paint),
  ];
}

/** A policy that cannot be put right, or that DLM has in ERROR, fails the run. */
function codeOf({ refused, errors }: PoliciesPlan): ExitCode {
  if (errors.length > 0) return EXIT.failed;
  return refused.length > 0 ? EXIT.refused : EXIT.done;
}

/** A question may stand for hours. */
async function hasChanged({ plan, context }: Planned, request: PoliciesRequest): Promise<boolean> {
  if (plan.actions.length === 0) return false;
  const now = await planPoliciesRun(request, context);
  return JSON.stringify(now.actions) !== JSON.stringify(plan.actions);
}
