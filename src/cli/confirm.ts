import { EXIT, UsageError, type ExitCode, type Shell } from './shell.ts';

export interface ConsentOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Refuses early where a question would have nobody to answer it; to be called when all else that was asked for is right. */
export function requireConsent({ yes, dryRun }: ConsentOptions, shell: Shell): void {
  if (yes || dryRun || shell.interactive) return;
  throw new UsageError(
    'this changes the account and nobody is here to be asked: add --yes, or --dry-run to only look',
  );
}

/** Undefined when the work may go on, otherwise the code to end with. */
export async function consent(
  { yes, dryRun }: ConsentOptions,
  question: string,
  shell: Shell,
): Promise<ExitCode | undefined> {
  if (dryRun) {
    shell.note('Dry run: nothing was changed.');
    return EXIT.done;
  }
  if (yes || (await shell.confirm(question))) return undefined;
  shell.note('Nothing was changed.');
  return EXIT.error;
}

/** The number of `--accept`: of `what`, in the plan of one policy that the guard refused. */
export function readAccept(
  { accept, policy }: { readonly accept?: string; readonly policy?: string },
  what: string,
): number | undefined {
  if (accept === undefined) return undefined;
  if (!/^\d{1,9}$/.test(accept))
    throw new UsageError(`--accept is ${JSON.stringify(accept)}, expected the exact number of ${what}`);
  if (policy === undefined)
    throw new UsageError('--accept goes with --policy: it accepts the plan of one policy');
  return Number(accept);
}
