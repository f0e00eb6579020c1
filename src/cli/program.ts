/**
 * The command line: words, options and help. Each command is a file of its own; those that need the SDK are loaded
 * when they are called, because the SDK takes longer to load than `retention` or `--help` to answer.
 */

import { Command, CommanderError } from 'commander';
import { name, version } from '../../package.json';
import { withAccountOptions, type AccountOptions } from './account.ts';
import type { BackupOptions } from './backup-command.ts';
import { DRY_RUN_HELP, example, noPolicyOption, once, YES_HELP, type End } from './command-words.ts';
import { explainError } from './explain-error.ts';
import { addPoliciesCommands } from './lifecycle-commands.ts';
import { addLookingCommands } from './looking-commands.ts';
import { addOfflineCommands } from './offline-commands.ts';
import type { ProtectOptions } from './protect-command.ts';
import type { PruneOptions } from './prune-command.ts';
import type { RehearseOptions } from './rehearse-command.ts';
import type { ReplicateOptions } from './replicate-command.ts';
import type { RestoreOptions } from './restore-options.ts';
import { EXIT, type ExitCode, type Shell } from './shell.ts';
import { addWholePlaceCommands } from './whole-place-commands.ts';

const EXIT_HELP = `
Exit codes: 0 done, 1 error, 2 usage or configuration, 3 some actions failed (status: a source lacks its backup), 4 refused by the guard.`;

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
  addDoctorAndList(program, shell, end);
  addProtectCommand(program, shell, end);
  addRestoreCommand(program, shell, end);
  addRehearseCommand(program, shell, end);
  addPoliciesCommands(program, shell, end);
  addLookingCommands(program, shell, end);
  addWholePlaceCommands(program, shell, end);
  addOfflineCommands(program, shell, end);
  return program;
}

function addAccountCommands(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('plan'))
    .description('print what backup and prune would do now; changes nothing')
    .addOption(
      noPolicyOption(
        'plan shows all policies, expected no --policy; of one policy: ec2-backup prune --dry-run --policy NAME, or backup likewise',
      ),
    )
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
    .option('--dry-run', DRY_RUN_HELP)
    .addHelpText('after', example('ec2-backup backup --policy daily-ami --source i-0123456789abcdef0 --yes'))
    .action(async (options: BackupOptions) =>
      end(await (await import('./backup-command.ts')).backupCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('replicate'))
    .description('copy recovery points to the other places that the policy file names')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option('--yes', YES_HELP)
    .option('--dry-run', DRY_RUN_HELP)
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
    .option('--dry-run', DRY_RUN_HELP)
    .addHelpText('after', example('ec2-backup prune --policy daily-ami --dry-run'))
    .action(async (options: PruneOptions) =>
      end(await (await import('./prune-command.ts')).pruneCommand(options, shell)),
    );
}

function addDoctorAndList(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('doctor'))
    .description('check that everything is in place, or say what to do; changes nothing')
    .addHelpText('after', example('ec2-backup doctor --region ap-northeast-2'))
    .action(async (options: AccountOptions) =>
      end(await (await import('./doctor-command.ts')).doctorCommand(options, shell)),
    );
  withAccountOptions(shell, program.command('list'))
    .description('list recovery points with state, age, verdict and reasons')
    .argument('[source]', 'an instance or volume id (default: every source)')
    .addOption(
      noPolicyOption(
        'list shows all policies, expected no --policy; of one policy: ec2-backup prune --dry-run --policy NAME',
      ),
    )
    .addHelpText('after', example('ec2-backup list i-0123456789abcdef0'))
    .action(async (source: string | undefined, options: AccountOptions) =>
      end(await (await import('./list-command.ts')).listCommand(source, options, shell)),
    );
}

function addRestoreCommand(program: Command, shell: Shell, end: End): void {
  withRestoreOptions(withAccountOptions(shell, program.command('restore')))
    .description('get a source back from a recovery point, beside the original unless --in-place')
    .argument('<source>', 'an instance or volume id; it may be long gone')
    .option('--yes', YES_HELP)
    .option('--dry-run', DRY_RUN_HELP)
    .addHelpText('after', '\nName the source before an option that takes several values (...).')
    .addHelpText('after', example('ec2-backup restore i-0123456789abcdef0 --at 2026-11-22T18:00:00Z'))
    .action(async (source: string, options: RestoreOptions) =>
      end(await (await import('./restore-command.ts')).restoreCommand(source, options, shell)),
    );
}

function addProtectCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('protect'))
    .description('lock, protect, age, share and set aside recovery points as their policies say')
    .option('--policy <name>', 'only what this policy made', once('--policy'))
    .option(
      '--accept <n>',
      'with --policy: disable AMIs although the guard refused, if it is still exactly n of them',
    )
    .option('--lock-for-good', 'with --yes: also lock in compliance mode, which nobody can undo')
    .option('--yes', YES_HELP)
    .option('--dry-run', DRY_RUN_HELP)
    .addHelpText('after', example('ec2-backup protect --policy daily-ami --dry-run'))
    .action(async (options: ProtectOptions) =>
      end(await (await import('./protect-command.ts')).protectCommand(options, shell)),
    );
}

function addRehearseCommand(program: Command, shell: Shell, end: End): void {
  withAccountOptions(shell, program.command('rehearse'))
    .description('start a random backup of a policy, see that it comes up, and take it away again')
    .argument('<policy>', 'a policy with rehearse')
    .option('--yes', YES_HELP)
    .option('--dry-run', DRY_RUN_HELP)
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
