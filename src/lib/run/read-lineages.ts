/** Reads the blocks of snapshots, volume by volume. */

import pMap from 'p-map';
import type { BlockClients } from '../aws/block-clients.ts';
import { describeError } from '../aws/errors.ts';
import { isUnrelated, listChangedBlocks, listSnapshotBlocks, type BlockReading } from '../aws/read-blocks.ts';
import { BlockSet } from '../plan/block-set.ts';
import type { BlockSnapshot } from '../plan/cost-blocks.ts';
import type { BlockCalls, LineageToRead } from '../plan/cost-calls.ts';
import type { BlockFacts } from '../plan/cost-report.ts';
import { compareText } from '../plan/order.ts';
import type { RunContext } from './context.ts';

/** EBS takes 50 requests a second of each kind from an account; each of these waits for its answer. */
const WIDTH = 4;

/** What was agreed upon does not suffice: no further request is made. */
class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';
}

/**
 * Never makes more requests than `calls.most`. A volume that cannot be read is a failure of its own, and the others go on:
 * blocks of half a volume are not answered.
 */
export async function readLineages(
  { lineages, most }: BlockCalls,
  clients: BlockClients,
  { onProgress }: Pick<RunContext, 'onProgress'>,
): Promise<BlockFacts> {
  let requests = 0;
  const beforeRequest = (): void => {
    if (requests >= most)
      throw new TooManyRequestsError(`more than the ${most} requests that were agreed upon`);
    requests += 1;
    onProgress?.({ step: 'read', what: 'lists of blocks', count: requests });
  };
  const blocks = new Map<string, readonly BlockSnapshot[]>();
  const failures: { id: string; reason: string }[] = [];
  await pMap(
    lineages,
    async ({ lineage, snapshots }) => {
      try {
        blocks.set(lineage, await readLineage({ lineage, snapshots }, { clients, beforeRequest }));
      } catch (error) {
        failures.push({
          id: lineage,
          reason: `its blocks were not read, so it is estimated: ${describeError(error)}`,
        });
      }
    },
    { concurrency: WIDTH },
  );
  failures.sort((a, b) => compareText(a.id, b.id));
  return { blocks, requests, failures };
}

async function readLineage({ snapshots }: LineageToRead, reading: BlockReading): Promise<BlockSnapshot[]> {
  const read: BlockSnapshot[] = [];
  for (const { id } of snapshots) {
    const before = read.at(-1);
    read.push(before ? await readNext(before.id, id, reading) : await readFirst(id, reading));
  }
  return read;
}

async function readFirst(id: string, reading: BlockReading): Promise<BlockSnapshot> {
  const changed = new BlockSet();
  for await (const page of listSnapshotBlocks(reading, id)) for (const index of page) changed.add(index);
  return { id, changed, removed: new BlockSet(), startsAnew: true };
}

async function readNext(before: string, id: string, reading: BlockReading): Promise<BlockSnapshot> {
  const [changed, removed] = [new BlockSet(), new BlockSet()];
  try {
    for await (const page of listChangedBlocks(reading, before, id)) {
      for (const index of page.changed) changed.add(index);
      for (const index of page.removed) removed.add(index);
    }
  } catch (error) {
    if (!isUnrelated(error)) throw error;
    return readFirst(id, reading);
  }
  return { id, changed, removed, startsAnew: false };
}
