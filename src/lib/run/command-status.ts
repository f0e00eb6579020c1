const UNDER_WAY: ReadonlySet<string> = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** Whether a command of Systems Manager may still go on, by its word for that, without spaces. */
export function isUnderWay(status: string): boolean {
  return UNDER_WAY.has(status);
}

/**
 * Whether it has done nothing, and will do nothing any more. Not so where its delivery timed out: a command that expires is said to
 * have, also where it was in progress, and what it has begun may go on on the instance.
 */
export function hasNeverBegun(status: string): boolean {
  return status === 'Undeliverable';
}
