import { SimulatedServiceError } from './errors.ts';

/** An error of SQS by the name of the SDK's class, or one that has no class. */
export function sqsError(name: string, message: string): SimulatedServiceError {
  return new SimulatedServiceError(name, message, 400);
}

export function sqsInvalid(message: string): SimulatedServiceError {
  return sqsError('InvalidParameterValue', message);
}

export function sqsMissing(parameter: string): SimulatedServiceError {
  return sqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}
