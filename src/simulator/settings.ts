import { HOUR, MINUTE } from './clock.ts';

/** Milliseconds, or a function of the id and of how many the creating calls in the Region made before it. */
export type Duration = number | ((id: string, index: number) => number);

export interface SimulatorSettings {
  /** Most items a page may hold, whatever MaxResults says. */
  readonly pageSize: number;
  /** A list answers first, and every third page after, with an empty page and a token. */
  readonly emptyPages: boolean;
  /** Creates, deletes, tags and state changes show in reads only after this many ms (under 5 minutes). */
  readonly readLag: number;
  /** How long an image stays pending. Its snapshots complete with it. */
  readonly imageDuration: Duration;
  /** How long a snapshot of CreateSnapshot(s) stays pending. */
  readonly snapshotDuration: Duration;
  /** How long a copy made by CopyImage or CopySnapshot stays pending. */
  readonly copyDuration: Duration;
  /** How long ModifySnapshotTier takes: ms, or a function of the snapshot's id. */
  readonly archiveDuration: number | ((snapshotId: string) => number);
  /** Most pending copies of single snapshots, and of images, to a Region. */
  readonly maxSnapshotCopies: number;
  readonly maxImageCopies: number;
  /** By how many ms each call advances the clock. */
  readonly latency: number;
  /** Whether EC2's token buckets are enforced. */
  readonly throttle: boolean;
  /** Most user tags a resource may carry. */
  readonly maxTags: number;
  /** Whether the limits of pending and of frequent snapshots of one volume are enforced. */
  readonly volumeSnapshotLimits: boolean;
  /** Whether an image in the Recycle Bin still holds its name (not known of the real EC2). */
  readonly binKeepsName: boolean;
  /**
   * How UpdateLifecyclePolicy takes PolicyDetails, of which DLM's documentation says nothing (aws-facts.md 2.2 and 8):
   * `fields`: a member that is absent of it or of its Parameters keeps its old value, lists are replaced as a whole;
   * `schedules`: and so does one of a schedule that has the same name; `replace`: all of it is replaced.
   */
  readonly lifecycleMerge: 'fields' | 'schedules' | 'replace';
  /** Most lifecycle policies of DLM in a Region. */
  readonly maxLifecyclePolicies: number;
  /** How many ms after a schedule's time DLM starts: 0 to under an hour, or a function of the policy's id. */
  readonly lifecycleDelay: number | ((policyId: string) => number);
  /** Most snapshots in a Region, which only DLM is held to. */
  readonly maxSnapshots: number;
  /** Whether a Region keeps a record of each call; off for simulations of millions of calls. */
  readonly keepCalls: boolean;
}

const DEFAULTS: SimulatorSettings = {
  pageSize: 1000,
  emptyPages: false,
  readLag: 0,
  imageDuration: 4 * MINUTE,
  snapshotDuration: 3 * MINUTE,
  copyDuration: 10 * MINUTE,
  archiveDuration: 6 * HOUR,
  maxSnapshotCopies: 20,
  maxImageCopies: 300,
  latency: 0,
  throttle: true,
  maxTags: 50,
  volumeSnapshotLimits: true,
  binKeepsName: true,
  lifecycleMerge: 'fields',
  maxLifecyclePolicies: 100,
  lifecycleDelay: (policyId) => (1 + (Number.parseInt(policyId.slice(-8), 16) % 9)) * MINUTE,
  maxSnapshots: 100_000,
  keepCalls: true,
};

/** The longest lag that EC2's documentation asks callers to allow for. */
export const LONGEST_READ_LAG = 5 * MINUTE;

export function completeSettings(given: Partial<SimulatorSettings>): SimulatorSettings {
  const settings = { ...DEFAULTS, ...given };
  if (!(settings.readLag >= 0 && settings.readLag < LONGEST_READ_LAG)) {
    throw new Error(`Simulator settings: readLag is ${settings.readLag} ms, expected 0 to under 5 minutes`);
  }
  if (!Number.isInteger(settings.pageSize) || settings.pageSize < 1) {
    throw new Error(`Simulator settings: pageSize is ${settings.pageSize}, expected a whole number from 1`);
  }
  if (!(settings.latency >= 0)) {
    throw new Error(`Simulator settings: latency is ${settings.latency} ms, expected 0 or more`);
  }
  return settings;
}

export function lengthOf(duration: Duration, id: string, index: number): number {
  return typeof duration === 'number' ? duration : duration(id, index);
}
