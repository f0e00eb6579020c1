/** Steps that the scenarios share: one command line each, its answer read back. */

import { formatInstant } from '../../src/lib/policy/instant.ts';
import { parseJson, type PlanAnswer, type RunAnswer } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import type { Account } from './account.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const POLICIES = `
version: 1
deployment: wire
policies:
  images: { backup: image, schedule: every 1 hours, keep: { last: 2 } }
  sets: { backup: snapshots, schedule: every 1 hours, keep: { last: 1 } }
  disks: { backup: volume, schedule: every 1 hours, keep: { last: 1 } }
`;

/** The last whole hours, oldest first: slots that a manual backup may still make. */
export function lastHours(account: Account, count: number): string[] {
  const hour = Math.floor(account.now() / HOUR) * HOUR;
  return Array.from({ length: count }, (_, n) => formatInstant(hour - (count - 1 - n) * HOUR));
}

export interface Answered<T> {
  readonly code: number | null;
  readonly notes: string;
  readonly answer: T;
}

export async function plan(account: Account, policies = POLICIES): Promise<Answered<PlanAnswer>> {
  return answered(account, ['plan', '--policies', await fileWith(policies)]);
}

export async function prune(account: Account, args: readonly string[] = []): Promise<Answered<RunAnswer>> {
  return answered(account, ['prune', '--policies', await fileWith(POLICIES), '--yes', ...args]);
}

/** One slot, by default that of this minute, made and completed. */
export async function backup(
  account: Account,
  policy: string,
  args: readonly string[] = [],
): Promise<Answered<RunAnswer>> {
  const file = await fileWith(POLICIES);
  const ended = await answered<RunAnswer>(account, [
    'backup',
    '--policies',
    file,
    '--policy',
    policy,
    '--yes',
    ...args,
  ]);
  await account.settle();
  return ended;
}

/** A slot for each of these times; answers the ids of what was made, in that order, one source alone. */
export async function backupSlots(
  account: Account,
  policy: string,
  slots: readonly string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const slot of slots) {
    const { answer } = await backup(account, policy, ['--slot', slot]);
    const [outcome, more] = answer.outcomes;
    if (outcome?.status !== 'done' || more)
      throw new Error(`expected one backup done, got ${JSON.stringify(answer.outcomes)}`);
    ids.push(outcome.id);
  }
  return ids;
}

async function answered<T>(account: Account, args: readonly string[]): Promise<Answered<T>> {
  const { code, out, notes } = await account.run([...args, '--json']);
  if (!out.startsWith('{')) throw new Error(`${args.join(' ')} ended with ${code} and no answer: ${notes}`);
  return { code, notes, answer: parseJson<T>(out) };
}
