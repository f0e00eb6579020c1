/** EC2's request token buckets ("Request throttling for the Amazon EC2 API"): one an account, Region and action. */

export interface Quota {
  /** Tokens that a full bucket holds. */
  readonly capacity: number;
  readonly refillPerSecond: number;
}

const READS: Quota = { capacity: 100, refillPerSecond: 20 };
const WRITES: Quota = { capacity: 50, refillPerSecond: 5 };

const NAMED = new Map<string, Quota>([
  ...['CreateSnapshot', 'CreateSnapshots', 'CreateVolume', 'DeleteSnapshot', 'DeregisterImage'].map(
    (action) => [action, { capacity: 100, refillPerSecond: 5 }] as const,
  ),
  ...['ModifyImageAttribute', 'ModifySnapshotAttribute'].map(
    (action) => [action, { capacity: 100, refillPerSecond: 5 }] as const,
  ),
  ['CopyImage', { capacity: 100, refillPerSecond: 1 }],
  ['RunInstances', { capacity: 5, refillPerSecond: 2 }],
  ['CreateTags', { capacity: 100, refillPerSecond: 10 }],
]);

export function isChanging(action: string): boolean {
  return !/^(?:Describe|List|Get|Search)/.test(action);
}

/** Our lists all come in pages, so the smaller bucket of unpaginated ones is never used. */
export function quotaOf(action: string): Quota {
  return NAMED.get(action) ?? (isChanging(action) ? WRITES : READS);
}
