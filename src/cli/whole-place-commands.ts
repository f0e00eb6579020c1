/** Commands that look at all there is in a place, whoever made it. */

import type { Command } from 'commander';
import { withAccountOptions } from './account.ts';
import type { AuditOptions } from './audit-command.ts';
import type { HandoverOptions } from './handover-command.ts';
import { example, type End } from './command-words.ts';
import type { Shell } from './shell.ts';

export function addWholePlaceCommands(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('audit'))
    .description(
      'what nobody backs up, what is backed up twice, what nobody looks after, and what differs from the policy file',
    )
    .option('--fix', "delete of this deployment's own leftovers what prune would, and nothing of others")
    .option('--yes', 'with --fix: do not ask; needed where there is no terminal')
    .option('--dry-run', 'with --fix: show the plan and stop')
    .addHelpText('after', example('ec2-backup audit --region ap-northeast-2'))
    .action(async (options: AuditOptions) =>
      end(await (await import('./audit-command.ts')).auditCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('handover'))
    .description(
      'what remains when this product goes, what that costs, and the commands that remove it; changes nothing',
    )
    .option('--uses', 'ask who uses the AMIs however many there are; by default of 5000 at most')
    .addHelpText('after', example('ec2-backup handover --region ap-northeast-2'))
    .action(async (options: HandoverOptions) =>
      end(await (await import('./handover-command.ts')).handoverCommand(options, shell)),
    );
}
