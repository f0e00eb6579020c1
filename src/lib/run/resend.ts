import { isOutcomeUnknown } from '../aws/errors.ts';
import type { RunContext } from './context.ts';
import { retryThrottled } from './throttle.ts';

const ATTEMPTS = 3;
const WAIT = 5000;

/** Sends a call that may be repeated (a client token, or nothing to double) again when its answer was lost. */
export async function resend<T>(context: RunContext, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await retryThrottled(context, send);
    } catch (error) {
      if (!isOutcomeUnknown(error) || attempt === ATTEMPTS) throw error;
      await context.clock.sleep(WAIT);
    }
  }
}
