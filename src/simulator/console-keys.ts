import { addKey, defaultKey, managedKey } from './kms-keys.ts';
import type { KeyRecord } from './records.ts';
import type { World } from './world.ts';

/** What a user does with the KMS keys of a Region. Keys are named by their ARNs. */
export class KeyConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The AWS-managed key of EBS (`alias/aws/ebs`). */
  get managed(): string {
    return managedKey(this.#world).arn;
  }

  /** What EBS takes when it is told no key. */
  get default(): string {
    return defaultKey(this.#world).arn;
  }

  /** A customer-managed key, which the given other accounts may use; returns the ARN. */
  create(sharedWith: readonly string[] = []): string {
    return addKey(this.#world, { manager: 'CUSTOMER', sharedWith }).arn;
  }

  /** EBS takes this key from now on when it is told none. */
  setDefault(arn: string): void {
    this.#world.store.defaultKey = this.#key(arn).arn;
  }

  setState(arn: string, state: KeyRecord['state']): void {
    this.#key(arn).state = state;
  }

  /** Its waiting time is over: what it encrypts is lost. */
  remove(arn: string): void {
    this.#world.store.keys.delete(this.#key(arn).arn);
  }

  share(arn: string, account: string): void {
    this.#key(arn).sharedWith.add(account);
  }

  unshare(arn: string, account: string): void {
    if (!this.#key(arn).sharedWith.delete(account))
      throw new Error(`Console: ${arn} is not shared with ${account}`);
  }

  /** Its policy denies this to everyone from now on. */
  deny(arn: string, what: 'use' | 'describe'): void {
    this.#key(arn).denied.add(what);
  }

  allow(arn: string, what: 'use' | 'describe'): void {
    if (!this.#key(arn).denied.delete(what)) throw new Error(`Console: ${arn} does not deny ${what}`);
  }

  #key(arn: string): KeyRecord {
    const key = this.#world.store.keys.get(arn);
    if (key === undefined) throw new Error(`Console: there is no key ${arn} in ${this.#world.region}`);
    return key;
  }
}
