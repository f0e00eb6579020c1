/** Where a rehearsed instance may go: nowhere, or with a command to where Systems Manager is inside of the VPC. */

import type { Result } from './restorable.ts';

export interface EgressRule {
  /** `-1` is any, and then there are no ports. */
  readonly protocol: string;
  readonly from?: number;
  readonly to?: number;
  /** A CIDR, or the id of a security group or of a prefix list. */
  readonly destination: string;
}

export interface Endpoint {
  /** Such as `com.amazonaws.ap-northeast-2.ssm`. */
  readonly service: string;
  /** Interface, Gateway or another. */
  readonly type: string;
  readonly groups: readonly string[];
}

/** Those without which no agent is ever heard of, and one that only older agents speak to. */
const NEEDED = ['ssm', 'ssmmessages'];
const OLDER = 'ec2messages';

/** The endpoints' service that S3 is, if the VPC has a gateway to it: agents fetch what they run from there. */
export function storageService(endpoints: readonly Endpoint[]): string | undefined {
  return endpoints.find(({ service, type }) => type === 'Gateway' && service.endsWith('.s3'))?.service;
}

/** `prefixList` is that of S3, where there is a gateway. */
export function commandEgress(
  endpoints: readonly Endpoint[],
  { vpc, prefixList }: { readonly vpc: string; readonly prefixList: string | undefined },
): Result<readonly EgressRule[]> {
  const of = (name: string): readonly Endpoint[] =>
    endpoints.filter(
      ({ service, type, groups }) =>
        type === 'Interface' && groups.length > 0 && service.endsWith(`.${name}`),
    );
  const missing = NEEDED.filter((name) => of(name).length === 0);
  if (missing.length > 0) {
    const problem = `${vpc} has no interface endpoint of ${missing.join(' and ')}, expected one of ${NEEDED.join(' and ')} for the command: a rehearsed instance reaches nothing else`;
    return { ok: false, problems: [problem] };
  }
  const groups = new Set([...NEEDED, OLDER].flatMap((name) => of(name).flatMap((one) => one.groups)));
  const destinations = [...[...groups].sort(), ...(prefixList === undefined ? [] : [prefixList])];
  return {
    ok: true,
    value: destinations.map((destination) => ({ protocol: 'tcp', from: 443, to: 443, destination })),
  };
}

/** The rules of one list that the other has not. */
export function without(rules: readonly EgressRule[], others: readonly EgressRule[]): readonly EgressRule[] {
  const known = new Set(others.map(keyOf));
  return rules.filter((rule) => !known.has(keyOf(rule)));
}

function keyOf({ protocol, from, to, destination }: EgressRule): string {
  return [protocol, from ?? '', to ?? '', destination].join(' ');
}
