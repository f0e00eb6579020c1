/** Commands that look at an account and change nothing. */

import type { Command } from 'commander';
import { withAccountOptions } from './account.ts';
import { example, once, YES_HELP, type End } from './command-words.ts';
import type { CostOptions } from './cost-command.ts';
import type { Shell } from './shell.ts';

export function addLookingCommands(program: Command, shell: Shell, end: End): void {
  addCostCommand(program, shell, end);
}

function addCostCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('cost'))
    .description('what the snapshots of each policy and source cost a month, now and after the pending prune')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--exact', 'from changed blocks instead of an estimate; says first what reading them costs')
    .option('--yes', YES_HELP)
    .addHelpText('after', example('ec2-backup cost --policy daily-ami'))
    .action(async (options: CostOptions) =>
      end(await (await import('./cost-command.ts')).costCommand(options, shell)),
    );
}
