import { throttled } from './errors.ts';

interface BucketSize {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

// Amazon EC2's "Request throttling": one bucket an account, Region and action (aws-facts.md 1.9).
const READS: BucketSize = { capacity: 100, refillPerSecond: 20 };
const UNFILTERED_READS: BucketSize = { capacity: 50, refillPerSecond: 10 };
const WRITES: BucketSize = { capacity: 50, refillPerSecond: 5 };
const LARGER_WRITES: BucketSize = { capacity: 100, refillPerSecond: 5 };
const LAUNCHES: BucketSize = { capacity: 5, refillPerSecond: 2 };
const IMAGE_COPIES: BucketSize = { capacity: 100, refillPerSecond: 1 };
const TAGGING: BucketSize = { capacity: 100, refillPerSecond: 10 };

const UNFILTERED = new Set(['DescribeInstances', 'DescribeSnapshots', 'DescribeVolumes']);
const LARGER = new Set([
  'CreateSnapshot',
  'CreateSnapshots',
  'CreateVolume',
  'DeleteSnapshot',
  'DeregisterImage',
  'ModifyImageAttribute',
  'ModifySnapshotAttribute',
]);
const NARROWING = ['Filters', 'MaxResults', 'NextToken', 'InstanceIds', 'VolumeIds', 'SnapshotIds'];

/** The token buckets of one account and Region, refilled by the simulated clock. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes a token of the action, an unfiltered and unpaginated read having a bucket of its own.
   * @throws RequestLimitExceeded when the bucket is empty
   */
  take(action: string, input: object, now: number): void {
    const unfiltered = UNFILTERED.has(action) && isUnfiltered(input);
    const size = sizeOf(action, unfiltered);
    const key = unfiltered ? `${action} unfiltered` : action;
    const bucket = this.#buckets.get(key) ?? { tokens: size.capacity, filledAt: now };
    this.#buckets.set(key, bucket);
    const refilled = bucket.tokens + ((now - bucket.filledAt) / 1000) * size.refillPerSecond;
    bucket.tokens = Math.min(size.capacity, refilled);
    bucket.filledAt = now;
    if (bucket.tokens < 1) throw throttled('ec2');
    bucket.tokens -= 1;
  }
}

function sizeOf(action: string, unfiltered: boolean): BucketSize {
  if (unfiltered) return UNFILTERED_READS;
  if (/^(Describe|List|Get|Search)/.test(action)) return READS;
  if (action === 'CreateTags') return TAGGING;
  if (action === 'CopyImage') return IMAGE_COPIES;
  if (action === 'RunInstances') return LAUNCHES;
  return LARGER.has(action) ? LARGER_WRITES : WRITES;
}

function isUnfiltered(input: object): boolean {
  const given = new Map<string, unknown>(Object.entries(input));
  return NARROWING.every((key) => {
    const value = given.get(key);
    return value === undefined || (Array.isArray(value) && value.length === 0);
  });
}
