/** The request or the policy file cannot be carried out as it stands: exit code 2, nothing was changed. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}

/** The slot's time is over: what were made now would pass for data of then. Nothing was changed. */
export class MissedSlotError extends ConfigurationError {
  override readonly name = 'MissedSlotError';
}

/** EC2 could not be read, so nothing was planned: exit code 1. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
}
