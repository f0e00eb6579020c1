import { describe, expect, test } from 'vitest';
import { defaultDetails } from '../../../src/lib/plan/lifecycle-default.ts';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import type { DefaultDetails } from '../../../src/lib/plan/lifecycle-policy.ts';
import type { DefaultPolicy } from '../../../src/lib/policy/policy.ts';
import { defaultPolicy, DLM_PLACE, dlmFile } from '../../support/dlm-policies.ts';
import { requestProblems } from '../../support/dlm-requests.ts';

interface Row {
  readonly name: string;
  readonly policy: Partial<DefaultPolicy>;
  readonly details: DefaultDetails;
}

const ROWS: readonly Row[] = [
  {
    name: 'volumes, by default',
    policy: {},
    details: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'VOLUME',
      CreateInterval: 1,
      RetainInterval: 7,
      CopyTags: false,
      ExtendDeletion: false,
      CrossRegionCopyTargets: [],
      Exclusions: { ExcludeBootVolumes: false, ExcludeVolumeTypes: [], ExcludeTags: [] },
    },
  },
  {
    name: 'volumes, with all there is',
    policy: {
      createEvery: 7,
      retain: 14,
      copyTags: true,
      extendDeletion: true,
      copies: ['eu-central-1', 'us-gov-west-1'],
      exclude: { bootVolumes: true, volumeTypes: ['st1', 'standard'], tags: { Tmp: ['1', '2'] } },
    },
    details: {
      PolicyType: 'EBS_SNAPSHOT_MANAGEMENT',
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'VOLUME',
      CreateInterval: 7,
      RetainInterval: 14,
      CopyTags: true,
      ExtendDeletion: true,
      CrossRegionCopyTargets: [{ TargetRegion: 'eu-central-1' }, { TargetRegion: 'us-gov-west-1' }],
      Exclusions: {
        ExcludeBootVolumes: true,
        ExcludeVolumeTypes: ['st1', 'standard'],
        ExcludeTags: [
          { Key: 'Tmp', Value: '1' },
          { Key: 'Tmp', Value: '2' },
        ],
      },
    },
  },
  {
    name: 'instances, which leave nothing out but by tag',
    policy: {
      kind: 'instance',
      createEvery: 2,
      retain: 14,
      exclude: { bootVolumes: false, volumeTypes: [], tags: { Stage: ['dev'] } },
    },
    details: {
      PolicyType: 'IMAGE_MANAGEMENT',
      PolicyLanguage: 'SIMPLIFIED',
      ResourceType: 'INSTANCE',
      CreateInterval: 2,
      RetainInterval: 14,
      CopyTags: false,
      ExtendDeletion: false,
      CrossRegionCopyTargets: [],
      Exclusions: { ExcludeTags: [{ Key: 'Stage', Value: 'dev' }] },
    },
  },
];

describe('a default policy in DLM’s words', () => {
  test.each(ROWS)('$name', async ({ policy, details }) => {
    expect(defaultDetails(defaultPolicy(policy))).toEqual(details);
    const file = dlmFile({ dlmPolicies: [], defaultPolicies: [defaultPolicy(policy)] });
    const wanted = wantedLifecyclePolicies(file, DLM_PLACE);
    expect(await Promise.all(wanted.map(requestProblems))).toEqual([[]]);
  });
});
