/** Commands that look at what there is in a place, and change nothing. */

import type { Command } from 'commander';
import { withAccountOptions, withPlaceOptions, type AccountOptions } from './account.ts';
import type { CostOptions } from './cost-command.ts';
import { example, noPolicyOption, once, YES_HELP, type End } from './command-words.ts';
import type { ReportOptions } from './report-command.ts';
import type { Shell } from './shell.ts';
import type { StatusOptions } from './status-command.ts';

export function addLookingCommands(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('status'))
    .description('how the backups of a place stand, on one screen: policies, problems, total')
    .addOption(
      noPolicyOption(
        'status shows all policies, expected no --policy; of one policy: ec2-backup report --markdown --policy NAME',
      ),
    )
    .option('--watch', 'look again every minute until it is ended')
    .addHelpText('after', '\nEnds with 3 when a source is stale or was never backed up, or DLM is in ERROR.')
    .addHelpText('after', example('ec2-backup status --watch'))
    .action(async (options: StatusOptions) =>
      end(await (await import('./status-command.ts')).statusCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('explain'))
    .description('why a recovery point is kept or pruned, and until when; why a source is backed up or not')
    .argument('<id>', 'of a recovery point (ami-…, snap-…), an instance (i-…) or a volume (vol-…)')
    .addOption(
      noPolicyOption(
        'explain tells of one id, expected no --policy: it names the policies of that id itself',
      ),
    )
    .addHelpText('after', example('ec2-backup explain ami-0123456789abcdef0'))
    .action(async (id: string, options: AccountOptions) =>
      end(await (await import('./explain-command.ts')).explainCommand(id, options, shell)),
    );
  addCostCommand(program, shell, end);
  addReportCommand(program, shell, end);
}

function addCostCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('cost'))
    .description(
      'what the snapshots of each policy and source cost a month: now, after the pending prune, and once retention is full',
    )
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--exact', 'from changed blocks instead of an estimate; says first what reading them costs')
    .option('--yes', YES_HELP)
    .addHelpText('after', example('ec2-backup cost --policy daily-ami'))
    .action(async (options: CostOptions) =>
      end(await (await import('./cost-command.ts')).costCommand(options, shell)),
    );
}

function addReportCommand(program: Command, shell: Shell, end: End): void {
  withPlaceOptions(shell, program.command('report'))
    .description('write one page that shows how the backups stand: problems, coverage, retention, cost')
    .option('--out <file>', 'the page; a file of another kind is not replaced (default: "report.html")')
    .option('--force', 'replace it, whatever it is')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--markdown', 'print Markdown instead, for tickets, and write no file')
    .addHelpText('after', example('ec2-backup report --out report.html'))
    .action(async (options: ReportOptions) =>
      end(await (await import('./report-command.ts')).reportCommand(options, shell)),
    );
}
