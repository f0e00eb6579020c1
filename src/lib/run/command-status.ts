const UNDER_WAY: ReadonlySet<string> = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** Whether a command of Systems Manager may still go on, by its word for that, without spaces. */
export function isUnderWay(status: string): boolean {
  return UNDER_WAY.has(status);
}
