/** What to do about errors that people meet first. */

import { errorCode, systemCode } from './errors.ts';

export const NO_CREDENTIALS =
  'no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`';

/** To be appended to what went wrong; empty when there is nothing to say. */
export function hintFor(error: unknown): string {
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
    default:
      return isDenied(error) ? '. The credentials lack this permission' : '';
  }
}

/** Each service has a name of its own for it. */
const DENIALS = new Set([
  'UnauthorizedOperation',
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
]);

/** Whether AWS knows the credentials and does not let them make this call. */
export function isDenied(error: unknown): boolean {
  return DENIALS.has(errorCode(error));
}
