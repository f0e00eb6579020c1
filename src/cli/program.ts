/**
 * The command line: words, options and help. Each command is a file of its own; those that need the SDK are loaded
 * when they are called, because the SDK takes longer to load than `retention` or `--help` to answer.
 */

import { Command, CommanderError } from 'commander';
import { name, version } from '../../package.json';
import { POLICIES_HELP, withAccountOptions, withPlaceOptions, type AccountOptions } from './account.ts';
import type { BackupOptions } from './backup-command.ts';
import type { CostOptions } from './cost-command.ts';
import type { DemoOptions } from './demo/demo-command.ts';
import { explainError } from './explain-error.ts';
import { example, joinWords, once } from './option-words.ts';
import type { PoliciesApplyOptions, PoliciesPlanOptions } from './policies-command.ts';
import type { PruneOptions } from './prune-command.ts';
import type { RehearseOptions } from './rehearse-command.ts';
import type { ReplicateOptions } from './replicate-command.ts';
import type { ReportOptions } from './report-command.ts';
import type { RestoreOptions } from './restore-options.ts';
import { retentionCommand, type RetentionOptions } from './retention-command.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';
import { simulateCommand, type SimulateOptions } from './simulate-command.ts';
import { validateCommand, type ValidateOptions } from './validate-command.ts';

const YES_HELP = 'do not ask; needed where there is no terminal';

const EXIT_HELP = `
Exit codes: 0 done, 1 error, 2 usage or configuration, 3 some actions failed, 4 refused by the guard.`;

/** Runs one command line (without node and script) and answers its exit code. */
export async function runCommandLine(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = buildProgram(shell, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const explained = explainError(error);
    shell.note(explained.message);
    return explained.code;
  }
}

type End = (code: ExitCode) => void;

function buildProgram(shell: Shell, end: End): Command {
  const program = new Command(name)
    .version(`${name} ${version}`, '-V, --version', 'print name and version')
    .description('Backs up EC2 instances and volumes that carry a tag, and prunes the backups by policy.')
    .addHelpText('after', `${EXIT_HELP}\n\nStart here: ec2-backup demo`)
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out(text.trimEnd()),
      writeErr: (text) => shell.note(text.trimEnd()),
    });
  addAccountCommands(program, shell, end);
  addRestoreCommand(program, shell, end);
  addRehearseCommand(program, shell, end);
  addPoliciesCommands(program, shell, end);
  addCostCommand(program, shell, end);
  addReportCommand(program, shell, end);
  addOfflineCommands(program, shell, end);
  return program;
}

