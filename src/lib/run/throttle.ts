import { isThrottled } from '../aws/errors.ts';
import type { RunContext } from './context.ts';

const ATTEMPTS = 6;
const FIRST_WAIT = 1000;

/**
 * Sends again what EC2 throttled: such a call was refused before anything was done. Waits with full jitter, up to
 * 1, 2, 4, 8 and 16 seconds, as far as the deadline allows; then the throttling error is the answer.
 */
export async function retryThrottled<T>(
  { clock, deadline = Infinity }: Pick<RunContext, 'clock' | 'deadline'>,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const wait = FIRST_WAIT * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
      if (!isThrottled(error) || attempt === ATTEMPTS || clock.now() + wait > deadline) throw error;
      await clock.sleep(wait);
    }
  }
}
