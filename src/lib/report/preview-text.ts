/** What policy files would do to the points that exist, as text for people and as JSON. */

import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import { freedBy, lostBetween, type Costs, type PolicyPreview, type Preview } from '../plan/preview.ts';
import { priced } from '../plan/priced.ts';
import { priceNote } from '../plan/snapshot-prices.ts';
import type { PointVerdict } from '../plan/point-verdicts.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { pricedJson } from './cost-json.ts';
import { formatSize, formatUsd, pricedText } from './cost-text.ts';
import { sideBySide, type Row } from './side-by-side.ts';
import { capped, plural, printable, table, type Paint } from './text.ts';

const MAX_LINES = 30;

export interface NamedPreview {
  /** The path of the policy file. */
  readonly path: string;
  /** All policies of the file: those that run, are left to DLM, or are retired. */
  readonly names: ReadonlySet<string>;
  readonly preview: Preview;
}

/** One table a policy; of two files, what differs is marked and what only the second deletes is listed. */
export function previewText(files: readonly NamedPreview[], { place }: PreviewTerms, paint: Paint): string[] {
  const { region } = place;
  const paths = files.map(({ path }) => path);
  const names = [...new Set(files.flatMap(({ preview }) => preview.policies.map(({ policy }) => policy)))];
  if (names.length === 0) return ['There are no recovery points.'];
  const tables = names.sort().flatMap((name) => {
    const found = files.map(({ preview }) => preview.policies.find(({ policy }) => policy === name));
    return [
      paint.bold(name),
      ...sideBySide(
        found.map((policy) => policy && rowsOf(policy, region)),
        paths,
        paint,
      ),
      ...files.flatMap(({ path }, index) => refusedText(found[index], path, paint)),
      ...files.flatMap((file) => absentText(name, file, paint)),
      '',
    ];
  });
  const totals = files.map(({ preview }) => costRowsOf(preview.total, region));
  return [
    ...tables,
    paint.bold('total'),
    ...sideBySide(totals, paths, paint),
    '',
    ...lostText(files, paint),
    ...failuresText(files, paint),
    '',
    ...ESTIMATE_WORDS,
    priceNote(region),
  ];
}

function rowsOf(policy: PolicyPreview, region: string): Row[] {
  const { points, deleted, left } = policy;
  return [
    { label: 'exist now', value: plural(points, 'point') },
    { label: 'the next prune deletes', value: String(deleted) },
    { label: 'and keeps', value: String(points - deleted) },
    ...left.map((look) => ({ label: `of them left on day ${look.day}`, value: String(look.points) })),
    ...costRowsOf(policy, region),
  ];
}

function costRowsOf(costs: Costs, region: string): Row[] {
  return [
    { label: 'monthly cost now', value: pricedText(priced(costs.now, region)) },
    { label: 'after the next prune', value: pricedText(priced(costs.afterPrune, region)) },
    { label: 'which frees', value: freedText(costs, region) },
    ...costs.coming.map(({ day, holding }) => ({
      label: `monthly cost, day ${day}`,
      value: `${plural(holding.points, 'point')}, ${pricedText(priced(holding, region))}`,
    })),
  ];
}

/** `6 points, 3.2 GiB, USD 0.16 a month`, each the difference of what is most likely before and after. */
function freedText(costs: Costs, region: string): string {
  const { points, snapshots, bytes, usd } = freedBy(costs, region);
  if (points === 0 && snapshots === 0) return 'nothing';
  const amount = usd === undefined ? '' : `, ${formatUsd(usd)} a month`;
  return `${plural(points, 'point')}, ${formatSize(bytes)}${amount}`;
}

function refusedText(policy: PolicyPreview | undefined, path: string, paint: Paint): string[] {
  if (policy?.refused === undefined) return [];
  return [
    paint.bad(
      `  With ${path} the guard refuses the next prune: ${policy.refused}. The figures are as if somebody accepted it.`,
    ),
  ];
}

/** Nothing else tells it from a policy that keeps everything. */
function absentText(policy: string, { path, names }: NamedPreview, paint: Paint): string[] {
  if (names.has(policy)) return [];
  const text = `  ${policy} is not in ${path}: what it made is kept for ever, and it makes no new backups.`;
  return [paint.warn(printable(text))];
}

function lostText(files: readonly NamedPreview[], paint: Paint): string[] {
  const [first, second] = files;
  if (!first || !second) return [];
  const lost = lostOf(files);
  if (lost.length === 0) return [`Nothing that ${first.path} keeps is deleted by ${second.path}.`];
  const rows = lost.map(({ point, verdict }) => [
    paint.bad('-'),
    point.id,
    point.policy,
    point.source,
    formatInstant(point.slot),
    printable(verdict.reasons.join(', ')),
  ]);
  return [
    paint.bad(`${plural(lost.length, 'point')} that ${first.path} keeps would be deleted by ${second.path}`),
    ...capped(table(rows), MAX_LINES),
  ];
}

function failuresText(files: readonly NamedPreview[], paint: Paint): string[] {
  const failures = files.flatMap(({ preview }) =>
    preview.accepted.warnings.filter(({ id }) => id === 'prune'),
  );
  return [...new Set(failures.map(({ reason }) => reason))].map((reason) =>
    paint.warn(`Could not be checked, so that what hangs on it is kept: ${printable(reason)}`),
  );
}

function lostOf([first, second]: readonly NamedPreview[]): readonly PointVerdict[] {
  return first && second ? lostBetween(first.preview.accepted, second.preview.accepted) : [];
}

export interface PreviewTerms {
  readonly now: number;
  readonly days: number;
  readonly deployment: string;
  readonly place: Place;
}

/** Scripts rely on this shape: fields may be added, none renamed or removed. */
export function previewJson(terms: PreviewTerms, files: readonly NamedPreview[]): object {
  const { now, days, deployment, place } = terms;
  const { region } = place;
  return {
    version: 1,
    ...{ deployment, place, now: formatInstant(now), days },
    cost: { basis: 'estimate', assumptions: ESTIMATE_WORDS, prices: [priceNote(region)] },
    files: files.map(({ path, preview }) => ({
      file: path,
      policies: preview.policies.map(({ policy, points, deleted, refused, left, ...costs }) => ({
        ...{ policy, points, deleted, left },
        ...(refused !== undefined && { refused }),
        cost: costsJson(costs, region),
      })),
      total: costsJson(preview.total, region),
      deletes: preview.accepted.verdicts
        .filter(({ verdict }) => verdict.decision === 'prune')
        .map(({ point }) => point.id),
    })),
    ...(files.length === 2 && {
      lost: lostOf(files).map(({ point, verdict }) => ({
        ...{ id: point.id, policy: point.policy, source: point.source, slot: formatInstant(point.slot) },
        keptFor: verdict.reasons,
      })),
    }),
  };
}

function costsJson(costs: Costs, region: string): object {
  const { usd, ...freed } = freedBy(costs, region);
  return {
    now: pricedJson(priced(costs.now, region)),
    afterPrune: pricedJson(priced(costs.afterPrune, region)),
    frees: { ...freed, ...(usd !== undefined && { usdPerMonth: usd }) },
    looks: costs.coming.map(({ day, holding }) => ({ day, ...pricedJson(priced(holding, region)) })),
  };
}
