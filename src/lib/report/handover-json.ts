/** A handover as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import { commandLine } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { Handover, HandoverItem, HandoverKind } from '../plan/handover-shapes.ts';
import { storedInAll } from '../plan/handover.ts';
import { monthlyCost, priceIn, type Range, type StoredBytes } from '../plan/snapshot-prices.ts';
import type { Place } from '../policy/policy.ts';

export interface StoredJson {
  readonly standardBytes: Range;
  readonly archiveBytes: Range;
  /** Absent for a Region without a price. */
  readonly usdPerMonth?: Range;
}

export interface HandoverJson {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  readonly basis: 'estimate';
  readonly assumptions: readonly string[];
  readonly groups: readonly {
    readonly kind: HandoverKind;
    readonly items: readonly HandoverItem[];
    /** Its share of the bill; absent where nothing is stored by it. */
    readonly cost?: StoredJson;
    /** What the bill falls by when it is gone, after the groups above it. */
    readonly frees?: StoredJson;
    /** What the bill falls by when it is gone, and nothing else. */
    readonly freesAlone?: StoredJson;
    /** For a shell, in this order. */
    readonly remove: readonly string[];
    readonly lift: readonly string[];
    /** Absent where keeping it takes nothing but to leave it alone. */
    readonly keeping?: readonly string[];
    /** Removes what nobody can tell what it is. */
    readonly byHand?: readonly string[];
    readonly keep: string;
  }[];
  readonly total: StoredJson;
  readonly elsewhere: readonly Place[];
  readonly warnings: readonly string[];
}

export function handoverJson(handover: Handover): HandoverJson {
  const { place, deployment, groups, elsewhere, warnings } = handover;
  return {
    version: 1,
    deployment,
    place,
    basis: 'estimate',
    assumptions: ESTIMATE_WORDS,
    groups: groups.map(({ kind, items, stored, frees, remove, lift, keeping = [], byHand = [], keep }) => ({
      kind,
      items,
      ...(stored && { cost: storedJson(stored, place) }),
      ...(frees && {
        frees: storedJson(frees.inOrder, place),
        freesAlone: storedJson(frees.alone, place),
      }),
      remove: remove.map(commandLine),
      lift: lift.map(commandLine),
      ...(keeping.length > 0 && { keeping: keeping.map(commandLine) }),
      ...(byHand.length > 0 && { byHand: byHand.map(commandLine) }),
      keep,
    })),
    total: storedJson(storedInAll(handover), place),
    elsewhere,
    warnings,
  };
}

export function storedJson(stored: StoredBytes, { region }: Place): StoredJson {
  const price = priceIn(region);
  return {
    standardBytes: stored.standard,
    archiveBytes: stored.archive,
    ...(price && { usdPerMonth: monthlyCost(stored, price) }),
  };
}
