/** What a report shows, as plain values that HTML and Markdown are both made of. */

import type { Standing } from '../plan/watch-policy.ts';
import type { Place } from '../policy/policy.ts';
import type { FindingKind } from '../run/watch-findings.ts';

/**
 * How a policy stands with a source. Besides what `watch` judges: `resting`, its policy asks for no more backups of it;
 * `gone`, the source exists no longer; `copies`, they were made elsewhere.
 */
export type RowStanding = Standing | 'resting' | 'gone' | 'copies';

/**
 * What there is of a day. `good`, `pending`, `failed` and `odd` (disabled or incomplete): a point, the best of that day.
 * `missed`: one was due, and a rule would still keep it. `unkept`: no rule would keep one of that day by now. `open`: due,
 * but its time is not over. `none`: nothing was due, or it is not known.
 */
export type CellKind = 'good' | 'pending' | 'failed' | 'odd' | 'missed' | 'unkept' | 'open' | 'none';

export interface Cell {
  readonly kind: CellKind;
  /** The point that it stands for. */
  readonly point?: string;
  /** Why there is none, or what is wrong with it. */
  readonly why?: string;
}

export interface ShownPoint {
  readonly id: string;
  /** ms since the epoch. */
  readonly slot: number;
  readonly state: string;
  readonly decision: 'keep' | 'prune';
  /** Of the verdict, as `plan` has them; long ones are cut. */
  readonly reasons: readonly string[];
  readonly detail?: string;
}

/** One policy and source, in one place. */
export interface SourceRow {
  readonly policy: string;
  readonly source: string;
  readonly name?: string;
  /** Of copies: where they were made. */
  readonly origin?: Place;
  readonly standing: RowStanding;
  /** Slot of the newest good point. */
  readonly good?: number;
  readonly obstacle?: string;
  /** As many as there are days. */
  readonly cells: readonly Cell[];
  /** Newest first; every point of a cell is among them. */
  readonly points: readonly ShownPoint[];
  /** How many there are. */
  readonly total: number;
}

export interface Problem {
  /** `unchecked`: the account would not say, so that the figures may be wrong. */
  readonly kind: FindingKind | 'unchecked';
  /** Somebody has to do something: `digest` would name it in its subject. */
  readonly isUrgent: boolean;
  readonly heading: string;
  readonly cure: string;
  readonly count: number;
  /** The first of them. */
  readonly items: readonly {
    /** Absent where it is of nothing in particular; then there is a text. */
    readonly id?: string;
    /** Of a source. */
    readonly name?: string;
    readonly policy?: string;
    readonly text?: string;
  }[];
}

export interface PolicyRow {
  readonly policy: string;
  /** Who makes backups by it here. */
  readonly runs: 'lambda' | 'dlm' | 'copies only' | 'retired' | 'not in file';
  readonly schedule?: string;
  readonly keep?: string;
  readonly sources: number;
  readonly fresh: number;
  readonly stale: number;
  readonly never: number;
  readonly points: number;
  /** Points that the pending prune deletes. */
  readonly pruned: number;
  /** Seconds: the largest age of a source's newest good point. */
  readonly oldestAge?: number;
  /** ms since the epoch. */
  readonly next?: number;
}

export interface CostLine {
  readonly policy: string;
  readonly points: number;
  /** In words, as `cost` has them. */
  readonly size: string;
  readonly now: string;
  readonly later: string;
  /** What a chart draws: USD a month, or GiB where there is no price. */
  readonly drawn: { readonly now: number; readonly later: number };
}

/** Of how old the newest good backups are: how many sources of each standing are in this span. */
export interface AgeSpan {
  readonly label: string;
  readonly fresh: number;
  readonly late: number;
  readonly starting: number;
}

export interface ReportModel {
  readonly deployment: string;
  readonly place: Place;
  /** ms since the epoch. */
  readonly at: number;
  /** Only this policy. */
  readonly policy?: string;
  /** false: only copies are made in the place. */
  readonly backsUp: boolean;
  readonly summary: {
    /** Those that DLM backs up are not among them. */
    readonly sources: number;
    readonly backedUp: number;
    readonly starting: number;
    /** Sources and policies that are left to DLM. */
    readonly leftToDlm: number;
    /** What the figures leave out, in words. */
    readonly notCounted?: string;
    readonly points: number;
    readonly pruned: number;
    /** In words. */
    readonly cost: string;
  };
  readonly problems: readonly Problem[];
  readonly policies: readonly PolicyRow[];
  /** Days in UTC such as `2026-11-22`, oldest first. */
  readonly days: readonly string[];
  /** Of each day, how many rows have a good backup of it, or none but one that is not good. */
  readonly daily: readonly { readonly good: number; readonly other: number }[];
  /** The worst first. */
  readonly rows: readonly SourceRow[];
  /** How many more there are, by standing. */
  readonly leftOut: readonly { readonly standing: RowStanding; readonly count: number }[];
  readonly ages: readonly AgeSpan[];
  readonly cost: {
    readonly unit: 'USD' | 'GiB';
    readonly lines: readonly CostLine[];
    readonly total: CostLine;
    readonly notes: readonly string[];
  };
}
