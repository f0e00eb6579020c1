import { featureWords } from '../lib/policy/dlm-feature-words.ts';
import { formatKeep } from '../lib/policy/keep.ts';
import { loadPolicies, PolicyFileError } from '../lib/policy/load-policies.ts';
import { isDlmPolicy, runningPolicies, type PolicyFile } from '../lib/policy/policy.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import { skippedText } from '../lib/report/plan-text.ts';
import { nextSlots, policyFileText } from '../lib/report/policy-text.ts';
import { regionRemarks } from '../lib/run/region-remarks.ts';
import { withDeployment, type AccountOptions } from './account.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';

/** `validate`: the policy file's every problem, or what it says in words. */
export async function validateCommand(options: AccountOptions, shell: Shell): Promise<ExitCode> {
  if (!options.json) {
    const file = withDeployment(await loadPolicies(options.policies), options.deployment);
    const text = policyFileText(file, shell.clock.now(), shell.paint);
    const notes = skippedText([], regionRemarks(file), shell.paint);
    shell.out([`${options.policies} is valid`, ...text, ...notes].join('\n'));
    return EXIT.done;
  }
  try {
    const file = withDeployment(await loadPolicies(options.policies), options.deployment);
    shell.out(JSON.stringify(validJson(file, shell.clock.now()), null, 2));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof PolicyFileError) || error.problems.length === 0) throw error;
    shell.out(JSON.stringify({ version: 1, valid: false, problems: error.problems }, null, 2));
    return EXIT.usage;
  }
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
      ...(isDlmPolicy(policy) && {
        enabled: policy.enabled,
        schedules: policy.schedules,
        features: featureWords(policy),
      }),
    })),
    defaultPolicies: file.defaultPolicies,
    warnings: regionRemarks(file),
    retired: file.retired.map(({ name, keep }) => ({ name, keep: formatKeep(keep) })),
  };
}
