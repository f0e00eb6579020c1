import { readDocument } from '../aws/read-documents.ts';
import type { Check, Reading } from '../plan/doctor-check.ts';
import { hookCheck, hookDocuments, type FoundDocument, type HookDocument } from '../plan/doctor-hooks.ts';
import type { RunContext } from './context.ts';
import { reach, type Connect, type Home } from './reach.ts';
import { reading } from './reading.ts';

/** Each document of the file is asked for in each place that is backed up, by who runs it. */
export async function hookChecks(
  { file, place }: Pick<RunContext, 'file' | 'place'>,
  connect: Connect,
): Promise<Check[]> {
  const home = { file, region: place.region, connect };
  const checks: Check[] = [];
  for (const wanted of hookDocuments(file, place))
    checks.push(...hookCheck(wanted, await find(wanted, home)));
  return checks;
}

/** Undefined where nobody gets in. */
async function find(
  { document, place }: HookDocument,
  home: Home,
): Promise<Reading<FoundDocument> | undefined> {
  const reached = await reading(reach('backup', place, home));
  return 'value' in reached ? reading(readDocument(reached.value.clients, document)) : undefined;
}
