/** Commands that need no account. */

import type { Command } from 'commander';
import { POLICIES_HELP, withAccountOptions } from './account.ts';
import { example, once, type End } from './command-words.ts';
import type { DemoOptions } from './demo/demo-command.ts';
import { retentionCommand, type RetentionOptions } from './retention-command.ts';
import type { Shell } from './shell.ts';
import { simulateCommand, type SimulateOptions } from './simulate-command.ts';
import { validateCommand, type ValidateOptions } from './validate-command.ts';

export function addOfflineCommands(program: Command, shell: Shell, end: End): void {
  program
    .command('retention')
    .description('judge a list of points by retention rules; needs no account')
    .argument('[file]', '[{"id","time","state"?}] as JSON; - or none is standard input')
    .requiredOption('--keep <rules>', 'such as "last=3 daily=7 within=14d"; may be repeated', joinWords)
    .option('--timezone <zone>', 'the calendar of days, weeks and months', 'UTC')
    .option('--now <time>', 'judge as of this time (default: the clock)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      example('ec2-backup retention --keep "last=3 daily=7" --timezone Asia/Seoul points.json'),
    )
    .action(async (file: string | undefined, options: RetentionOptions) =>
      end(await retentionCommand(file, options, shell)),
    );
  addSimulateCommand(program, shell, end);
  program
    .command('validate')
    .description('check the policy file and say what it means')
    .argument('[file]', `${POLICIES_HELP} (default: "${shell.policiesPath}")`)
    .option('--policies <file>', 'another way to name the file, as other commands have it')
    .option('--deployment <name>', "act as this deployment instead of the policy file's")
    .option('--json', 'print JSON')
    .addHelpText('after', example('ec2-backup validate policies.yml'))
    .action(async (file: string | undefined, options: ValidateOptions) =>
      end(await validateCommand(file, options, shell)),
    );
  program
    .command('demo')
    .description('run a policy file for 60 days on a simulated account; needs no AWS')
    .option('--policies <file>', 'the policy file (default: the example that ships with ec2-backup)')
    .option('--days <n>', 'how many days, 1 to 400', '60')
    .option('--json', 'print JSON')
    .addHelpText('after', example('ec2-backup demo --days 14'))
    .action(async (options: DemoOptions) =>
      end(await (await import('./demo/demo-command.ts')).demoCommand(options, shell)),
    );
}

function addSimulateCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('simulate'))
    .description('what one source of each policy would have and cost over years; needs no account')
    .option('--policy <name>', 'only this policy', once('--policy'))
    .option('--compare <file>', 'another policy file, shown beside it with the differences marked')
    .option('--days <n>', 'how many days, 1 to 3650', '730')
    .option('--from <time>', 'when it begins, such as 2026-11-22T18:00:00Z (default: now)')
    .option('--missed <share>', 'the share of runs that go wrong, the same ones each time', '0%')
    .option('--source-gib <n>', 'how large a source is taken to be, for what it costs (default: 100)')
    .option('--from-account', 'what becomes of the points that exist in the account instead; changes nothing')
    .addHelpText('after', example('ec2-backup simulate --days 365 --compare edited.yml'))
    .action(async (options: SimulateOptions) => end(await simulateCommand(options, shell)));
}

/** Who knows restic writes one option a rule. */
function joinWords(word: string, before: string | undefined): string {
  return before === undefined ? word : `${before} ${word}`;
}
