import { SimulatedServiceError, invalidValue } from './errors.ts';
import type { World } from './world.ts';

/**
 * The id of what the same call with the same token made before, or of what `make` makes now.
 * @throws IdempotentParameterMismatch for a token that was used with other parameters
 */
export function once(
  world: World,
  {
    command,
    input,
  }: { readonly command: string; readonly input: { readonly ClientToken?: string | undefined } },
  make: () => string,
): string {
  const { ClientToken: token, ...rest } = input;
  if (token === undefined) return make();
  if (token.length > 64)
    throw invalidValue(`A client token of ${token.length} characters, expected at most 64.`);
  const key = `${command} ${token}`;
  const fingerprint = JSON.stringify({ ...rest, DryRun: undefined });
  const used = world.store.clientTokens.get(key);
  if (used === undefined) {
    const id = make();
    world.store.clientTokens.set(key, { id, fingerprint });
    return id;
  }
  if (used.fingerprint !== fingerprint) {
    throw new SimulatedServiceError(
      'IdempotentParameterMismatch',
      `Arguments on this idempotent request are inconsistent with arguments used in previous request(s) with the client token '${token}'.`,
    );
  }
  return used.id;
}
