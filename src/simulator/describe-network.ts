import type {
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  Filter,
  Tag,
} from '@aws-sdk/client-ec2';
import { compileFilters, type Filterable } from './filters.ts';
import { tokenOf } from './listing.ts';
import type { Page } from './pages.ts';
import { FILTERS } from './parameters.ts';
import type { SecurityGroupRecord, SubnetRecord } from './records.ts';
import { renderRule } from './security-groups.ts';
import { toTagList } from './tags.ts';
import type { Command, World } from './world.ts';

const LIST = { Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true } as const;

interface ListOf<R> {
  readonly input: {
    readonly Filters?: Filter[] | undefined;
    readonly NextToken?: string | undefined;
    readonly MaxResults?: number | undefined;
  };
  readonly items: Iterable<R>;
  readonly filterable: Filterable<R>;
}

export function pageOf<R>(world: World, { input, items, filterable }: ListOf<R>): Page<R> {
  const passes = compileFilters(input.Filters, filterable);
  return world.pager.page<R>({
    command: filterable.command,
    input,
    token: input.NextToken,
    maxResults: input.MaxResults,
    bounds: [5, 1000],
    find: () => [...items].filter(passes),
  });
}

export const describeSubnets: Command<DescribeSubnetsRequest, DescribeSubnetsResult> = {
  parameters: LIST,
  run(world, input) {
    const page = pageOf<SubnetRecord>(world, {
      input,
      items: world.store.subnets.values(),
      filterable: {
        command: 'DescribeSubnets',
        fields: { 'subnet-id': ({ id }) => [id], 'vpc-id': ({ vpcId }) => [vpcId] },
        tags: undefined,
      },
    });
    const subnets = page.items.map(({ id, vpcId, zone }) => ({
      SubnetId: id,
      VpcId: vpcId,
      AvailabilityZone: zone,
      OwnerId: world.account,
    }));
    return { Subnets: subnets, ...tokenOf(page) };
  },
};

export const describeSecurityGroups: Command<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult> = {
  parameters: LIST,
  run(world, input) {
    const time = world.readTime();
    const page = pageOf<SecurityGroupRecord>(world, {
      input,
      items: world.store.securityGroups.all(time),
      filterable: {
        command: 'DescribeSecurityGroups',
        fields: {
          'group-id': ({ id }) => [id],
          'group-name': ({ name = '' }) => [name],
          'vpc-id': ({ vpcId }) => [vpcId],
        },
        tags: ({ tags }) => tags.at(time),
      },
    });
    const groups = page.items.map(({ id, vpcId, name = `group ${id}`, egress, tags }) => ({
      GroupId: id,
      GroupName: name,
      VpcId: vpcId,
      OwnerId: world.account,
      IpPermissions: [],
      IpPermissionsEgress: egress.map((rule) => renderRule(world, rule)),
      ...tagsOf(toTagList(tags.at(time))),
    }));
    return { SecurityGroups: groups, ...tokenOf(page) };
  },
};

function tagsOf(list: Tag[] | undefined): { Tags?: Tag[] } {
  return list === undefined ? {} : { Tags: list };
}

/** Not paged. */
export const describeKeyPairs: Command<DescribeKeyPairsRequest, DescribeKeyPairsResult> = {
  parameters: { Filters: FILTERS, DryRun: true },
  run(world, input) {
    const passes = compileFilters<string>(input.Filters, {
      command: 'DescribeKeyPairs',
      fields: { 'key-name': (name) => [name] },
      tags: undefined,
    });
    return { KeyPairs: [...world.store.keyPairs].filter(passes).map((name) => ({ KeyName: name })) };
  },
};
