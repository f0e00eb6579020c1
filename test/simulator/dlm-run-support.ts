/** Lifecycle policies that run in a simulated account, made in the console. */

import type { CreateLifecyclePolicyRequest, PolicyDetails, Schedule } from '@aws-sdk/client-dlm';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';
import type { SnapshotView } from '../../src/simulator/views.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 2026-11-22T00:00:00Z, a Sunday. */
export const START = Date.UTC(2026, 10, 22);
export const TARGET = { Backup: 'yes' };

export interface DlmPlace {
  readonly clock: SimulatedClock;
  readonly region: SimulatedRegion;
  readonly other: SimulatedRegion;
  readonly roleArn: string;
}

/** Two Regions with a role that DLM may take. DLM starts at the minute of the schedule unless told otherwise. */
export function newDlmPlace(settings: Partial<SimulatorSettings> = {}): DlmPlace {
  const clock = new SimulatedClock(START);
  const regions = ['eu-west-1', 'us-east-1'];
  const account = new SimulatedAccount({
    clock,
    regions,
    settings: { lifecycleDelay: 0, throttle: false, ...settings },
  });
  const region = account.region('eu-west-1');
  const roleArn = region.createRole({ name: 'dlm' });
  return { clock, region, other: account.region('us-east-1'), roleArn };
}

/** Daily at 03:00 UTC, the last two kept, unless told otherwise. */
export function schedule(changes: Partial<Schedule> = {}): Schedule {
  return {
    Name: 'Daily',
    CreateRule: { Interval: 24, IntervalUnit: 'HOURS', Times: ['03:00'] },
    RetainRule: { Count: 2 },
    ...changes,
  };
}

export interface PolicySpec {
  readonly kind?: 'VOLUME' | 'INSTANCE' | 'IMAGE';
  readonly schedules?: readonly Schedule[];
  readonly details?: PolicyDetails;
  readonly request?: Partial<CreateLifecyclePolicyRequest>;
}

/** Returns the id. Of volumes with one daily schedule, enabled, unless told otherwise. */
export function addPolicy({ region, roleArn }: DlmPlace, spec: PolicySpec = {}): string {
  const { kind = 'VOLUME', schedules = [schedule()], details, request } = spec;
  return region.createLifecyclePolicy({
    ExecutionRoleArn: roleArn,
    Description: 'made by hand',
    State: 'ENABLED',
    PolicyDetails: {
      PolicyType: kind === 'IMAGE' ? 'IMAGE_MANAGEMENT' : 'EBS_SNAPSHOT_MANAGEMENT',
      ResourceTypes: [kind === 'VOLUME' ? 'VOLUME' : 'INSTANCE'],
      TargetTags: [{ Key: 'Backup', Value: 'yes' }],
      Schedules: [...schedules],
      ...details,
    },
    ...request,
  });
}

/** Returns the id. */
export function addDefaultPolicy(
  { region, roleArn }: DlmPlace,
  kind: 'VOLUME' | 'INSTANCE',
  request: Partial<CreateLifecyclePolicyRequest> = {},
): string {
  return region.createLifecyclePolicy({
    ExecutionRoleArn: roleArn,
    Description: 'the safety net',
    State: 'ENABLED',
    DefaultPolicy: kind,
    ...request,
  });
}

/** A volume that the policies of these tests target. Returns the id. */
export function addVolume({ region }: DlmPlace, tags: Readonly<Record<string, string>> = TARGET): string {
  return region.createVolume({ sizeGiB: 8, tags });
}

/** When each was started, as `2026-11-22T03:00`. */
export function startsOf(snapshots: readonly SnapshotView[]): string[] {
  return snapshots.map(({ startedAt }) => minuteOf(startedAt));
}

export function minuteOf(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}

/** The policy's state and status message. */
export function stateOf({ region }: DlmPlace, id: string): string {
  const policy = region.lifecyclePolicies().find((one) => one.id === id);
  return `${policy?.state ?? 'gone'} ${policy?.statusMessage ?? ''}`.trim();
}
