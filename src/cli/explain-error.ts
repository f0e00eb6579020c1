/** What went wrong, in words, with the exit code that goes with it. */

import { describeError, errorCode, systemCode } from '../lib/aws/errors.ts';
import { PolicyFileError } from '../lib/policy/load-policies.ts';
import { ConfigurationError, ReadError } from '../lib/run/errors.ts';
import { EXIT, UsageError, type ExitCode } from './shell.ts';

interface Explained {
  readonly message: string;
  readonly code: ExitCode;
}

const NO_CREDENTIALS =
  'no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`';

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

/** What to do about errors that people meet first. */
function hintFor(error: unknown): string {
  if (systemCode(error) === 'ENOTFOUND') return '. Is the Region right, and is there a network?';
  if (systemCode(error) === 'ECONNREFUSED') return '. Is AWS_ENDPOINT_URL right?';
  switch (errorCode(error)) {
    case 'ExpiredToken':
    case 'RequestExpired':
    case 'ExpiredTokenException':
      return '. The credentials have expired: sign in again';
    case 'AuthFailure':
    case 'InvalidClientTokenId':
    case 'SignatureDoesNotMatch':
      return '. AWS does not accept these credentials';
    case 'UnauthorizedOperation':
    case 'AccessDenied':
      return '. The credentials lack this permission';
    default:
      return '';
  }
}
