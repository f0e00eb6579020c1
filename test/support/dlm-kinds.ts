/**
 * Which fields belong to which kind of lifecycle policy, by the marks in DLM's API reference ("[Custom AMI policies
 * only]" and so on; ExcludeTags by the user guide). Written from the reference, not from our code.
 */

type Kind = 'snapshots of VOLUME' | 'snapshots of INSTANCE' | 'AMI' | 'default VOLUME' | 'default INSTANCE';

const CUSTOM_SNAPSHOTS: readonly Kind[] = ['snapshots of VOLUME', 'snapshots of INSTANCE'];
const CUSTOM: readonly Kind[] = [...CUSTOM_SNAPSHOTS, 'AMI'];
const DEFAULT: readonly Kind[] = ['default VOLUME', 'default INSTANCE'];

const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  ResourceTypes: CUSTOM,
  ResourceLocations: CUSTOM,
  TargetTags: CUSTOM,
  Schedules: CUSTOM,
  Parameters: CUSTOM,
  'Parameters.ExcludeBootVolume': ['snapshots of INSTANCE'],
  'Parameters.ExcludeDataVolumeTags': ['snapshots of INSTANCE'],
  'Parameters.NoReboot': ['AMI'],
  'Schedules.VariableTags': ['snapshots of INSTANCE', 'AMI'],
  'Schedules.CreateRule.Location': CUSTOM_SNAPSHOTS,
  'Schedules.CreateRule.Scripts': ['snapshots of INSTANCE'],
  'Schedules.FastRestoreRule': CUSTOM_SNAPSHOTS,
  'Schedules.ShareRules': CUSTOM_SNAPSHOTS,
  'Schedules.ArchiveRule': ['snapshots of VOLUME'],
  'Schedules.DeprecateRule': ['AMI'],
  'Schedules.CrossRegionCopyRules.Target': CUSTOM_SNAPSHOTS,
  'Schedules.CrossRegionCopyRules.TargetRegion': ['AMI'],
  'Schedules.CrossRegionCopyRules.DeprecateRule': ['AMI'],
  EventSource: [],
  Actions: [],
  ResourceType: DEFAULT,
  CreateInterval: DEFAULT,
  RetainInterval: DEFAULT,
  CopyTags: DEFAULT,
  ExtendDeletion: DEFAULT,
  CrossRegionCopyTargets: DEFAULT,
  Exclusions: DEFAULT,
  'Exclusions.ExcludeBootVolumes': ['default VOLUME'],
  'Exclusions.ExcludeVolumeTypes': ['default VOLUME'],
};

/** Fields of PolicyDetails that its kind does not take. A field that is undefined is absent; an empty list is not. */
export function kindProblems(details: object): string[] {
  const kind = kindOf(details);
  return [...paths(details, '')]
    .filter((path) => !(KINDS[path]?.includes(kind) ?? true))
    .map((path) => `${path} is not for ${kind}`);
}

function kindOf(details: object): Kind {
  const { PolicyType, ResourceTypes, ResourceType } = details as Readonly<Record<string, unknown>>;
  if (ResourceType !== undefined) return ResourceType === 'VOLUME' ? 'default VOLUME' : 'default INSTANCE';
  if (PolicyType === 'IMAGE_MANAGEMENT') return 'AMI';
  return String(ResourceTypes) === 'VOLUME' ? 'snapshots of VOLUME' : 'snapshots of INSTANCE';
}

function* paths(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* paths(item, path);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const inner = path === '' ? name : `${path}.${name}`;
      yield inner;
      yield* paths(member, inner);
    }
  }
}
