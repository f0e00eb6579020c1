import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  IpPermission,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
} from '@aws-sdk/client-ec2';
import { SimulatedServiceError, invalidValue, missingParameter } from './errors.ts';
import { SECURITY_GROUP_ID, checkId, find } from './lookup.ts';
import { TAG_SPECIFICATIONS } from './parameters.ts';
import type { EgressRule, SecurityGroupRecord } from './records.ts';
import { instanceState } from './states.ts';
import { TagHistory, readTagSpecifications, toTagList } from './tags.ts';
import type { Command, World } from './world.ts';

/** What EC2 gives a new group of a VPC: everything may go out. */
export const DEFAULT_EGRESS: EgressRule = { protocol: '-1', to: '0.0.0.0/0' };

const NAME = /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

export const createSecurityGroup: Command<CreateSecurityGroupRequest, CreateSecurityGroupResult> = {
  parameters: {
    GroupName: true,
    Description: true,
    VpcId: true,
    TagSpecifications: TAG_SPECIFICATIONS,
    DryRun: true,
  },
  run(world, { GroupName: name, Description: description, VpcId: vpcId, TagSpecifications }) {
    if (name === undefined) throw missingParameter('GroupName');
    if (description === undefined || description === '') throw missingParameter('GroupDescription');
    if (!NAME.test(name)) throw invalidValue(`Invalid value '${name}' for GroupName.`);
    const { subnets, securityGroups } = world.store;
    if (vpcId === undefined || ![...subnets.values()].some((subnet) => subnet.vpcId === vpcId))
      throw new SimulatedServiceError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
    const now = world.now();
    if (securityGroups.all(now).some((group) => group.vpcId === vpcId && group.name === name)) {
      const message = `The security group '${name}' already exists for VPC '${vpcId}'`;
      throw new SimulatedServiceError('InvalidGroup.Duplicate', message);
    }
    const tags = readTagSpecifications(TagSpecifications, ['security-group'], world.settings.maxTags);
    const group: SecurityGroupRecord = {
      id: world.ids.next('sg'),
      createdAt: now,
      goneAt: undefined,
      tags: new TagHistory(now, tags.get('security-group')),
      vpcId,
      name,
      egress: [DEFAULT_EGRESS],
    };
    securityGroups.add(group);
    return { GroupId: group.id, ...tagsOf(group) };
  },
};

function tagsOf({ tags }: SecurityGroupRecord): Pick<CreateSecurityGroupResult, 'Tags'> {
  const list = toTagList(tags.now());
  return list === undefined ? {} : { Tags: list };
}

export const deleteSecurityGroup: Command<DeleteSecurityGroupRequest, DeleteSecurityGroupResult> = {
  parameters: { GroupId: true, DryRun: true },
  run(world, { GroupId }) {
    const group = findGroup(world, GroupId);
    const now = world.now();
    const isUsed =
      world.store.instances
        .all(now)
        .some(
          (instance) =>
            instance.securityGroups.includes(group.id) && instanceState(instance, now) !== 'terminated',
        ) || [...world.store.vpcEndpoints.values()].some(({ groups }) => groups.includes(group.id));
    if (isUsed) {
      const message = `resource ${group.id} has a dependent object`;
      throw new SimulatedServiceError('DependencyViolation', message);
    }
    group.goneAt = now;
    return { Return: true, GroupId: group.id };
  },
};

/** Sets of permissions, of one kind of destination each. */
const PERMISSIONS = {
  IpProtocol: true,
  FromPort: true,
  ToPort: true,
  IpRanges: { CidrIp: true, Description: true },
  Ipv6Ranges: { CidrIpv6: true, Description: true },
  UserIdGroupPairs: { GroupId: true, Description: true },
  PrefixListIds: { PrefixListId: true, Description: true },
} as const;

export const authorizeSecurityGroupEgress: Command<
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult
> = {
  parameters: { GroupId: true, IpPermissions: PERMISSIONS, DryRun: true },
  run(world, { GroupId, IpPermissions: permissions = [] }) {
    const group = findGroup(world, GroupId);
    const given = givenRules(permissions);
    const twice = given.find((rule) => group.egress.some((one) => isSame(one, rule)));
    if (twice !== undefined) {
      const message = `the specified rule "peer: ${twice.to}" already exists`;
      throw new SimulatedServiceError('InvalidPermission.Duplicate', message);
    }
    for (const { to } of given) if (to.startsWith('sg-')) findGroup(world, to);
    group.egress = [...group.egress, ...given];
    return { Return: true };
  },
};

export const revokeSecurityGroupEgress: Command<
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult
> = {
  parameters: { GroupId: true, IpPermissions: PERMISSIONS, DryRun: true },
  run(world, { GroupId, IpPermissions: permissions = [] }) {
    const group = findGroup(world, GroupId);
    const given = givenRules(permissions);
    if (!given.every((rule) => group.egress.some((one) => isSame(one, rule)))) {
      const message = 'The specified rule does not exist in this security group.';
      throw new SimulatedServiceError('InvalidPermission.NotFound', message);
    }
    group.egress = group.egress.filter((rule) => !given.some((one) => isSame(one, rule)));
    return { Return: true };
  },
};

/** @throws MissingParameter for none */
function givenRules(permissions: readonly IpPermission[]): readonly EgressRule[] {
  const given = permissions.flatMap(rulesOf);
  if (given.length === 0) throw missingParameter('ipPermissions');
  return given;
}

function findGroup(world: World, given: string | undefined): SecurityGroupRecord {
  const id = checkId(SECURITY_GROUP_ID, given, 'GroupId');
  return find(id, { shelf: world.store.securityGroups, kind: SECURITY_GROUP_ID, time: world.now() });
}

function rulesOf(permission: IpPermission): EgressRule[] {
  const { IpProtocol: protocol = '-1', FromPort: from, ToPort: until } = permission;
  const destinations = [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ];
  const ports = protocol === '-1' ? {} : { ports: { from: from ?? 0, until: until ?? 65_535 } };
  return destinations.flatMap((to) => (to === undefined ? [] : [{ protocol, to, ...ports }]));
}

function isSame(one: EgressRule, other: EgressRule): boolean {
  const isAlike = one.protocol === other.protocol && one.to === other.to;
  return isAlike && one.ports?.from === other.ports?.from && one.ports?.until === other.ports?.until;
}

/** A rule as lists show it: one permission each. */
export function renderRule(world: World, { protocol, to, ports }: EgressRule): IpPermission {
  return {
    IpProtocol: protocol,
    ...(ports && { FromPort: ports.from, ToPort: ports.until }),
    IpRanges: !to.includes(':') && to.includes('/') ? [{ CidrIp: to }] : [],
    Ipv6Ranges: to.includes(':') ? [{ CidrIpv6: to }] : [],
    UserIdGroupPairs: to.startsWith('sg-') ? [{ GroupId: to, UserId: world.account }] : [],
    PrefixListIds: to.startsWith('pl-') ? [{ PrefixListId: to }] : [],
  };
}
