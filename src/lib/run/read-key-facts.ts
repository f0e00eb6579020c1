import { describeError, errorCode } from '../aws/errors.ts';
import { obstacleOfKey, readKey } from '../aws/read-keys.ts';
import type { KeyFacts } from '../plan/restorable.ts';
import type { RunContext } from './context.ts';

/**
 * What KMS says of keys, by ARN. `asks`: whether these credentials may use them, besides how they are; no role of a
 * function may but through EC2.
 */
export async function readKeyFacts(
  { clients }: Pick<RunContext, 'clients'>,
  arns: readonly string[],
  { asks }: { readonly asks: boolean },
): Promise<ReadonlyMap<string, KeyFacts>> {
  const facts = new Map<string, KeyFacts>();
  for (const arn of arns) facts.set(arn, await factsOf(clients, arn, asks));
  return facts;
}

async function factsOf(clients: RunContext['clients'], arn: string, asks: boolean): Promise<KeyFacts> {
  try {
    const { state } = await readKey(clients, arn);
    const obstacle = asks && state === 'Enabled' ? await obstacleOfKey(clients, arn) : undefined;
    return { state, ...(obstacle !== undefined && { obstacle }) };
  } catch (error) {
    return errorCode(error) === 'NotFoundException'
      ? { isMissing: true }
      : { obstacle: describeError(error) };
  }
}
