import type { CreateLifecyclePolicyRequest, PolicyDetails } from '@aws-sdk/client-dlm';
import { CUSTOM_FIELDS } from './dlm-limits-details.ts';
import { SIMPLIFIED_FIELDS } from './dlm-limits.ts';
import { checkUnique, exclusive, missing, refuseGiven } from './dlm-limits-rules.ts';
import { invalidRequest } from './errors.ts';

/** The fields of a default policy, in a request's body or in PolicyDetails. */
export type Simplified = Pick<
  PolicyDetails,
  | 'CreateInterval'
  | 'RetainInterval'
  | 'CopyTags'
  | 'ExtendDeletion'
  | 'CrossRegionCopyTargets'
  | 'Exclusions'
>;

const VOLUME_TYPES = ['standard', 'gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1'];

/** The fields of the body that are for default policies only, as given. */
export function simplifiedOf(body: Simplified): Simplified {
  const given = Object.entries(body).filter(
    ([name, value]) => value !== undefined && SIMPLIFIED_FIELDS.includes(name),
  );
  return Object.fromEntries(given);
}

/** A default policy says what it wants in one place. @throws InvalidRequestException */
export function checkOnePlace(
  body: Simplified & { readonly PolicyDetails?: PolicyDetails | undefined },
): void {
  const [first] = Object.keys(simplifiedOf(body));
  if (body.PolicyDetails !== undefined && first !== undefined)
    throw exclusive('The request', 'PolicyDetails', first);
}

/** Of which kind a new policy is a default policy; undefined for a custom one. @throws InvalidRequestException */
export function defaultKindOf(request: CreateLifecyclePolicyRequest): 'VOLUME' | 'INSTANCE' | undefined {
  const { DefaultPolicy: kind, PolicyDetails: details = {} } = request;
  checkOnePlace(request);
  if (kind === undefined && details.PolicyLanguage !== 'SIMPLIFIED') {
    refuseGiven(request, SIMPLIFIED_FIELDS, { at: '', reason: 'only default policies take it' });
    if (request.PolicyDetails === undefined) throw missing('', 'PolicyDetails');
    return undefined;
  }
  if (details.PolicyLanguage === 'STANDARD')
    throw exclusive('The request', 'DefaultPolicy', 'PolicyLanguage');
  if (kind !== undefined && details.ResourceType !== undefined && kind !== details.ResourceType) {
    throw invalidRequest(
      `DefaultPolicy is ${kind}, but PolicyDetails.ResourceType is ${details.ResourceType}`,
    );
  }
  const resource = kind ?? details.ResourceType;
  if (resource === undefined) throw missing('PolicyDetails', 'ResourceType');
  return resource;
}

/** Everything that holds between the fields of a default policy. @throws InvalidRequestException */
export function checkDefaultDetails(details: PolicyDetails): void {
  const at = 'PolicyDetails';
  refuseGiven(details, CUSTOM_FIELDS, { at, reason: 'only custom policies take it' });
  const isVolume = details.ResourceType === 'VOLUME';
  const type = isVolume ? 'EBS_SNAPSHOT_MANAGEMENT' : 'IMAGE_MANAGEMENT';
  if (details.PolicyType !== type) {
    throw invalidRequest(`${at}.PolicyType is ${String(details.PolicyType)}, expected ${type}`);
  }
  checkIntervals(details);
  const { CrossRegionCopyTargets: targets = [], Exclusions: exclusions = {} } = details;
  targets.forEach(({ TargetRegion: region }, index) => {
    if (region === undefined) throw missing(`CrossRegionCopyTargets[${index}]`, 'TargetRegion');
  });
  checkUnique(
    targets.map(({ TargetRegion }) => TargetRegion),
    'CrossRegionCopyTargets',
  );
  if (!isVolume) {
    const reason = 'only the default policy for snapshots takes it';
    refuseGiven(exclusions, ['ExcludeBootVolumes', 'ExcludeVolumeTypes'], { at: 'Exclusions', reason });
  }
  const unknown = exclusions.ExcludeVolumeTypes?.find((volume) => !VOLUME_TYPES.includes(volume));
  if (unknown !== undefined) {
    throw invalidRequest(`Exclusions.ExcludeVolumeTypes has ${unknown}, expected ${VOLUME_TYPES.join(', ')}`);
  }
}

/** In days. */
function checkIntervals({ CreateInterval: create = 0, RetainInterval: retain = 0 }: PolicyDetails): void {
  if (create < 1 || create > 7) throw invalidRequest(`CreateInterval is ${create}, expected 1 to 7`);
  if (retain < 2 || retain > 14) throw invalidRequest(`RetainInterval is ${retain}, expected 2 to 14`);
  if (retain <= create) {
    throw invalidRequest(`RetainInterval is ${retain}, expected more than the CreateInterval of ${create}`);
  }
}
