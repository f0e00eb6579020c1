/** The request or the policy file cannot be carried out as it stands: exit code 2, nothing was changed. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** EC2 could not be read, so nothing was planned: exit code 1. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
}
