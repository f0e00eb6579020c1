import { isThrottled } from '../aws/errors.ts';
import type { Clock } from './context.ts';

const ATTEMPTS = 6;
const FIRST_WAIT = 1000;

/**
 * Sends again what EC2 throttled: such a call was refused before anything was done. Waits with full jitter, up to
 * 1, 2, 4, 8 and 16 seconds; then the throttling error is the answer. That is 15.5 s at least: enough for the 15 s that
 * EC2 wants between two snapshots of a volume.
 */
export async function retryThrottled<T>(clock: Clock, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      if (!isThrottled(error) || attempt === ATTEMPTS) throw error;
      await clock.sleep(FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
