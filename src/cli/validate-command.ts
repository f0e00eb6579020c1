import { resolve } from 'node:path';
import { featureWords } from '../lib/policy/dlm-feature-words.ts';
import { formatKeep } from '../lib/policy/keep.ts';
import { loadPolicies, PolicyFileError } from '../lib/policy/load-policies.ts';
import {
  isDlmPolicy,
  runningPolicies,
  type Copy,
  type PolicyFile,
  type Rehearse,
} from '../lib/policy/policy.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import { protectAdvice } from '../lib/policy/protect-checks.ts';
import type { Warning } from '../lib/plan/actions.ts';
import { skippedText } from '../lib/report/plan-text.ts';
import { nextSlots, policyFileText } from '../lib/report/policy-text.ts';
import { protectJson } from '../lib/report/protect-text.ts';
import { fileRemarks } from '../lib/run/file-remarks.ts';
import { withDeployment, type AccountOptions } from './account.ts';
import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export type ValidateOptions = Partial<Pick<AccountOptions, 'policies' | 'deployment' | 'json'>>;

/** `validate [FILE]`: the policy file's every problem, or what it says in words. */
export async function validateCommand(
  named: string | undefined,
  options: ValidateOptions,
  shell: Shell,
): Promise<ExitCode> {
  const path = pathOf(named, options.policies) ?? shell.policiesPath;
  if (!options.json) {
    const file = withDeployment(await loadPolicies(path), options.deployment);
    const text = policyFileText(file, shell.clock.now(), shell.paint);
    const notes = skippedText([], remarksOf(file), shell.paint);
    shell.out([`${path} is valid`, ...text, ...notes].join('\n'));
    return EXIT.done;
  }
  try {
    const file = withDeployment(await loadPolicies(path), options.deployment);
    shell.out(JSON.stringify(validJson(file, shell.clock.now()), null, 2));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof PolicyFileError) || error.problems.length === 0) throw error;
    shell.out(JSON.stringify({ version: 1, valid: false, problems: error.problems }, null, 2));
    return EXIT.usage;
  }
}

/** The one file that is meant, if any is named. */
function pathOf(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument === undefined || option === undefined || resolve(argument) === resolve(option)) {
    return argument ?? option;
  }
  throw new UsageError(
    `FILE is ${JSON.stringify(argument)} and --policies is ${JSON.stringify(option)}, expected one policy file`,
  );
}

/** What is no mistake, but had better be known. */
function remarksOf(file: PolicyFile): readonly Warning[] {
  const advice = file.policies.flatMap((policy) =>
    protectAdvice(policy).map((reason) => ({ id: policy.name, reason })),
  );
  return [...fileRemarks(file), ...advice];
}

function copyJson({ keep, ...copy }: Copy): object {
  return { ...copy, ...(keep !== undefined && { keep: formatKeep(keep) }) };
}

function rehearseJson({ schedule, ...rehearse }: Rehearse): object {
  return { schedule: schedule.cron, ...rehearse };
}

function validJson(file: PolicyFile, now: number): object {
  return {
    version: 1,
    valid: true,
    problems: [],
    deployment: file.deployment,
    policies: runningPolicies(file).map((policy) => ({
      name: policy.name,
      engine: isDlmPolicy(policy) ? 'dlm' : 'lambda',
      backup: policy.backup,
      schedule: policy.schedule.cron,
      timezone: policy.timezone,
      keep: formatKeep(policy.keep),
      nextSlots: nextSlots(policy, now).map(formatInstant),
      ...(isDlmPolicy(policy)
        ? { enabled: policy.enabled, schedules: policy.schedules, features: featureWords(policy) }
        : {
            copies: policy.copies.map(copyJson),
            ...protectJson(policy),
            ...(policy.rehearse && { rehearse: rehearseJson(policy.rehearse) }),
            ...(policy.hooks && { hooks: policy.hooks }),
          }),
    })),
    defaultPolicies: file.defaultPolicies,
    targets: file.targets.map(({ externalId: _, ...target }) => target),
    prune: { schedule: file.prune.schedule.cron, maxShare: file.prune.maxShare },
    replicate: { schedule: file.replicate.schedule.cron },
    watch: { schedule: file.watch.schedule.cron, digest: file.watch.digest.cron },
    notify: file.notify,
    warnings: remarksOf(file),
    retired: file.retired.map(({ name, keep }) => ({ name, keep: formatKeep(keep) })),
  };
}
