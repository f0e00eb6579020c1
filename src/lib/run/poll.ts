import { describeError } from '../aws/errors.ts';
import type { RunContext } from './context.ts';

export interface Waiting {
  /** Shown while it lasts. */
  readonly what: string;
  /** ms. */
  readonly every: number;
  /** ms. */
  readonly timeout: number;
}

/** What was waited for, or why it did not come. */
export type Waited<T> = { readonly value: T } | { readonly problem: string };

/** Looks until there is something, or the time is over. A look that fails is one in vain: the next may not. */
export async function poll<T>(
  { clock, onProgress }: RunContext,
  { what, every, timeout }: Waiting,
  look: () => Promise<T | undefined>,
): Promise<Waited<T>> {
  const start = clock.now();
  for (;;) {
    let trouble = '';
    try {
      const value = await look();
      if (value !== undefined) return { value };
    } catch (error) {
      trouble = `: ${describeError(error)}`;
    }
    const passed = clock.now() - start;
    if (passed + every > timeout)
      return { problem: `${what}: not within ${Math.round(timeout / 60_000)} minutes${trouble}` };
    onProgress?.({ step: 'wait', what: `${what} (${Math.round(passed / 1000)} s)` });
    await clock.sleep(every);
  }
}
