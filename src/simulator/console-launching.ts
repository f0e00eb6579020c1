import { presentInstance, presentSnapshot } from './console-lookup.ts';
import { enabledImageOf } from './image-disabling.ts';
import type { InstanceRecord } from './records.ts';
import { setSharing } from './sharing.ts';
import { DEFAULT_EGRESS } from './security-groups.ts';
import type { Agents } from './ssm-agents.ts';
import { TagHistory } from './tags.ts';
import type { World } from './world.ts';

const DEFAULT_VPC = 'vpc-0a1b2c3d4e5f60718';

export interface EndpointSpec {
  readonly service: string;
  readonly type: 'Interface' | 'Gateway';
  readonly vpc?: string;
  readonly groups?: readonly string[];
}

export interface GroupView {
  readonly id: string;
  /** Empty of those that the console made. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly egress: readonly string[];
}

/** Everything of a subnet but its zone has a default. */
export interface SubnetSpec {
  readonly zone: string;
  readonly vpc?: string;
  readonly id?: string;
}

/** What instances and volumes are launched into, and what is in the way of it. */
export class LaunchConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Returns the id. */
  createSubnet({ zone, vpc = DEFAULT_VPC, id = this.#world.ids.next('subnet') }: SubnetSpec): string {
    this.#world.store.subnets.set(id, { id, vpcId: vpc, zone });
    return id;
  }

  deleteSubnet(id: string): void {
    if (!this.#world.store.subnets.delete(id)) throw new Error(`Console: there is no subnet ${id}`);
  }

  /** Returns the id. */
  createSecurityGroup(vpc = DEFAULT_VPC): string {
    const id = this.#world.ids.next('sg');
    addGroup(this.#world, { id, vpcId: vpc, createdAt: this.#world.now() });
    return id;
  }

  deleteSecurityGroup(id: string): void {
    const now = this.#world.now();
    const group = this.#world.store.securityGroups.get(id, now);
    if (group === undefined) throw new Error(`Console: there is no security group ${id}`);
    group.goneAt = now;
  }

  createKeyPair(name: string): void {
    this.#world.store.keyPairs.add(name);
  }

  deleteKeyPair(name: string): void {
    if (!this.#world.store.keyPairs.delete(name)) throw new Error(`Console: there is no key pair ${name}`);
  }

  /** An endpoint of an AWS service in a VPC, by the service's short name such as ssm. Returns the id. */
  createEndpoint({ service, type, vpc = DEFAULT_VPC, groups = [] }: EndpointSpec): string {
    const { ids, store, region } = this.#world;
    const id = ids.next('vpce');
    store.vpcEndpoints.set(id, {
      id,
      vpcId: vpc,
      service: `com.amazonaws.${region}.${service}`,
      type,
      groups,
    });
    return id;
  }

  /** What Systems Manager finds from now on where RunInstances launches with a profile. */
  setAgents(agents: Partial<Agents>): void {
    this.#world.store.agents = { ...this.#world.store.agents, ...agents };
  }

  /** The commands that Systems Manager was given, with the instance of each. */
  commandsSent(): readonly { readonly instanceId: string; readonly commands: readonly string[] }[] {
    return Array.from(this.#world.store.ssmCommands.values(), ({ instanceId, parameters }) => ({
      instanceId,
      commands: parameters['commands'] ?? [],
    }));
  }

  /** Every security group that exists, with where its instances may go. */
  groups(): readonly GroupView[] {
    return this.#world.store.securityGroups.all(this.#world.now()).map(({ id, name = '', egress, tags }) => ({
      id,
      name,
      tags: Object.fromEntries(tags.now()),
      egress: egress.map(({ protocol, to, ports }) => `${protocol} ${ports?.from ?? 'any'} ${to}`),
    }));
  }

  /** The status checks of an instance fail from now on. */
  impair(id: string): void {
    presentInstance(this.#world, id, ['pending', 'running']).impaired = true;
  }

  /** Its status checks pass again. */
  heal(id: string): void {
    presentInstance(this.#world, id, ['pending', 'running']).impaired = false;
  }

  /** At once; EC2 takes hours. No image that is not disabled may map it. */
  archiveSnapshot(id: string): void {
    const snapshot = presentSnapshot(this.#world, id);
    const now = this.#world.now();
    const user = enabledImageOf(this.#world, id);
    if (user !== undefined) throw new Error(`Console: snapshot ${id} is mapped by ${user}`);
    snapshot.archival = { startedAt: now, completesAt: now };
    setSharing(snapshot, [], now);
  }
}

/** What an instance that runs must have been launched into. */
export function addGround(world: World, instance: InstanceRecord): void {
  const { store } = world;
  const { subnetId, zone, securityGroups, keyName } = instance;
  if (!store.subnets.has(subnetId)) store.subnets.set(subnetId, { id: subnetId, vpcId: DEFAULT_VPC, zone });
  const vpcId = store.subnets.get(subnetId)?.vpcId ?? DEFAULT_VPC;
  for (const id of securityGroups) {
    if (store.securityGroups.get(id, world.now()) === undefined)
      addGroup(world, { id, vpcId, createdAt: instance.createdAt });
  }
  if (keyName !== undefined) store.keyPairs.add(keyName);
}

function addGroup(
  { store }: World,
  group: { readonly id: string; readonly vpcId: string; readonly createdAt: number },
): void {
  const { id, vpcId, createdAt } = group;
  const tags = new TagHistory(createdAt);
  store.securityGroups.add({ id, vpcId, createdAt, goneAt: undefined, tags, egress: [DEFAULT_EGRESS] });
}
