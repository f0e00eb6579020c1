import { readKey } from '../aws/read-keys.ts';
import type { Check, Reading } from '../plan/doctor-check.ts';
import { copyKeys, keyCheck, type CopyKey, type FoundKey } from '../plan/doctor-keys.ts';
import type { RunContext } from './context.ts';
import { reach, type Connect, type Home } from './reach.ts';
import { reading } from './reading.ts';

/** Each key of the file is asked for where it is used, by who copies: no other job may look at keys. */
export async function keyChecks(
  { file, place }: Pick<RunContext, 'file' | 'place'>,
  connect: Connect,
): Promise<Check[]> {
  const home = { file, region: place.region, connect };
  const checks: Check[] = [];
  for (const wanted of copyKeys(file, place)) checks.push(...keyCheck(wanted, await find(wanted, home)));
  return checks;
}

/** Undefined where nobody gets in. */
async function find({ key, place }: CopyKey, home: Home): Promise<Reading<FoundKey> | undefined> {
  const reached = await reading(reach('replicate', place, home));
  return 'value' in reached ? reading(readKey(reached.value.clients, key)) : undefined;
}
