import { presentInstance, presentSnapshot } from './console-lookup.ts';
import type { InstanceRecord } from './records.ts';
import type { World } from './world.ts';

const DEFAULT_VPC = 'vpc-0a1b2c3d4e5f60718';

/** Everything of a subnet but its zone has a default. */
export interface SubnetSpec {
  readonly zone: string;
  readonly vpc?: string;
}

/** What instances and volumes are launched into, and what is in the way of it. */
export class LaunchConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Returns the id. */
  createSubnet({ zone, vpc = DEFAULT_VPC }: SubnetSpec): string {
    const id = this.#world.ids.next('subnet');
    this.#world.store.subnets.set(id, { id, vpcId: vpc, zone });
    return id;
  }

  deleteSubnet(id: string): void {
    if (!this.#world.store.subnets.delete(id)) throw new Error(`Console: there is no subnet ${id}`);
  }

  /** Returns the id. */
  createSecurityGroup(vpc = DEFAULT_VPC): string {
    const id = this.#world.ids.next('sg');
    this.#world.store.securityGroups.set(id, { id, vpcId: vpc });
    return id;
  }

  deleteSecurityGroup(id: string): void {
    if (!this.#world.store.securityGroups.delete(id))
      throw new Error(`Console: there is no security group ${id}`);
  }

  createKeyPair(name: string): void {
    this.#world.store.keyPairs.add(name);
  }

  deleteKeyPair(name: string): void {
    if (!this.#world.store.keyPairs.delete(name)) throw new Error(`Console: there is no key pair ${name}`);
  }

  /** The status checks of an instance fail from now on. */
  impair(id: string): void {
    presentInstance(this.#world, id, ['pending', 'running']).impaired = true;
  }

  /** At once; EC2 takes hours. No image that is not disabled may map it. */
  archiveSnapshot(id: string): void {
    const snapshot = presentSnapshot(this.#world, id);
    const { images, imagesOfSnapshot } = this.#world.store;
    const user = imagesOfSnapshot
      .of(id)
      .find((image) => images.get(image, this.#world.now())?.disabled !== true);
    if (user !== undefined) throw new Error(`Console: snapshot ${id} is mapped by ${user}`);
    snapshot.tier = 'archive';
  }
}

/** What an instance that runs must have been launched into. */
export function addGround({ store }: World, instance: InstanceRecord): void {
  const { subnetId, zone, securityGroups, keyName } = instance;
  if (!store.subnets.has(subnetId)) store.subnets.set(subnetId, { id: subnetId, vpcId: DEFAULT_VPC, zone });
  const vpcId = store.subnets.get(subnetId)?.vpcId ?? DEFAULT_VPC;
  for (const id of securityGroups) {
    if (!store.securityGroups.has(id)) store.securityGroups.set(id, { id, vpcId });
  }
  if (keyName !== undefined) store.keyPairs.add(keyName);
}
