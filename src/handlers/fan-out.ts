import { sendMessages } from '../lib/aws/messages.ts';
import { requestRecord } from '../lib/report/log-records.ts';
import { messageOf } from '../lib/run/queue-message.ts';
import { placesOf } from '../lib/run/reach.ts';
import type { RunRequest } from '../lib/run/request.ts';
import { requireAddress, type Environment } from './environment.ts';

/** Sends a request that names no place to each place: they are worked side by side, and one that fails is alone. */
export async function fanOut(request: RunRequest, environment: Environment): Promise<object> {
  const places = await placesOf(environment, request.job);
  const queue = requireAddress(environment.addresses, 'queue');
  await sendMessages(
    environment,
    queue,
    places.map((place) => messageOf({ ...request, place })),
  );
  const { deployment } = environment.file;
  environment.log([requestRecord('sent to its places', { places })], { deployment, job: request.job });
  return { sentTo: places };
}