function addAccountCommands(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('plan'))
    .description('print what backup and prune would do now; changes nothing')
    .addHelpText('after', example('ec2-backup plan --region ap-northeast-2'))
    .action(async (options: AccountOptions) =>
      end(await (await import('./plan-command.ts')).planCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('backup'))
    .description('back up the sources of a policy now')
    .requiredOption('--policy <name>', 'the policy to run', once('--policy'))
    .option('--source <id...>', "only these of the policy's instances or volumes")
    .option(
      '--slot <time>',
      'the slot to make, such as 2026-11-22T18:00:00Z, at most 24 h ago, to retry an earlier run (default: this minute)',
    )
    .option('--hold <why>', 'hold what is made: it stays until its Hold tag is removed')
    .option('--yes', YES_HELP)
    .option('--dry-run', 'show the plan and stop')
    .addHelpText('after', example('ec2-backup backup --policy daily-ami --source i-0123456789abcdef0 --yes'))
    .action(async (options: BackupOptions) =>
      end(await (await import('./backup-command.ts')).backupCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('replicate'))
    .description('copy recovery points to the other places that the policy file names')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--yes', YES_HELP)
    .option('--dry-run', 'show the plan and stop')
    .addHelpText('after', example('ec2-backup replicate --policy daily-ami --dry-run'))
    .action(async (options: ReplicateOptions) =>
      end(await (await import('./replicate-command.ts')).replicateCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('prune'))
    .description('delete the recovery points that no rule keeps')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option(
      '--accept <n>',
      'with --policy: run a plan that the guard refused, if it still deletes exactly n points',
    )
    .option('--yes', YES_HELP)
    .option('--dry-run', 'show the plan and stop')
    .addHelpText('after', example('ec2-backup prune --policy daily-ami --dry-run'))
    .action(async (options: PruneOptions) =>
      end(await (await import('./prune-command.ts')).pruneCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('doctor'))
    .description('check that everything is in place, or say what to do; changes nothing')
    .addHelpText('after', example('ec2-backup doctor --region ap-northeast-2'))
    .action(async (options: AccountOptions) =>
      end(await (await import('./doctor-command.ts')).doctorCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('list'))
    .description('list recovery points with state, age, verdict and reasons')
    .argument('[source]', 'an instance or volume id (default: every source)')
    .addHelpText('after', example('ec2-backup list i-0123456789abcdef0'))
    .action(async (source: string | undefined, options: AccountOptions) =>
      end(await (await import('./list-command.ts')).listCommand(source, options, shell)),
    );
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

function addReportCommand(program: Command, shell: Shell, end: End): void {
  withPlaceOptions(shell, program.command('report'))
    .description('write one page that shows how the backups stand: problems, coverage, retention, cost')
    .option('--out <file>', 'the page; a file of another kind is not replaced', 'report.html')
    .option('--force', 'replace it, whatever it is')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--markdown', 'print Markdown instead, for tickets')
    .addHelpText('after', example('ec2-backup report --out report.html'))
    .action(async (options: ReportOptions) =>
      end(await (await import('./report-command.ts')).reportCommand(options, shell)),
    );
}

function addRestoreCommand(program: Command, shell: Shell, end: End): void {
  withRestoreOptions(withAccountOptions(shell, program.command('restore')))
    .description('get a source back from a recovery point, beside the original unless --in-place')
    .argument('<source>', 'an instance or volume id; it may be long gone')
    .option('--yes', YES_HELP)
    .option('--dry-run', 'show the plan and stop')
    .addHelpText('after', '\nName the source before an option that takes several values (...).')
    .addHelpText('after', example('ec2-backup restore i-0123456789abcdef0 --at 2026-11-22T18:00:00Z'))
    .action(async (source: string, options: RestoreOptions) =>
      end(await (await import('./restore-command.ts')).restoreCommand(source, options, shell)),
    );
}

function addRehearseCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('rehearse'))
    .description('start a random backup of a policy, see that it comes up, and take it away again')
    .argument('<policy>', 'a policy with rehearse')
    .option('--yes', YES_HELP)
    .option('--dry-run', 'show the plan and stop')
    .addHelpText('after', example('ec2-backup rehearse daily-ami --dry-run'))
    .action(async (policy: string, options: RehearseOptions) =>
      end(await (await import('./rehearse-command.ts')).rehearseCommand(policy, options, shell)),
    );
}

function withRestoreOptions(command: Command): Command {
  return command
    .option(
      '--at <time>',
      'the newest data of this time or before, such as 2026-11-22T18:00:00Z (default: the newest)',
    )
    .option('--point <id>', 'this recovery point, as list shows it')
    .option('--type <type>', "another instance type than the backup's")
    .option('--subnet <id>', "another subnet than the original's")
    .option('--security-group <id...>', "other security groups than the original's")
    .option('--key <name>', 'another key pair; "" for none')
    .option('--tag <key=value...>', 'tags besides, or instead of, the original ones')
    .option('--with-profile', "with the original's instance profile, and so its permissions")
    .option('--with-address', "with the original's private address, if that is free")
    .option('--adopt', "it takes the original's place: backed up again, and a user of its AMI")
    .option('--volumes', 'the volumes alone, without an instance')
    .option('--zone <zone>', 'the Availability Zone to make the volumes in')
    .option('--attach <instance>', 'attach the volumes to this instance, never over a device in use')
    .option('--device <name...>', 'only the volumes of these devices')
    .option('--in-place', 'replace the root volume of the running source; the old one is kept')
    .option(
      '--root-device <name>',
      'the root device of a machine whose snapshots do not tell it, such as /dev/xvda',
    )
    .option('--architecture <name>', 'likewise: x86_64 or arm64')
    .option('--boot-mode <mode>', 'likewise: legacy-bios, uefi or uefi-preferred')
    .option('--again <word>', 'make another one beside what the same command made before')
    .option('--restore-days <n>', 'for how many days archived snapshots are brought back, 1 to 180', '7')
    .option('--wait', 'wait for archived snapshots, up to 72 hours');
}

function addPoliciesCommands(program: Command, shell: Shell, end: End): void {
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
    .option('--dry-run', 'show the plan and stop')
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

function addOfflineCommands(program: Command, shell: Shell, end: End): void {
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
  program
    .command('simulate')
    .description('what one source of each policy would have over years; needs no account')
    .option('--policies <file>', POLICIES_HELP, shell.policiesPath)
    .option('--policy <name>', 'only this policy', once('--policy'))
    .option('--compare <file>', 'another policy file, shown beside it with the differences marked')
    .option('--days <n>', 'how many days, 1 to 3650', '730')
    .option('--from <time>', 'when it begins, such as 2026-11-22T18:00:00Z (default: now)')
    .option('--missed <share>', 'the share of runs that go wrong, the same ones each time', '0%')
    .option('--json', 'print JSON, with every point and the counts of each day')
    .addHelpText('after', example('ec2-backup simulate --days 365 --compare edited.yml'))
    .action(async (options: SimulateOptions) => end(await simulateCommand(options, shell)));
}
