/** An error as the SDK gives it to its callers: code in `name`, status in `$metadata`. */
export class SimulatedServiceError extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; requestId: string; readonly attempts: number };
  readonly Code: string;

  constructor(code: string, message: string, httpStatusCode = 400) {
    super(message);
    this.name = code;
    this.Code = code;
    this.$fault = httpStatusCode >= 500 ? 'server' : 'client';
    this.$metadata = { httpStatusCode, requestId: '', attempts: 1 };
  }
}

/** The process of the caller is dead: no call has an answer or an effect before `region.revive()`. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** EC2 accepted the call and the answer never came. There is no status, as nothing was received. */
export class LostAnswerError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ECONNRESET';
  readonly $metadata = { attempts: 1 };
}

export function throttled(): SimulatedServiceError {
  return new SimulatedServiceError('RequestLimitExceeded', 'Request limit exceeded.', 503);
}

export function unavailable(): SimulatedServiceError {
  return new SimulatedServiceError(
    'Unavailable',
    'The service is unavailable. Please try again shortly.',
    503,
  );
}

export function dryRunSucceeded(): SimulatedServiceError {
  return new SimulatedServiceError(
    'DryRunOperation',
    'Request would have succeeded, but DryRun flag is set.',
    412,
  );
}

export function invalidValue(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameterValue', message);
}

export function missingParameter(name: string): SimulatedServiceError {
  return new SimulatedServiceError('MissingParameter', `The request must contain the parameter ${name}`);
}

/**
 * For a refusal whose real code nobody has verified (aws-facts.md section 8): the number differs each
 * time, so that no code can come to depend on one answer.
 */
export function opaque(number: number, message: string): SimulatedServiceError {
  return new SimulatedServiceError(`Client.Opaque.${number}`, message);
}
