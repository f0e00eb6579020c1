/** Costs as text. */

import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { BlockCalls } from '../plan/cost-calls.ts';
import type { CostReport } from '../plan/cost-report.ts';
import type { CostRow, Holding } from '../plan/cost-rows.ts';
import type { PricedHolding } from '../plan/priced.ts';
import type { RegionPrice } from '../plan/prices.ts';
import { GB, monthlyCost, plus, priceNote, requestCost, type Range } from '../plan/snapshot-prices.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const ROWS = 200;

export function costText(report: CostReport, paint: Paint): string[] {
  const { rows, now, later, price } = report;
  if (rows.length === 0) return nothingText(report);
  const { steady } = report;
  const total = ['total', '', ...costCells(now, later, price), ...steadyCells(steady?.holding, price)];
  const asked = steady ? ['once retention is full (estimate)'] : [];
  const header = [
    'policy',
    'source',
    'points',
    'full size',
    'now, a month',
    'after the pending prune',
    ...asked,
  ];
  const lines = table([header, ...rows.map((row) => rowOf(row, report)), total]);
  const [head = '', ...body] = lines;
  return [
    paint.bold(head),
    ...capped(body.slice(0, -1), ROWS),
    paint.bold(body.at(-1) ?? ''),
    '',
    ...costNotes(report),
  ];
}

function nothingText({ byDlm }: CostReport): string[] {
  const left = notCountedText(byDlm);
  return left === undefined
    ? ['Nothing is stored: no recovery points.']
    : ['Nothing is stored that ec2-backup itself has made: no recovery points.', left];
}

const NAMED = 10;

/** A figure without what DLM made must not pass for the whole; undefined where no policy of the file is left to DLM. */
export function notCountedText(byDlm: readonly string[]): string | undefined {
  if (byDlm.length === 0) return undefined;
  const more = byDlm.length > NAMED ? ` and ${byDlm.length - NAMED} more` : '';
  return `Not counted: what Amazon DLM makes for ${byDlm.slice(0, NAMED).join(', ')}${more} (ec2-backup handover shows it).`;
}

function rowOf({ policy, source, now, later, steady, isExact }: CostRow, report: CostReport): string[] {
  const [points = '', full = '', stored = '', after = ''] = costCells(now, later, report.price);
  const mark = report.requests > 0 && !isExact ? ' (estimate)' : '';
  return [
    printable(policy ?? '(of no point)'),
    printable(source ?? ''),
    points,
    full,
    `${stored}${mark}`,
    after,
    ...steadyCells(steady, report.price),
  ];
}

/** What there will be as the policies have it, however far that is. */
function steadyCells(steady: Holding | undefined, price: RegionPrice | undefined): string[] {
  return steady ? [`${storedText(steady, price)}, ${plural(steady.points, 'point')}`] : [];
}

/** Points, full size, what is stored now, and after the pending prune. */
export function costCells(now: Holding, later: Holding, price: RegionPrice | undefined): string[] {
  return [
    String(now.points),
    formatSize(now.fullBytes),
    storedText(now, price),
    laterText(now, later, price),
  ];
}

function laterText(now: Holding, later: Holding, price: RegionPrice | undefined): string {
  if (later.points === now.points && later.snapshots === now.snapshots) {
    const isSame = later.stored.standard.middle === now.stored.standard.middle;
    if (isSame) return 'the same';
  }
  return `${storedText(later, price)}, ${plural(later.points, 'point')}`;
}

/** `12.5 GiB, USD 0.63 (0.40 to 2.00)`; without a price `12.5 GiB (8.0 to 40.0 GiB)`. */
export function storedText({ stored }: Pick<Holding, 'stored'>, price: RegionPrice | undefined): string {
  return pricedText({ stored, ...(price && { usd: monthlyCost(stored, price) }) });
}

/** The same of what has its price already. */
export function pricedText({ stored, usd }: Pick<PricedHolding, 'stored' | 'usd'>): string {
  const bytes = plus(stored.standard, stored.archive);
  if (!usd) return rangeText(bytes, formatSize, (size) => formatSize(size));
  return `${formatSize(bytes.middle)}, ${rangeText(usd, formatUsd, (amount) => formatAmount(amount))}`;
}

function rangeText(
  { low, middle, high }: Range,
  whole: (value: number) => string,
  bare: (value: number) => string,
): string {
  if (bare(low) === bare(high)) return whole(middle);
  return `${whole(middle)} (${bare(low)} to ${bare(high)})`;
}

/** What the figures rest on. */
export function costNotes(report: CostReport): string[] {
  const { isExact, requests, rows, place, refused } = report;
  const left = notCountedText(report.byDlm);
  const unsized = rows.reduce((sum, row) => sum + row.unsized, 0);
  return [
    ...(isExact
      ? ['Exact, from changed blocks: a block that several snapshots share is counted once.']
      : ESTIMATE_WORDS),
    ...(isExact || requests > 0 ? [] : ['--exact reads the changed blocks, and first says what that costs.']),
    ...(requests > 0
      ? [`${plural(requests, 'request')} of the EBS direct APIs: ${formatUsd(requestCost(requests))}.`]
      : []),
    ...(unsized > 0
      ? [
          `EC2 does not say how large ${plural(unsized, 'snapshot')} of these are: taken as large as their volumes.`,
        ]
      : []),
    'AMIs cost what their snapshots cost. What others made of the same volumes is left out, and so is the Recycle Bin.',
    ...(left === undefined ? [] : [left]),
    priceNote(place.region),
    ...steadyNotes(report),
    ...refused.map(
      ({ policy, reason, deletions }) =>
        `Nothing of ${policy} is pruned (${plural(deletions, 'point')} would be): ${reason}`,
    ),
  ].map(printable);
}

function steadyNotes({ steady, isExact }: CostReport): string[] {
  if (!steady) return [];
  const { days, growing } = steady;
  return [
    `Retention is full in ${plural(days, 'day')}: what the policies lead to if backups go on, every prune is accepted and no source grows; sources that wait for their first backup are counted.`,
    ...(isExact ? ESTIMATE_WORDS : []),
    ...(growing.length > 0
      ? [
          `Not full by then, because they keep for longer or for ever: ${growing.join(', ')}. They go on growing.`,
        ]
      : []),
  ];
}

/** What reading the blocks takes, before anybody is asked. */
export function callsText({ lineages, least, most }: BlockCalls): string {
  const snapshots = lineages.reduce((sum, one) => sum + one.snapshots.length, 0);
  const from = formatUsd(requestCost(least));
  const to = formatUsd(requestCost(most));
  const cost = from === to ? from : `${from} to ${to}`;
  return `The blocks of ${plural(snapshots, 'snapshot')} of ${plural(lineages.length, 'volume')} take ${least} to ${most} requests of the EBS direct APIs: ${cost}.`;
}

/** `12.5 GiB`; what is less than a tenth of one in MiB. */
export function formatSize(bytes: number): string {
  const gib = bytes / GB;
  if (bytes === 0) return '0 GiB';
  return gib < 0.1 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${gib.toFixed(1)} GiB`;
}

export function formatUsd(usd: number): string {
  return `USD ${formatAmount(usd)}`;
}

/** Cents, and for what is less than ten of them two more places. */
function formatAmount(usd: number): string {
  if (usd > 0 && usd < 0.0001) return '<0.0001';
  return usd > 0 && usd < 0.1 ? usd.toFixed(4) : usd.toFixed(2);
}
