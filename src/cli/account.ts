/** From options to a run's context, shared by all commands that look at an account. */

import type { Command } from 'commander';
import type { Clients } from '../lib/aws/clients.ts';
import { shapeCalls } from '../lib/aws/shape-calls.ts';
import { loadPolicies } from '../lib/policy/load-policies.ts';
import { samePlace } from '../lib/policy/places.ts';
import type { PolicyFile } from '../lib/policy/policy.ts';
import type { Elsewhere, Progress, RunContext } from '../lib/run/context.ts';
import { elsewhereOf } from '../lib/run/elsewhere.ts';
import { formatPlace, resolvePlace } from '../lib/run/place.ts';
import { refuseUnknownRegion } from './named-region.ts';
import type { Job } from '../lib/run/request.ts';
import { UsageError, type ProgressView, type Shell } from './shell.ts';

export interface AccountOptions {
  readonly policies: string;
  readonly deployment?: string;
  readonly region?: string;
  readonly json?: boolean;
}

export const POLICIES_HELP = 'the policy file; EC2_BACKUP_POLICIES names another default';

export function withAccountOptions(shell: Shell, command: Command): Command {
  return withPlaceOptions(shell, command).option('--json', 'print JSON');
}

/** For commands that have no JSON to print. */
export function withPlaceOptions({ policiesPath }: Shell, command: Command): Command {
  return command
    .option('--policies <file>', POLICIES_HELP, policiesPath)
    .option('--deployment <name>', "act as this deployment instead of the policy file's")
    .option('--region <region>', 'AWS Region (default: AWS_REGION, or that of AWS_PROFILE)');
}

export interface AccountWork {
  /** Whose roles are taken on in other places. */
  readonly job?: Job;
  /** Nothing is changed on what is read: long lists may be read in parts. */
  readonly looks?: boolean;
  /** Throws at what needs no account, and last at a missing consent. */
  readonly check?: (file: PolicyFile) => void;
}

/**
 * Loads the policy file, lets `check` throw at what needs no account, and last at a missing consent, finds the place, and
 * runs `work` while progress is shown.
 */
export async function withAccount<T>(
  options: AccountOptions,
  shell: Shell,
  work: (context: RunContext) => Promise<T>,
  { job = 'prune', looks = false, check }: AccountWork = {},
): Promise<T> {
  const file = withDeployment(await loadPolicies(options.policies), options.deployment);
  if (options.region !== undefined) refuseUnknownRegion(options.region, '--region');
  check?.(file);
  const { region, clients, at } = await shell.connect(options.region);
  const view = shell.progress('Asking which account this is');
  const failed = new AbortController();
  try {
    const place = await resolvePlace(clients, region, file);
    view.update(`Reading ${formatPlace(place)}`);
    const { clock } = shell;
    const pace = { clock, share: file.limits.share, signal: failed.signal };
    const shaped: Clients = { ...shapeCalls(clients, pace), ...(looks && { inParts: true }) };
    const others = elsewhereOf(job, { file, region, connect: at }, (other) => shapeCalls(other, pace));
    const elsewhere: Elsewhere = {
      home: () => Promise.resolve(place),
      enter: (other) => (samePlace(other, place) ? Promise.resolve(shaped) : others.enter(other)),
    };
    return await work({ file, place, clients: shaped, clock, elsewhere, onProgress: showOn(view) });
  } catch (error) {
    failed.abort();
    throw error;
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
