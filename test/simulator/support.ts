import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { SimulatorSettings } from '../../src/simulator/settings.ts';

export const START = Date.UTC(2026, 10, 22);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface TestPlace {
  readonly clock: SimulatedClock;
  readonly account: SimulatedAccount;
  readonly region: SimulatedRegion;
}

/** A fresh account with one Region, at START. */
export function newPlace(settings: Partial<SimulatorSettings> = {}): TestPlace {
  const clock = new SimulatedClock(START);
  const account = new SimulatedAccount({ clock, settings });
  return { clock, account, region: account.region('ap-northeast-2') };
}

/** The name of the error that a call is refused with, or `ok`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected a value');
  return value;
}

/** A code of which nobody knows the real one. */
export const OPAQUE = /^Client\.Opaque\.\d+$/;
