/** From options to a run's context, shared by all commands that look at an account. */

import type { Command } from 'commander';
import { shapeCalls } from '../lib/aws/shape-calls.ts';
import { loadPolicies } from '../lib/policy/load-policies.ts';
import type { PolicyFile } from '../lib/policy/policy.ts';
import type { Progress, RunContext } from '../lib/run/context.ts';
import { formatPlace, resolvePlace } from '../lib/run/place.ts';
import { refuseUnknownRegion } from './named-region.ts';
import { UsageError, type ProgressView, type Shell } from './shell.ts';

export interface AccountOptions {
  readonly policies: string;
  readonly deployment?: string;
  readonly region?: string;
  readonly json?: boolean;
}

export const POLICIES_HELP = 'the policy file; EC2_BACKUP_POLICIES names another default';

export function withAccountOptions({ policiesPath }: Shell, command: Command): Command {
  return command
    .option('--policies <file>', POLICIES_HELP, policiesPath)
    .option('--deployment <name>', "act as this deployment instead of the policy file's")
    .option('--region <region>', 'AWS Region (default: AWS_REGION, or that of AWS_PROFILE)')
    .option('--json', 'print JSON');
}

/**
 * Loads the policy file, lets `check` throw at what needs no account, and last at a missing consent, finds the place, and
 * runs `work` while progress is shown.
 */
export async function withAccount<T>(
  options: AccountOptions,
  shell: Shell,
  work: (context: RunContext) => Promise<T>,
  check?: (file: PolicyFile) => void,
): Promise<T> {
  const file = withDeployment(await loadPolicies(options.policies), options.deployment);
  if (options.region !== undefined) refuseUnknownRegion(options.region, '--region');
  check?.(file);
  const { region, clients } = await shell.connect(options.region);
  const view = shell.progress('Asking which account this is');
  try {
    const place = await resolvePlace(clients, region, file);
    view.update(`Reading ${formatPlace(place)}`);
    const { clock } = shell;
    const shaped = shapeCalls(clients, { clock, share: file.limits.share });
    return await work({ file, place, clients: shaped, clock, onProgress: showOn(view) });
  } finally {
    view.stop();
  }
}

export function withDeployment(file: PolicyFile, deployment: string | undefined): PolicyFile {
  if (deployment === undefined) return file;
  if (!/^[a-z0-9-]{1,32}$/.test(deployment)) {
    throw new UsageError(`--deployment is ${JSON.stringify(deployment)}, expected 1 to 32 of a-z, 0-9 and -`);
  }
  return { ...file, deployment };
}

export function showOn(view: ProgressView): (progress: Progress) => void {
  return (progress) => {
    view.update(progressText(progress));
  };
}

function progressText(progress: Progress): string {
  switch (progress.step) {
    case 'read':
      return `Reading ${progress.what}: ${progress.count}`;
    case 'wait':
      return progress.what;
    case 'apply':
      return `Working: ${progress.done} of ${progress.total}`;
  }
}
