/** An AMI name that is taken: it is the identity of a slot, so the AMI that has it is what was to be made, made earlier. */

import { describeError } from '../aws/errors.ts';
import { listImages } from '../aws/read-images.ts';
import type { Image } from '../plan/inventory.ts';
import { readOwnership } from '../plan/marks.ts';
import type { RunContext } from './context.ts';
import type { Outcome } from './outcome.ts';

export type TakenName = Pick<Outcome, 'status' | 'error'> & { readonly id?: string };

/** How a call ended that was refused because of its name. `lost` says what a failed AMI of that name means. */
export async function lookUpName(
  name: string,
  context: RunContext,
  lost: (id: string, detail: string | undefined) => string,
): Promise<TakenName> {
  const found: Image[] = [];
  try {
    for await (const image of listImages(context.clients, [{ name: 'name', values: [name] }]))
      found.push(image);
  } catch (error) {
    return failed(`AMI name ${name} is taken, and could not be looked up: ${describeError(error)}`);
  }
  const image = found.find((one) => one.name === name);
  if (!image) {
    const error = `AMI name ${name} is taken by an AMI that is not visible yet: run the slot again later`;
    return { status: 'unknown', error };
  }
  if (readOwnership(image.tags, context.file).status !== 'ours')
    return failed(`AMI name ${name} is taken by ${image.id}, which this deployment did not make`);
  if (image.state === 'failed') return failed(lost(image.id, image.stateReason));
  return { status: 'already-done', id: image.id };
}

function failed(error: string): TakenName {
  return { status: 'failed', error };
}
