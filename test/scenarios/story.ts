/** How the scenarios read what happened: plans, outcomes and calls as short lines. */

import type { PrunePlan } from '../../src/lib/plan/plan-prune.ts';
import type { Outcome } from '../../src/lib/run/outcome.ts';
import type { Fault, FaultPlan } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';

const READS = /^(Describe|List|Get)/;

/** Commands that reached the account and were to change it, in order. */
export function changes({ calls }: SimulatedRegion): string[] {
  return calls.map(({ command }) => command).filter((command) => !READS.test(command));
}

/** Every verdict, by policy, source and slot: `11-22T03:00 keep: daily 1/3`. */
export function verdicts({ verdicts: all }: Pick<PrunePlan, 'verdicts'>, source?: string): string[] {
  return all
    .filter(({ point }) => source === undefined || point.source === source)
    .map(({ point, verdict }) => {
      const slot = new Date(point.slot).toISOString().slice(5, 16);
      return `${slot} ${verdict.decision}: ${verdict.reasons.join('; ')}`;
    });
}

/** The reasons for one recovery point. */
export function reasonsFor(id: string, { verdicts: all }: Pick<PrunePlan, 'verdicts'>): readonly string[] {
  return only(all.filter(({ point }) => point.id === id)).verdict.reasons;
}

/** `create-image done`, one line an outcome. */
export function ends(outcomes: readonly Outcome[]): string[] {
  return outcomes.map(({ action, status }) => `${action} ${status}`);
}

export function errorsOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ error }) => error ?? []);
}

/** The one element; anything else fails the test. */
export function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length !== 1)
    throw new Error(`expected one element, got ${items.length}: ${JSON.stringify(items)}`);
  return first;
}

/** The element, or the test fails. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`expected an element at ${index}, got ${items.length} elements`);
  return item;
}

/** This fault on every call of the command. */
export function always(command: string, fault: Fault): FaultPlan {
  return (call) => (call.command === command ? fault : undefined);
}

/** Their ids, in the order given. */
export function ids(resources: readonly { readonly id: string }[]): string[] {
  return resources.map(({ id }) => id);
}
