/** What an error of the SDK says, by its name and HTTP status; the simulated account's errors read the same. */

/** Refused before anything was done: the call may be sent again. The codes of the SDK's own list, for EC2. */
const THROTTLES = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'EC2ThrottledException',
  'BandwidthLimitExceeded',
]);

/**
 * Refused because of what EC2 is still busy with, as another policy's snapshot of the volume: it may be tried again
 * later, and sleeping for it would hold up all others.
 */
const BUSY = new Set([
  'ConcurrentCreateImageNoRebootLimitExceeded',
  'ConcurrentSnapshotLimitExceeded',
  'ConcurrentTagAccess',
  'PendingSnapshotLimitExceeded',
  // Less than 15 s after the volume's last snapshot was started.
  'SnapshotCreationPerVolumeRateExceeded',
]);

/** EC2's error code, the SDK's error name, or `Error`. */
export function errorCode(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

export function isThrottled(error: unknown): boolean {
  return THROTTLES.has(errorCode(error)) || isDlmThrottled(error);
}

/** The call's turn would have come after the run's deadline: it was not sent. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** Nothing was done, and it may be done later. */
export function isPostponed(error: unknown): boolean {
  return isThrottled(error) || isBusy(error) || error instanceof OutOfTimeError;
}

export function isBusy(error: unknown): boolean {
  return BUSY.has(errorCode(error));
}

/** DLM has one error for too many calls and for too many lifecycle policies; only the second names what there is too much of. */
function isDlmThrottled(error: unknown): boolean {
  if (errorCode(error) !== 'LimitExceededException') return false;
  return !(error instanceof Error && 'ResourceType' in error && error.ResourceType !== undefined);
}

/**
 * Whether a call may have been carried out although it ended in an error: a lost connection, a 5xx, or a 200 that was
 * cut off or cannot be read. What EC2 refused with a 4xx, or throttled, was not done.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  if (isThrottled(error) || wasNeverSent(error) || error instanceof OutOfTimeError) return false;
  const status = httpStatus(error);
  return status === undefined || status < 400 || status >= 500;
}

/** The SDK's advice to developers, at the end of its message for an answer that it could not read. */
const UNREADABLE = /[\s.]*Deserialization error: to see the raw response.*$/s;

/** `InvalidAMIID.NotFound: The image id '[ami-…]' does not exist`, with the causes that the SDK wrapped. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message
    .replace(UNREADABLE, ` (in the answer, HTTP ${httpStatus(error)})`)
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s.]+$/, '');
  const text = error.name === 'Error' ? message : `${error.name}: ${message}`;
  return error.cause === undefined ? text : `${text} (caused by ${describeError(error.cause)})`;
}

const NOT_SENT = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ENOTFOUND',
  'ECONNREFUSED',
  'EAI_AGAIN',
]);

function wasNeverSent(error: unknown): boolean {
  return NOT_SENT.has(errorCode(error)) || NOT_SENT.has(systemCode(error) ?? '');
}

/** Node's code of a failed system call, such as `ENOTFOUND`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function httpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
