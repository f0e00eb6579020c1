/** Builders of policies with `engine: dlm` for tests: every field has a default, and a test names only its own. */

import { customDetails } from '../../src/lib/plan/lifecycle-details.ts';
import type { CustomDetails } from '../../src/lib/plan/lifecycle-policy.ts';
import type { LifecyclePlace } from '../../src/lib/plan/lifecycle-role.ts';
import type {
  DefaultPolicy,
  DlmCopy,
  DlmHooks,
  DlmPolicy,
  DlmSchedule,
  PolicyFile,
} from '../../src/lib/policy/policy.ts';
import { keep, policyFile, schedule } from './points.ts';

export const DLM_PLACE: LifecyclePlace = { account: '111122223333', region: 'eu-west-1', partition: 'aws' };

/** Snapshots of instances, every hour, the last 24. */
export function dlmPolicy(over: Partial<DlmPolicy> = {}): DlmPolicy {
  return {
    name: 'hourly-data',
    backup: 'snapshots',
    schedule: schedule('every 1 hours'),
    timezone: 'UTC',
    keep: keep('last=24'),
    reboot: false,
    enabled: true,
    schedules: [dlmSchedule()],
    tags: {},
    variableTags: {},
    copyTags: false,
    copies: [],
    excludeBootVolume: false,
    excludeVolumes: {},
    ...over,
  };
}

export function dlmSchedule(over: Partial<DlmSchedule> = {}): DlmSchedule {
  return { name: 'base', create: { everyHours: 1, at: '00:00' }, retain: { count: 24 }, ...over };
}

/** To Frankfurt, for 30 days. */
export function dlmCopy(over: Partial<DlmCopy> = {}): DlmCopy {
  return {
    region: 'eu-central-1',
    encrypted: false,
    copyTags: false,
    retain: { interval: 30, unit: 'DAYS' },
    ...over,
  };
}

export function dlmHooks(over: Partial<DlmHooks> = {}): DlmHooks {
  return {
    document: 'my-freeze',
    stages: ['pre', 'post'],
    timeout: 10,
    retries: 0,
    onFailure: 'crash-consistent',
    ...over,
  };
}

export function defaultPolicy(over: Partial<DefaultPolicy> = {}): DefaultPolicy {
  return {
    kind: 'volume',
    enabled: true,
    createEvery: 1,
    retain: 7,
    copyTags: false,
    extendDeletion: false,
    copies: [],
    exclude: { bootVolumes: false, volumeTypes: [], tags: {} },
    ...over,
  };
}

/** A file with one policy, which DLM runs. */
export function dlmFile(over: Partial<PolicyFile> = {}): PolicyFile {
  return policyFile({ policies: [], dlmPolicies: [dlmPolicy()], ...over });
}

/** The details of a policy of `dlmFile`. */
export function detailsOf(over: Partial<DlmPolicy> = {}): CustomDetails {
  return customDetails(dlmPolicy(over), 'Backup');
}
