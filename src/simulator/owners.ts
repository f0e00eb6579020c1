import { invalidValue } from './errors.ts';
import type { World } from './world.ts';

/** Whether a resource's owner is one of those asked for: `self` or account ids; everyone when none is given. */
export function ownerTest(
  world: World,
  owners: readonly string[] | undefined,
): (resource: { readonly ownerId: string }) => boolean {
  if (owners === undefined || owners.length === 0) return () => true;
  const accounts = new Set(owners.map((owner) => accountOf(world, owner)));
  return (resource) => accounts.has(resource.ownerId);
}

function accountOf(world: World, owner: string): string {
  if (owner === 'self') return world.account;
  if (/^\d{12}$/.test(owner) || owner === 'amazon') return owner;
  throw invalidValue(`Invalid owner '${owner}', expected self or an account id of 12 digits`);
}
