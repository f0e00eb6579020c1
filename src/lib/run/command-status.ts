const UNDER_WAY: ReadonlySet<string> = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** Whether a command of Systems Manager may still go on, by its word for that, without spaces. */
export function isUnderWay(status: string): boolean {
  return UNDER_WAY.has(status);
}

const NEVER_BEGAN: ReadonlySet<string> = new Set(['DeliveryTimedOut', 'Undeliverable']);

/** Whether it has done nothing, and will do nothing any more. */
export function hasNeverBegun(status: string): boolean {
  return NEVER_BEGAN.has(status);
}
