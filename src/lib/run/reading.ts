/** Readings that may fail one by one, while the others go on. */

import { isDenied } from '../aws/error-hints.ts';
import { describeError } from '../aws/errors.ts';
import type { Reading } from '../plan/doctor-check.ts';
import { ReadError } from './errors.ts';

/** What the work answers, or why it could not. */
export async function reading<T>(work: Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await work };
  } catch (error) {
    const root = error instanceof ReadError ? error.cause : error;
    return { problem: describeError(root), isDenied: isDenied(root) };
  }
}
