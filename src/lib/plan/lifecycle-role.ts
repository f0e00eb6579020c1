/**
 * The two roles that a deployment makes for DLM in a Region, one for snapshots and one for AMIs: what they are called,
 * what they must be allowed, and in words what is wrong with one.
 */

import type { Place } from '../policy/policy.ts';
import {
  documentsOf,
  FEATURE_PERMISSIONS,
  featuresOf,
  type LifecycleFeature,
  type Resource,
} from './lifecycle-permissions.ts';
import type { CustomDetails, DefaultDetails, WantedLifecyclePolicy } from './lifecycle-policy.ts';
import { judgeTrust } from './lifecycle-trust.ts';
import { compareText } from './order.ts';

/** With the partition, `aws` or another, that ARNs of the place begin with. */
export interface LifecyclePlace extends Place {
  readonly partition: string;
}

export type LifecycleRole = 'dlm-snapshots' | 'dlm-images';

/** No other deployment's roles are under it: register-policies may hand all that are to DLM. */
export function rolePath(deployment: string): string {
  return `/ec2-backup/${deployment}/`;
}

/** IAM's limit. */
const LONGEST_NAME = 64;

/** The role that carries out a lifecycle policy. */
export function roleOf({ PolicyType }: Pick<CustomDetails | DefaultDetails, 'PolicyType'>): LifecycleRole {
  return PolicyType === 'IMAGE_MANAGEMENT' ? 'dlm-images' : 'dlm-snapshots';
}

/** Throws a RangeError for a name longer than IAM takes, which no deployment and Region of today make. */
export function roleName(role: LifecycleRole, deployment: string, { region }: Pick<Place, 'region'>): string {
  const name = `${deployment}-${region}-${role}`;
  if (name.length <= LONGEST_NAME) return name;
  throw new RangeError(
    `the role name ${name} has ${name.length} characters, expected at most ${LONGEST_NAME}: give the deployment a shorter name`,
  );
}

export function roleArn(role: LifecycleRole, deployment: string, place: LifecyclePlace): string {
  const name = roleName(role, deployment, place);
  return `arn:${place.partition}:iam::${place.account}:role${rolePath(deployment)}${name}`;
}

export interface RequiredActions {
  /** What to simulate against: an ARN, with `*` for every resource of its type, or `*` for actions that know none. */
  readonly resource: string;
  readonly actions: readonly string[];
}

/** Each resource once, ascending, with its actions ascending. */
export function requiredActions(
  { details }: Pick<WantedLifecyclePolicy, 'details'>,
  place: LifecyclePlace,
): RequiredActions[] {
  const byResource = new Map<string, Set<string>>();
  for (const feature of featuresOf(details)) {
    for (const [resource, actions] of permissionsOf(feature)) {
      for (const arn of arnsOf(resource, details, place)) {
        const all = byResource.get(arn) ?? new Set();
        for (const action of actions) all.add(action);
        byResource.set(arn, all);
      }
    }
  }
  return [...byResource]
    .map(([resource, actions]) => ({ resource, actions: [...actions].sort(compareText) }))
    .sort((a, b) => compareText(a.resource, b.resource));
}

function permissionsOf(feature: LifecycleFeature): (readonly [Resource, readonly string[]])[] {
  // The keys of the record are its resources: Object.entries knows them as text only.
  return Object.entries(FEATURE_PERMISSIONS[feature]) as [Resource, readonly string[]][];
}

function arnsOf(
  resource: Resource,
  details: CustomDetails | DefaultDetails,
  place: LifecyclePlace,
): readonly string[] {
  const { partition, region, account } = place;
  const ec2 = `arn:${partition}:ec2`;
  switch (resource) {
    case 'any':
      return ['*'];
    case 'volume':
    case 'instance':
      return [`${ec2}:${region}:${account}:${resource}/*`];
    // EC2 leaves the account out of these.
    case 'snapshot':
    case 'image':
      return [`${ec2}:${region}::${resource}/*`];
    case 'copied-snapshot':
      return copyRegions(details).map((copied) => `${ec2}:${copied}::snapshot/*`);
    case 'copied-image':
      return copyRegions(details).map((copied) => `${ec2}:${copied}::image/*`);
    case 'document':
      return 'Schedules' in details
        ? documentsOf(details.Schedules).map((name) => documentArn(name, place))
        : [];
  }
}

function copyRegions(details: CustomDetails | DefaultDetails): string[] {
  const regions =
    details.PolicyLanguage === 'SIMPLIFIED'
      ? details.CrossRegionCopyTargets.map(({ TargetRegion }) => TargetRegion)
      : details.Schedules.flatMap(({ CrossRegionCopyRules }) =>
          CrossRegionCopyRules.map(({ Target, TargetRegion }) => Target ?? TargetRegion ?? ''),
        );
  return [...new Set(regions)];
}

/** For VSS, DLM runs a document of AWS's. Only AWS's own begin so, and their ARNs have no account. */
function documentArn(name: string, { partition, region, account }: LifecyclePlace): string {
  if (name.startsWith('arn:')) return name;
  const document = name === 'AWS_VSS_BACKUP' ? 'AWSEC2-CreateVssSnapshot' : name;
  const owner = /^(?:aws|amazon|amzn)/i.test(document) ? '' : account;
  return `arn:${partition}:ssm:${region}:${owner}:document/${document}`;
}

/** Why a lifecycle policy cannot run: there is no such role. */
export function missingRole(arn: string): string {
  return `the role ${arn} does not exist: deploy again (npx serverless deploy creates it)`;
}

/** Why a lifecycle policy cannot run: its role does not allow these actions. */
export function deniedProblem(arn: string, actions: readonly string[]): string {
  return `the role ${arn} does not allow ${actions.join(', ')}, which this policy needs: ${CURE}`;
}

/** Why DLM may not assume a role for the lifecycle policies of a place; undefined when it may, as far as can be judged. */
export function trustProblem(document: unknown, place: LifecyclePlace): string | undefined {
  const { problem } = judgeTrust(document, place);
  return problem === undefined ? undefined : `its role ${problem}: ${CURE}`;
}

/** What of a role's trust policy cannot be judged from here; undefined when all of it can. */
export function trustRemark(document: unknown, place: LifecyclePlace): string | undefined {
  return judgeTrust(document, place).remark;
}

// CloudFormation compares with its last template, not with what is there.
const CURE = 'deploy again (npx serverless deploy); a role that was edited by hand must be put right by hand';
