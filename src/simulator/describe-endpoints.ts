import type {
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
} from '@aws-sdk/client-ec2';
import { pageOf } from './describe-network.ts';
import { tokenOf } from './listing.ts';
import { FILTERS } from './parameters.ts';
import type { Command } from './world.ts';

const LIST = { Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true } as const;

export const describeVpcEndpoints: Command<DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult> = {
  parameters: LIST,
  run(world, input) {
    const page = pageOf(world, {
      input,
      items: world.store.vpcEndpoints.values(),
      filterable: {
        command: 'DescribeVpcEndpoints',
        fields: { 'vpc-id': ({ vpcId }) => [vpcId], 'service-name': ({ service }) => [service] },
        tags: undefined,
      },
    });
    const endpoints = page.items.map(({ id, vpcId, service, type, groups }) => ({
      VpcEndpointId: id,
      VpcEndpointType: type,
      VpcId: vpcId,
      ServiceName: service,
      // EC2 writes it so, though the SDK's enum has a capital.
      State: 'available' as never,
      Groups: groups.map((group) => ({ GroupId: group, GroupName: `group ${group}` })),
      OwnerId: world.account,
    }));
    return { VpcEndpoints: endpoints, ...tokenOf(page) };
  },
};

/** One for each service that has gateway endpoints, whether there are some or not. */
export const describePrefixLists: Command<DescribePrefixListsRequest, DescribePrefixListsResult> = {
  parameters: LIST,
  run(world, input) {
    const page = pageOf<{ id: string; name: string }>(world, {
      input,
      items: ['s3', 'dynamodb'].map((service, index) => ({
        id: `pl-${String(index + 1).padStart(8, '0')}`,
        name: `com.amazonaws.${world.region}.${service}`,
      })),
      filterable: {
        command: 'DescribePrefixLists',
        fields: { 'prefix-list-name': ({ name }) => [name] },
        tags: undefined,
      },
    });
    const lists = page.items.map(({ id, name }) => ({
      PrefixListId: id,
      PrefixListName: name,
      Cidrs: ['52.219.60.0/23'],
    }));
    return { PrefixLists: lists, ...tokenOf(page) };
  },
};
