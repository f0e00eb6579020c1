/** Builders of values for tests: every field has a default, and a test names only those that it is about. */

import { NOT_NEEDED, type SafetyChecks } from '../../src/lib/plan/safety.ts';
import type { Image, Instance, Snapshot, Tags, Volume } from '../../src/lib/plan/inventory.ts';
import type { Marks, Ownership } from '../../src/lib/plan/marks.ts';
import type { Owned, RecoveryPoint } from '../../src/lib/plan/recovery-points.ts';
import { parseInstant } from '../../src/lib/policy/instant.ts';
import { parseKeep, type Keep } from '../../src/lib/policy/keep.ts';
import type { Policy, PolicyFile, RetiredPolicy, Schedule } from '../../src/lib/policy/policy.ts';
import { parseSchedule } from '../../src/lib/policy/schedule.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** `2026-11-22T03:00Z` as ms since the epoch; a plain day is its midnight in UTC. */
export function instant(text: string): number {
  const time = parseInstant(text.includes('T') ? text : `${text}T00:00Z`);
  if (time === undefined) throw new Error(`${JSON.stringify(text)} is no instant`);
  return time;
}

/** The moment at which most tests take place. */
export const NOW = instant('2026-11-22T12:00Z');

/** Where most tests take place. */
export const PLACE = { account: '111122223333', region: 'ap-northeast-2' };

/** Rules in the one-line form: `daily=7 within=14d`. */
export function keep(text: string): Keep {
  const parsed = parseKeep(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

export function schedule(text: string): Schedule {
  const parsed = parseSchedule(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

export function tags(entries: Readonly<Record<string, string>> = {}): Tags {
  return new Map(Object.entries(entries));
}

export function policy(over: Partial<Policy> = {}): Policy {
  return {
    name: 'daily-ami',
    backup: 'image',
    schedule: schedule('cron(0 3 * * ? *)'),
    timezone: 'UTC',
    keep: keep('daily=7'),
    reboot: false,
    copies: [],
    ...over,
  };
}

export function retired(over: Partial<RetiredPolicy> = {}): RetiredPolicy {
  return { name: 'old-weekly', timezone: 'UTC', keep: keep('last=1'), ...over };
}

export function policyFile(over: Partial<PolicyFile> = {}): PolicyFile {
  return {
    version: 1,
    deployment: 'prod',
    optInTag: 'Backup',
    timezone: 'UTC',
    policies: [policy()],
    dlmPolicies: [],
    defaultPolicies: [],
    registerPolicies: { schedule: schedule('every 6 hours') },
    replicate: { schedule: schedule('every 1 hours from 00:25') },
    retired: [],
    prune: { schedule: schedule('every 6 hours'), maxShare: 0.3 },
    targets: [],
    limits: { share: 0.5 },
    watch: { schedule: schedule('every 1 hours from 00:40'), digest: schedule('cron(0 8 * * ? *)') },
    notify: [],
    feedbackTag: false,
    ...over,
  };
}

export const ROOT_VOLUME = 'vol-0000000000000000a';
export const DATA_VOLUME = 'vol-0000000000000000b';

export function marks(over: Partial<Marks> = {}): Marks {
  return { policy: 'daily-ami', source: 'i-1', slot: instant('2026-11-22T03:00Z'), kind: 'image', ...over };
}

export function ours(over: Partial<Marks> = {}): Ownership {
  return { status: 'ours', marks: marks(over) };
}

export const FOREIGN: Ownership = { status: 'foreign' };

/** An available AMI of ours that maps `snap-1`. */
export function image(over: Partial<Owned<Image>> = {}): Owned<Image> {
  return {
    id: 'ami-1',
    name: 'prod/daily-ami/i-1/20261122T030000Z',
    state: 'available',
    createdAt: instant('2026-11-22T03:00:10Z'),
    snapshotIds: ['snap-1'],
    ownership: ours(),
    ...over,
  };
}

/** A completed snapshot of ours, of the image that `image()` makes. */
export function snapshot(over: Partial<Owned<Snapshot>> = {}): Owned<Snapshot> {
  return {
    id: 'snap-1',
    state: 'completed',
    startedAt: instant('2026-11-22T03:00:12Z'),
    volumeId: ROOT_VOLUME,
    ownership: ours(),
    ...over,
  };
}

/** A good point of an image; its ids and its time of making follow from its slot unless given. */
export function point(over: Partial<RecoveryPoint> = {}): RecoveryPoint {
  const base = { ...marks(), ...over };
  const name = `${base.policy}-${base.source}-${base.slot / 1000}`;
  const isImage = base.kind === 'image';
  return {
    ...base,
    id: isImage ? `ami-${name}` : `snap-${name}`,
    state: 'good',
    madeAt: base.slot + 10_000,
    ...(isImage && { imageId: over.id ?? `ami-${name}` }),
    snapshotIds: [`snap-${name}`],
    deregistrationProtected: false,
    foreignSnapshots: [],
    mappedBy: [],
    ...over,
  };
}

/** One good point for each of these slots. */
export function points(slots: readonly string[], over: Partial<RecoveryPoint> = {}): RecoveryPoint[] {
  return slots.map((slot) => point({ ...over, slot: instant(slot) }));
}

/** One point a day at 03:00 UTC, the newest on 22 November 2026; oldest first. */
export function dailyPoints(count: number, over: Partial<RecoveryPoint> = {}): RecoveryPoint[] {
  const newest = instant('2026-11-22T03:00Z');
  return Array.from({ length: count }, (_, index) =>
    point({ ...over, slot: newest - (count - 1 - index) * DAY }),
  );
}

/** Checks that found nothing against deleting any of these. */
export function unused(candidates: readonly RecoveryPoint[], over: Partial<SafetyChecks> = {}): SafetyChecks {
  const users = new Map(candidates.flatMap(({ imageId }) => (imageId === undefined ? [] : [[imageId, []]])));
  return { ...NOT_NEEDED, users, ...over };
}

/** A running instance with a root and a data volume that opted in to `daily-ami`. */
export function instance(over: Partial<Instance> = {}): Instance {
  return {
    id: 'i-1',
    state: 'running',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    volumes: [
      { device: '/dev/xvda', volumeId: ROOT_VOLUME },
      { device: '/dev/sdf', volumeId: DATA_VOLUME },
    ],
    tags: tags({ Backup: 'daily-ami' }),
    securityGroups: [],
    ...over,
  };
}

export function volume(over: Partial<Volume> = {}): Volume {
  return {
    id: DATA_VOLUME,
    state: 'in-use',
    type: 'gp3',
    sizeGiB: 8,
    tags: tags(),
    ...over,
  };
}
