import { describe, expect, test } from 'vitest';
import { dlmOfInstance, dlmOfVolume } from '../../../src/lib/plan/audit-dlm.ts';
import type { LifecyclePolicy } from '../../../src/lib/plan/lifecycle-policy.ts';
import { DATA_VOLUME, instance, ROOT_VOLUME, tags, volume } from '../../support/points.ts';

function lifecycle(
  details: LifecyclePolicy['details'],
  over: Partial<LifecyclePolicy> = {},
): readonly LifecyclePolicy[] {
  const id = 'policy-1';
  return [
    {
      id,
      description: '',
      state: 'ENABLED',
      roleArn: '',
      tags: new Map(),
      isDefault: false,
      details,
      ...over,
    },
  ];
}

const OF_INSTANCES = { ResourceTypes: ['INSTANCE'], TargetTags: [{ Key: 'Backup', Value: 'daily-ami' }] };
const root = volume({ id: ROOT_VOLUME });
const data = volume({ id: DATA_VOLUME, tags: tags({ Scratch: 'yes' }) });

describe('a custom lifecycle policy', () => {
  test('covers an instance by any of its target tags, exactly, and its volumes with it', () => {
    const policies = lifecycle(OF_INSTANCES);
    expect(dlmOfInstance(policies, instance())).toHaveLength(1);
    expect(dlmOfInstance(policies, instance({ tags: tags({ Backup: 'Daily-ami' }) }))).toEqual([]);
    expect(dlmOfVolume(policies, data, instance())).toHaveLength(1);
    expect(dlmOfVolume(policies, data, undefined)).toEqual([]);
  });

  test('does not cover the volumes that its parameters leave out', () => {
    const without = lifecycle({
      ...OF_INSTANCES,
      Parameters: { ExcludeBootVolume: true, ExcludeDataVolumeTags: [{ Key: 'Scratch', Value: 'yes' }] },
    });
    expect(dlmOfVolume(without, root, instance())).toEqual([]);
    expect(dlmOfVolume(without, data, instance())).toEqual([]);
    expect(dlmOfVolume(without, { ...data, tags: tags() }, instance())).toHaveLength(1);
  });

  test.each(['DISABLED', 'ERROR'])('covers nothing while it is %s', (state) => {
    expect(dlmOfInstance(lifecycle(OF_INSTANCES, { state }), instance())).toEqual([]);
    expect(dlmOfVolume(lifecycle(OF_INSTANCES, { state }), root, instance())).toEqual([]);
  });

  test('details of a shape that is not known cover nothing', () => {
    for (const details of [
      {},
      { ResourceTypes: 'INSTANCE' },
      { ...OF_INSTANCES, TargetTags: [null, 'Backup'] },
    ])
      expect(dlmOfInstance(lifecycle(details), instance())).toEqual([]);
  });
});

describe('a default lifecycle policy', () => {
  const exclusions = {
    ExcludeBootVolumes: true,
    ExcludeVolumeTypes: ['st1'],
    ExcludeTags: [{ Key: 'Scratch', Value: 'yes' }],
  };
  const policies = lifecycle({ ResourceType: 'VOLUME', Exclusions: exclusions }, { isDefault: true });

  test('covers every volume but those that it excludes, and no instance', () => {
    expect(dlmOfVolume(policies, volume(), instance())).toEqual([{ id: 'policy-1', isDefault: true }]);
    expect(dlmOfVolume(policies, root, instance())).toEqual([]);
    expect(dlmOfVolume(policies, data, instance())).toEqual([]);
    expect(dlmOfVolume(policies, volume({ type: 'st1' }), undefined)).toEqual([]);
    expect(dlmOfInstance(policies, instance())).toEqual([]);
  });
});
