/** `policies …`: what DLM holds of the policy file. */

import type { Command } from 'commander';
import { withAccountOptions, type AccountOptions } from './account.ts';
import { DRY_RUN_HELP, example, YES_HELP, type End } from './command-words.ts';
import type { PoliciesApplyOptions, PoliciesPlanOptions } from './policies-command.ts';
import type { Shell } from './shell.ts';

export function addPoliciesCommands(program: Command, shell: Shell, end: End): void {
  const policies = program
    .command('policies')
    .description('plan, apply or list the lifecycle policies of Amazon DLM, for policies with engine: dlm')
    .addHelpText('after', example('ec2-backup policies plan'));
  const replace = [
    '--replace <name...>',
    'policies to delete and make anew, where DLM cannot change them',
  ] as const;
  withAccountOptions(shell, policies.command('plan'))
    .description('print how DLM differs from the policy file; changes nothing')
    .option(...replace)
    .addHelpText('after', example('ec2-backup policies plan --region ap-northeast-2'))
    .action(async (options: PoliciesPlanOptions) =>
      end(await (await import('./policies-command.ts')).policiesPlanCommand(options, shell)),
    );
  withAccountOptions(shell, policies.command('apply'))
    .description('create, update and delete lifecycle policies until DLM holds what the file says')
    .option(...replace)
    .option('--yes', YES_HELP)
    .option('--dry-run', DRY_RUN_HELP)
    .addHelpText('after', example('ec2-backup policies apply --replace hourly-data'))
    .action(async (options: PoliciesApplyOptions) =>
      end(await (await import('./policies-command.ts')).policiesApplyCommand(options, shell)),
    );
  withAccountOptions(shell, policies.command('list'))
    .description('list every lifecycle policy of the place, with state and, for ERROR, what to do')
    .addHelpText('after', example('ec2-backup policies list --json'))
    .action(async (options: AccountOptions) =>
      end(await (await import('./policies-command.ts')).policiesListCommand(options, shell)),
    );
}
