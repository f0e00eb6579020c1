/** DLM's default policies: what has had no recent backup, whatever its tags. */

import type { DefaultPolicy } from '../policy/policy.ts';
import type { DefaultDetails } from './lifecycle-policy.ts';
import { tagList } from './lifecycle-schedule.ts';

/**
 * A default policy in the words of PolicyDetails. Boot volumes and volume types are only a matter of snapshots; tags the
 * user guide gives to both kinds, where the API reference names AMIs alone.
 */
export function defaultDetails(policy: DefaultPolicy): DefaultDetails {
  const { kind, exclude } = policy;
  const isVolume = kind === 'volume';
  return {
    PolicyType: isVolume ? 'EBS_SNAPSHOT_MANAGEMENT' : 'IMAGE_MANAGEMENT',
    PolicyLanguage: 'SIMPLIFIED',
    ResourceType: isVolume ? 'VOLUME' : 'INSTANCE',
    CreateInterval: policy.createEvery,
    RetainInterval: policy.retain,
    CopyTags: policy.copyTags,
    ExtendDeletion: policy.extendDeletion,
    CrossRegionCopyTargets: policy.copies.map((region) => ({ TargetRegion: region })),
    Exclusions: {
      ...(isVolume && {
        ExcludeBootVolumes: exclude.bootVolumes,
        ExcludeVolumeTypes: exclude.volumeTypes,
      }),
      ExcludeTags: tagList(exclude.tags),
    },
  };
}
