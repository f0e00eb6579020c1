/** What DLM is to hold for a policy file. Which field belongs to which kind of policy: the API's "[Custom … only]" marks. */

import type { BackupKind, DefaultPolicy, DlmPolicy, PolicyFile } from '../policy/policy.ts';
import { defaultDetails } from './lifecycle-default.ts';
import type {
  CustomDetails,
  DefaultDetails,
  LifecycleTag,
  WantedLifecyclePolicy,
} from './lifecycle-policy.ts';
import { roleArn, roleOf, type LifecyclePlace } from './lifecycle-role.ts';
import { lifecycleSchedules, tagList } from './lifecycle-schedule.ts';
import { targetTags } from './lifecycle-targets.ts';
import { MARK } from './marks.ts';

/** One for each policy with `engine: dlm`, then the default policies. Throws a RangeError for what no parsed file holds. */
export function wantedLifecyclePolicies(file: PolicyFile, place: LifecyclePlace): WantedLifecyclePolicy[] {
  const wanted = [
    ...file.dlmPolicies.map((policy) => {
      const details = customDetails(policy, file.optInTag);
      return { policy: policy.name, enabled: policy.enabled, details };
    }),
    ...file.defaultPolicies.map((policy) => {
      return { policy: defaultPolicyName(policy), enabled: policy.enabled, details: defaultDetails(policy) };
    }),
  ].map((one) => registration(one, file, place));
  assertOneOfEachName(wanted);
  return wanted;
}

/** What a default policy is called in tags, descriptions and plans. */
export function defaultPolicyName({ kind }: Pick<DefaultPolicy, 'kind'>): string {
  return `default-${kind}`;
}

/** The names of all that DLM runs by the file. */
export function dlmNames({ dlmPolicies, defaultPolicies }: PolicyFile): string[] {
  return [...dlmPolicies.map(({ name }) => name), ...defaultPolicies.map(defaultPolicyName)];
}

/** PolicyDetails of a custom policy. */
export function customDetails(policy: DlmPolicy, optInTag: string): CustomDetails {
  const isImage = policy.backup === 'image';
  return {
    PolicyType: isImage ? 'IMAGE_MANAGEMENT' : 'EBS_SNAPSHOT_MANAGEMENT',
    PolicyLanguage: 'STANDARD',
    ResourceTypes: [policy.backup === 'volume' ? 'VOLUME' : 'INSTANCE'],
    ResourceLocations: ['CLOUD'],
    TargetTags: targetTags(policy, optInTag).flatMap(({ key, values }) =>
      values.map((value) => ({ Key: key, Value: value })),
    ),
    Schedules: lifecycleSchedules(policy),
    Parameters: PARAMETERS[policy.backup](policy, optInTag),
  };
}

interface Registered {
  readonly policy: string;
  readonly enabled: boolean;
  readonly details: CustomDetails | DefaultDetails;
}

function registration(
  { policy, enabled, details }: Registered,
  { deployment }: PolicyFile,
  place: LifecyclePlace,
): WantedLifecyclePolicy {
  return {
    policy,
    description: `ec2-backup ${deployment} ${policy}`,
    state: enabled ? 'ENABLED' : 'DISABLED',
    roleArn: roleArn(roleOf(details), deployment, place),
    tags: { [MARK.deployment]: deployment, [MARK.policy]: policy },
    details,
  };
}

type Parameters = CustomDetails['Parameters'];

/** Always said, defaults too: an update that leaves them out is refused for a policy that was edited in the console. */
const PARAMETERS: Readonly<Record<BackupKind, (policy: DlmPolicy, optInTag: string) => Parameters>> = {
  image: ({ reboot }) => ({ NoReboot: !reboot }),
  snapshots: (policy, optInTag) => ({
    ExcludeBootVolume: policy.excludeBootVolume,
    ExcludeDataVolumeTags: excludedVolumes(policy, optInTag),
  }),
  volume: () => ({}),
};

/** VSS takes all volumes. The empty list resets what an update would otherwise leave as it was. */
function excludedVolumes({ excludeVolumes, hooks }: DlmPolicy, optInTag: string): LifecycleTag[] {
  if (hooks?.document === 'AWS_VSS_BACKUP') return [];
  return [...tagList(excludeVolumes), { Key: `${optInTag}:Exclude`, Value: 'true' }];
}

/** The name is how a lifecycle policy is found again. */
function assertOneOfEachName(wanted: readonly WantedLifecyclePolicy[]): void {
  const names = wanted.map(({ policy }) => policy);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new RangeError(`two lifecycle policies would be called ${JSON.stringify(twice)}, expected one`);
}
