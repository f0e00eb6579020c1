/** The demo's fleet: one machine for each thing that backups meet, tagged for whatever policies the file has. */

import { targetTags } from '../../lib/plan/lifecycle-targets.ts';
import type { DlmPolicy, Policy, PolicyFile } from '../../lib/policy/policy.ts';
import type { SimulatedRegion } from '../../simulator/region.ts';

export interface Fleet {
  /** Names for people, by instance or volume id. */
  readonly names: ReadonlyMap<string, string>;
  /** Ids by the name of the machine; a machine whose kind of policy the file lacks is absent. */
  readonly ids: ReadonlyMap<string, string>;
}

type InstanceSpec = NonNullable<Parameters<SimulatedRegion['runInstance']>[0]>;
type Tags = Readonly<Record<string, string>>;

/** Builds the fleet in an empty Region. */
export function buildFleet(region: SimulatedRegion, file: PolicyFile): Fleet {
  const ids = new Map<string, string>();
  const optIn = optInPolicies(file);
  const add = (name: string, tags: Tags | undefined, spec: InstanceSpec = {}): void => {
    if (tags) ids.set(name, region.runInstance({ ...spec, tags: { Name: name, ...tags } }).id);
  };
  const byImage = optIn.image === undefined ? undefined : { [file.optInTag]: optIn.image };
  add('web-1', byImage, { keyName: 'ops', profile: `arn:aws:iam::111122223333:instance-profile/web` });
  add('web-2', byImage && { [file.optInTag]: misspell(optIn.image ?? '') });
  add('app-old', byImage);
  add('build', byImage, { state: 'stopped' });
  add('cache', byImage, {
    rootDevice: 'instance-store',
    ephemeral: [{ device: '/dev/sdb', virtualName: 'ephemeral0' }],
  });
  add('db-1', databaseTags(file, optIn), databaseSpec(file));
  const selected = matchingTags(file);
  add('ledger-1', selected);
  add('ledger-2', selected, { volumes: [root(20), { device: '/dev/sdf', sizeGiB: 200, type: 'gp3' }] });
  add('ledger-asg', selected, { autoScalingGroup: 'ledger' });
  add('untagged', {});
  if (optIn.volume) {
    const tags = { Name: 'scratch', [file.optInTag]: optIn.volume };
    ids.set('scratch', region.createVolume({ sizeGiB: 50, type: 'gp3', zone: `${region.name}a`, tags }));
  }
  for (const policy of file.dlmPolicies) addForDlm(policy, { file, region, ids });
  return { ids, names: new Map([...ids].map(([name, id]) => [id, name])) };
}

interface Yard {
  readonly file: PolicyFile;
  readonly region: SimulatedRegion;
  readonly ids: Map<string, string>;
}

/** A source for each policy that DLM runs, under the policy's own name. */
function addForDlm(policy: DlmPolicy, { file, region, ids }: Yard): void {
  const [target] = targetTags(policy, file.optInTag);
  const name = `${policy.name}-1`;
  const tags = { Name: name, ...(target && { [target.key]: target.values[0] ?? '' }) };
  const id =
    policy.backup === 'volume'
      ? region.createVolume({ sizeGiB: 20, type: 'gp3', zone: `${region.name}a`, tags })
      : region.runInstance({ tags, volumes: [root(8), { device: '/dev/sdf', sizeGiB: 100, type: 'gp3' }] })
          .id;
  ids.set(name, id);
}

interface OptInPolicies {
  readonly image?: string;
  readonly snapshots?: string;
  readonly volume?: string;
}

function optInPolicies({ policies }: PolicyFile): OptInPolicies {
  const first = (backup: Policy['backup']): string | undefined =>
    policies.find((policy) => policy.backup === backup && !policy.select)?.name;
  const [image, snapshots, volume] = [first('image'), first('snapshots'), first('volume')];
  return { ...(image && { image }), ...(snapshots && { snapshots }), ...(volume && { volume }) };
}

/** Two policies at once take the long form of the opt-in tag. */
function databaseTags({ optInTag }: PolicyFile, { image, snapshots }: OptInPolicies): Tags | undefined {
  if (snapshots === undefined) return undefined;
  return {
    [`${optInTag}:${snapshots}`]: 'true',
    ...(image !== undefined && { [`${optInTag}:${image}`]: 'true' }),
  };
}

function databaseSpec({ optInTag }: PolicyFile): InstanceSpec {
  return {
    instanceType: 'r7g.large',
    volumes: [
      root(8),
      { device: '/dev/sdf', sizeGiB: 500, type: 'io2', iops: 6000 },
      { device: '/dev/sdg', sizeGiB: 100, type: 'gp3', tags: { [`${optInTag}:Exclude`]: 'true' } },
    ],
  };
}

function root(sizeGiB: number): { device: string; sizeGiB: number; type: 'gp3' } {
  return { device: '/dev/xvda', sizeGiB, type: 'gp3' };
}

/** Tags that the first selecting policy for instances matches. */
function matchingTags({ policies }: PolicyFile): Tags | undefined {
  const select = policies.find((policy) => policy.select && policy.backup !== 'volume')?.select;
  if (!select) return undefined;
  const values = Object.entries(select.tags).map(([key, [first = '']]) => [
    key,
    first.replaceAll(/[*?]/g, '1'),
  ]);
  return Object.fromEntries(values) as Tags;
}

function misspell(name: string): string {
  const half = Math.floor(name.length / 2);
  return name.slice(0, half) + name.slice(half + 1);
}
