import type {
  ArchitectureType,
  BootModeType,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  EnaSupport,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { invalidValue } from './errors.ts';
import { compileFilters } from './filters.ts';
import { tokenOf } from './listing.ts';
import { FILTERS } from './parameters.ts';
import type { Command, World } from './world.ts';

export interface TypeRecord {
  readonly architectures: readonly ArchitectureType[];
  readonly bootModes: readonly BootModeType[];
  readonly ena: EnaSupport;
  /** Letters of the zones that offer it. */
  readonly zones: string;
}

const NITRO: TypeRecord = {
  architectures: ['x86_64'],
  bootModes: ['legacy-bios', 'uefi'],
  ena: 'required',
  zones: 'abc',
};
const GRAVITON: TypeRecord = { ...NITRO, architectures: ['arm64'], bootModes: ['uefi'] };
const XEN: TypeRecord = {
  architectures: ['i386', 'x86_64'],
  bootModes: ['legacy-bios'],
  ena: 'unsupported',
  zones: 'abc',
};

/** Some of EC2's, which has hundreds. */
const TYPES: ReadonlyMap<string, TypeRecord> = new Map([
  ['t2.micro', XEN],
  ['t3.micro', NITRO],
  ['t3.large', NITRO],
  ['m5.large', NITRO],
  ['m6i.large', NITRO],
  ['r6i.xlarge', NITRO],
  ['t4g.micro', GRAVITON],
  ['m7g.large', GRAVITON],
  ['g5.xlarge', { ...NITRO, zones: 'c' }],
]);

export function zonesOf({ region }: World): readonly string[] {
  return ['a', 'b', 'c'].map((letter) => `${region}${letter}`);
}

export function typeOf(name: string | undefined): TypeRecord | undefined {
  return name === undefined ? undefined : TYPES.get(name);
}

export function isOffered(world: World, type: TypeRecord, zone: string): boolean {
  return zonesOf(world).includes(zone) && type.zones.includes(zone.slice(-1));
}

/** What an instance of a type is, as its images are; a type that is not listed here is taken for a common one. */
export function machineOf({ instanceType }: { readonly instanceType: string }): {
  readonly architecture: 'x86_64' | 'arm64';
  readonly bootMode: BootModeType;
  readonly enaSupport: boolean;
} {
  const { architectures, bootModes, ena } = TYPES.get(instanceType) ?? NITRO;
  return {
    architecture: architectures.includes('arm64') ? 'arm64' : 'x86_64',
    bootMode: bootModes[0] ?? 'legacy-bios',
    enaSupport: ena !== 'unsupported',
  };
}

export const describeInstanceTypes: Command<DescribeInstanceTypesRequest, DescribeInstanceTypesResult> = {
  parameters: { Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    const passes = compileFilters<readonly [string, TypeRecord]>(input.Filters, {
      command: 'DescribeInstanceTypes',
      fields: { 'instance-type': ([name]) => [name] },
      tags: undefined,
    });
    const page = world.pager.page<readonly [string, TypeRecord]>({
      command: 'DescribeInstanceTypes',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [5, 100],
      find: () => [...TYPES].filter(passes),
    });
    const types = page.items.map(([name, type]) => ({
      InstanceType: name as _InstanceType,
      CurrentGeneration: type !== XEN,
      ProcessorInfo: { SupportedArchitectures: [...type.architectures] },
      SupportedBootModes: [...type.bootModes],
      NetworkInfo: { EnaSupport: type.ena },
    }));
    return { InstanceTypes: types, ...tokenOf(page) };
  },
};

interface Offering {
  readonly type: string;
  readonly zone: string;
}

export const describeInstanceTypeOfferings: Command<
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult
> = {
  parameters: { LocationType: true, Filters: FILTERS, MaxResults: true, NextToken: true, DryRun: true },
  run(world, input) {
    if (input.LocationType !== 'availability-zone')
      throw invalidValue(`LocationType '${input.LocationType}' is not simulated, only availability-zone`);
    const passes = compileFilters<Offering>(input.Filters, {
      command: 'DescribeInstanceTypeOfferings',
      fields: { 'instance-type': ({ type }) => [type], location: ({ zone }) => [zone] },
      tags: undefined,
    });
    const page = world.pager.page<Offering>({
      command: 'DescribeInstanceTypeOfferings',
      input,
      token: input.NextToken,
      maxResults: input.MaxResults,
      bounds: [5, 1000],
      find: () =>
        [...TYPES]
          .flatMap(([type, record]) =>
            zonesOf(world)
              .filter((zone) => isOffered(world, record, zone))
              .map((zone) => ({ type, zone })),
          )
          .filter(passes),
    });
    const offerings = page.items.map(({ type, zone }) => ({
      InstanceType: type as _InstanceType,
      LocationType: 'availability-zone' as const,
      Location: zone,
    }));
    return { InstanceTypeOfferings: offerings, ...tokenOf(page) };
  },
};
