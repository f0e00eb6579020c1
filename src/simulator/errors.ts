import type { ServiceName } from './commands.ts';

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

/** Each service has a code of its own for too many calls. */
export function throttled(service: ServiceName): SimulatedServiceError {
  switch (service) {
    case 'dlm':
      return limitExceeded('Rate exceeded', undefined);
    case 'iam':
    case 'sts':
    case 'cloudwatch':
      return new SimulatedServiceError('Throttling', 'Rate exceeded', 400);
    case 'lambda':
      return new SimulatedServiceError('TooManyRequestsException', 'Rate exceeded', 429);
    case 'scheduler':
    case 'kms':
    case 'rbin':
      return new SimulatedServiceError('ThrottlingException', 'Rate exceeded', 429);
    case 'ssm':
      return new SimulatedServiceError('ThrottlingException', 'Rate exceeded', 400);
    case 'sqs':
      return new SimulatedServiceError('RequestThrottled', 'Request is throttled.', 403);
    case 'sns':
      return new SimulatedServiceError('ThrottledException', 'Rate exceeded', 429);
    case 'ebs':
      return new EbsError('RequestThrottledException', 'ACCOUNT_THROTTLED', 'Rate exceeded');
    case 'ec2':
    case 'autoscaling':
      return new SimulatedServiceError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
}

/** The service fails in an unexpected way, in the words it has for that. */
export function unavailable(service: ServiceName): SimulatedServiceError {
  const message = 'The service is unavailable. Please try again shortly.';
  switch (service) {
    case 'dlm':
      return new DlmError('InternalServerException', message, 500);
    case 'rbin':
      return new SimulatedServiceError('InternalServerException', message, 500);
    case 'iam':
      return new SimulatedServiceError('ServiceFailureException', message, 500);
    case 'sqs':
    case 'sts':
      return new SimulatedServiceError('ServiceUnavailable', message, 503);
    case 'sns':
      return new SimulatedServiceError('InternalErrorException', message, 500);
    case 'lambda':
      return new SimulatedServiceError('ServiceException', message, 500);
    case 'scheduler':
    case 'ebs':
      return new SimulatedServiceError('InternalServerException', message, 500);
    case 'kms':
      return new SimulatedServiceError('KMSInternalException', message, 500);
    case 'ssm':
      return new SimulatedServiceError('InternalServerError', message, 500);
    case 'cloudwatch':
      return new SimulatedServiceError('InternalServiceFault', message, 500);
    case 'ec2':
    case 'autoscaling':
      return new SimulatedServiceError('Unavailable', message, 503);
  }
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

/** An error of the EBS direct APIs, with the reason that the SDK's classes of these names carry. */
export class EbsError extends SimulatedServiceError {
  readonly Message: string;
  readonly Reason: string;

  constructor(code: string, reason: string, message: string, httpStatusCode = 400) {
    super(code, message, httpStatusCode);
    this.Message = message;
    this.Reason = reason;
  }
}

interface DlmErrorMembers {
  readonly RequiredParameters?: readonly string[];
  readonly MutuallyExclusiveParameters?: readonly string[];
  readonly ResourceType?: string;
  readonly ResourceIds?: readonly string[];
}

/** An error of DLM, with the members of the SDK's class of that name; a member that was not sent is undefined. */
export class DlmError extends SimulatedServiceError {
  readonly Message: string;
  readonly RequiredParameters: readonly string[] | undefined;
  readonly MutuallyExclusiveParameters: readonly string[] | undefined;
  readonly ResourceType: string | undefined;
  readonly ResourceIds: readonly string[] | undefined;

  constructor(code: string, message: string, httpStatusCode: number, members: DlmErrorMembers = {}) {
    super(code, message, httpStatusCode);
    this.Message = message;
    this.RequiredParameters = members.RequiredParameters;
    this.MutuallyExclusiveParameters = members.MutuallyExclusiveParameters;
    this.ResourceType = members.ResourceType;
    this.ResourceIds = members.ResourceIds;
  }
}

/** DLM's refusal of a request, with the parameters that are missing or exclude each other, if that is why. */
export function invalidRequest(
  message: string,
  members: Pick<DlmErrorMembers, 'RequiredParameters' | 'MutuallyExclusiveParameters'> = {},
): DlmError {
  return new DlmError('InvalidRequestException', message, 400, members);
}

/** The same name for a quota and for too many calls; only a quota has a type of resource. */
export function limitExceeded(message: string, resourceType: string | undefined): DlmError {
  const members = resourceType === undefined ? {} : { ResourceType: resourceType };
  return new DlmError('LimitExceededException', message, 429, members);
}

export function lifecyclePolicyNotFound(...ids: readonly string[]): DlmError {
  const message = `The following policies do not exist: ${ids.join(', ')}`;
  const members = { ResourceType: 'Policy', ResourceIds: ids };
  return new DlmError('ResourceNotFoundException', message, 404, members);
}
