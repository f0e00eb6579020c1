/** What went wrong, in words, with the exit code that goes with it. */

import { hintFor, NO_CREDENTIALS } from '../lib/aws/error-hints.ts';
import { describeError, errorCode } from '../lib/aws/errors.ts';
import { PolicyFileError } from '../lib/policy/load-policies.ts';
import { ConfigurationError, ReadError } from '../lib/run/errors.ts';
import { EXIT, UsageError, type ExitCode } from './shell.ts';

interface Explained {
  readonly message: string;
  readonly code: ExitCode;
}

export function explainError(error: unknown): Explained {
  if (
    error instanceof UsageError ||
    error instanceof ConfigurationError ||
    error instanceof PolicyFileError
  ) {
    return { message: `ec2-backup: ${error.message}`, code: EXIT.usage };
  }
  const root = error instanceof ReadError ? error.cause : error;
  const where = error instanceof ReadError ? error.message : describeError(error);
  if (errorCode(root) === 'CredentialsProviderError') {
    return { message: `ec2-backup: ${NO_CREDENTIALS} (${describeError(root)})`, code: EXIT.usage };
  }
  return { message: `ec2-backup: ${where}${hintFor(root)}`, code: EXIT.error };
}
