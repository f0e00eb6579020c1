/** What a simulated policy costs as time goes on, by the estimate of `cost`. */

import { holdingOf } from './cost-rows.ts';
import { existsAt, snapshotsAt, withinArchiveQuota } from './future-snapshots.ts';
import { priced, totalPriced, type PricedHolding } from './priced.ts';
import type { FileSimulation, PolicySimulation } from './simulate-file.ts';
import { simulatedName } from './simulate-look.ts';
import { GB } from './snapshot-prices.ts';

const DAY = 86_400_000;

/** What nobody can know without an account. */
export interface CostTerms {
  /** GiB that a source has, all of them written. */
  readonly sourceGib: number;
  /** Where backups are made; those of copies are in their own Region. */
  readonly region: string;
}

/** At the end of a day. Its source has one volume, which no other policy backs up. */
export function simulatedCost(
  simulated: PolicySimulation,
  day: number,
  { sourceGib, region }: CostTerms,
): PricedHolding {
  const { simulation, lives, copy, archiveAfter } = simulated;
  const at = simulation.from + day * DAY;
  const bytes = sourceGib * GB;
  const present = lives.filter((life) => existsAt(life, at));
  const snapshots = snapshotsAt(present, {
    disks: [{ lineage: 'the volume', volumeBytes: bytes, fullBytes: bytes }],
    ...{ name: simulatedName(simulated), at },
    ...(archiveAfter !== undefined && { archiveAfter }),
  });
  return priced(holdingOf(present.length, withinArchiveQuota(snapshots)), copy?.region ?? region);
}

/** Of one source of each policy, with its copies. */
export function simulatedTotal({ policies }: FileSimulation, day: number, terms: CostTerms): PricedHolding {
  return totalPriced(policies.map((policy) => simulatedCost(policy, day, terms)));
}

/** The Regions whose prices count, that of the backups first. */
export function pricedRegions(files: readonly FileSimulation[], { region }: CostTerms): readonly string[] {
  const copies = files.flatMap(({ policies }) => policies.flatMap(({ copy }) => copy?.region ?? []));
  return [...new Set([region, ...copies])];
}
