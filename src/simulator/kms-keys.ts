import type { KeyRecord } from './records.ts';
import type { World } from './world.ts';

const EBS_ALIAS = 'alias/aws/ebs';

export function addKey(
  world: World,
  {
    manager,
    sharedWith = [],
  }: { readonly manager: KeyRecord['manager']; readonly sharedWith?: readonly string[] },
): KeyRecord {
  const id = world.ids.uuid();
  const key: KeyRecord = {
    id,
    arn: world.arn('kms', `key/${id}`),
    account: world.account,
    manager,
    createdAt: world.now(),
    state: 'Enabled',
    sharedWith: new Set(sharedWith),
    denied: new Set(),
  };
  world.store.keys.set(key.arn, key);
  return key;
}

/** The key that EBS makes for an account when it first needs one. */
export function managedKey(world: World): KeyRecord {
  const known = [...world.store.keys.values()].find(({ manager }) => manager === 'AWS');
  return known ?? addKey(world, { manager: 'AWS' });
}

/** What EBS takes when it is told no key. */
export function defaultKey(world: World): KeyRecord {
  const { defaultKey: arn, keys } = world.store;
  return (arn === undefined ? undefined : keys.get(arn)) ?? managedKey(world);
}

/** The key of this Region by its ARN, in any account, or by its id or the alias of EBS in this one. */
export function keyOf(world: World, name: string): KeyRecord | undefined {
  if (name === EBS_ALIAS || name === world.arn('kms', EBS_ALIAS)) return managedKey(world);
  if (!name.startsWith('arn:')) return world.store.keys.get(world.arn('kms', `key/${name}`));
  const [, , , region = '', account = ''] = name.split(':');
  return region === world.region
    ? world.organisation.world(account, region)?.store.keys.get(name)
    : undefined;
}

/** Whether a key's policy lets an account do something. */
export function allows(key: KeyRecord, account: string, what: 'use' | 'describe'): boolean {
  return !key.denied.has(what) && (key.account === account || key.sharedWith.has(account));
}

/** Whether an account can encrypt and decrypt with a key now. */
export function isUsable(key: KeyRecord | undefined, account: string): boolean {
  return key?.state === 'Enabled' && allows(key, account, 'use');
}
