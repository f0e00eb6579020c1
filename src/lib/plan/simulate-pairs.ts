/** Two policy files beside each other: what is the same, what differs, and what only one of them has. */

import { formatKeep } from '../policy/keep.ts';
import type { FileSimulation, PolicySimulation } from './simulate-file.ts';
import { simulatedName } from './simulate-look.ts';

export interface SimulatedPair {
  readonly name: string;
  readonly left?: PolicySimulation;
  readonly right?: PolicySimulation;
  /** Schedule, rules, archive, or any point of it. */
  readonly differs: boolean;
}

/** In the order of the first, then what only the second has. */
export function pairsOf(left: FileSimulation, right: FileSimulation): readonly SimulatedPair[] {
  const [lefts, rights] = [byName(left), byName(right)];
  return [...new Set([...lefts.keys(), ...rights.keys()])].map((name) => {
    const [one, other] = [lefts.get(name), rights.get(name)];
    const differs = fingerprint(one) !== fingerprint(other);
    return { name, differs, ...(one && { left: one }), ...(other && { right: other }) };
  });
}

function byName({ policies }: FileSimulation): ReadonlyMap<string, PolicySimulation> {
  return new Map(policies.map((policy) => [simulatedName(policy), policy]));
}

function fingerprint(simulated: PolicySimulation | undefined): string {
  if (!simulated) return '';
  const { policy, keep, simulation, archiveAfter = null } = simulated;
  return JSON.stringify([policy.schedule, policy.timezone, formatKeep(keep), archiveAfter, simulation]);
}
