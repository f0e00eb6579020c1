/** The daily digest, written for people: the worst first, with ids and what to do. Pure. */

import { formatInstant } from '../policy/instant.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { nextSlot } from '../policy/schedule.ts';
import type { DigestPlan, Letter, SilentPlace } from '../run/digest.ts';
import { FINDING_KINDS, type Finding, type FindingKind } from '../run/watch-findings.ts';
import type { PlaceReport } from '../run/watch-report.ts';
import { digestSubject, emptyPolicies } from './digest-subject.ts';
import { WORDS } from './digest-words.ts';
import { formatAge, plural, printable, table } from './text.ts';

/** Lines told of each kind; the log has the others. */
const MOST_LINES = 20;
/** Characters; SNS takes 262,144 bytes, and a character may take three. */
const LONGEST = 80_000;

export function digestLetter(plan: DigestPlan, file: PolicyFile): Letter {
  const sections = [
    [opening(plan, file)],
    silentSection(plan.silent),
    ...FINDING_KINDS.map((kind) => findingSection(kind, plan.reports)),
    emptySection(plan, file),
    askedSection(plan.reports),
    policySection(plan, file),
    placeSection(plan.reports),
    unreadableSection(plan.unreadable),
  ];
  const body = sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
  return { subject: digestSubject(plan, file), body: shortened(`${body}\n`) };
}

function opening({ reports, now }: DigestPlan, { deployment }: PolicyFile): string {
  const [sources, backedUp, starting] = (['sources', 'backedUp', 'starting'] as const).map((key) =>
    sumOf(reports, key),
  );
  const wait = starting ? ` ${starting} of the others wait for their first backup.` : '';
  return (
    `How the backups of ${deployment} stand at ${time(now)}: ${backedUp ?? 0} of ${plural(sources ?? 0, 'source')} ` +
    `in ${plural(reports.length, 'place')} are backed up as their policies promise.${wait}`
  );
}

function silentSection(silent: readonly SilentPlace[]): string[] {
  if (silent.length === 0) return [];
  return [
    'No word for 24 hours: whether anything is backed up there is not known',
    'To do: look in the log of the watch function for these places, and in its dead-letter queue.',
    ...silent.map(({ place, lastWord }) => {
      const last = lastWord === undefined ? 'nothing was ever heard of it' : `last word ${time(lastWord)}`;
      return `  ${placeText(place)}: ${last}`;
    }),
  ];
}

function findingSection(kind: FindingKind, reports: readonly PlaceReport[]): string[] {
  const count = reports.reduce((sum, { findings }) => sum + findings[kind].count, 0);
  if (count === 0) return [];
  const { heading, cure } = WORDS[kind];
  const lines = reports.flatMap(({ place, findings }) =>
    findings[kind].first.map((finding) => findingLine(finding, reports.length > 1 ? place : undefined)),
  );
  const told = lines.slice(0, MOST_LINES);
  const more = count - told.length;
  return [
    `${heading} (${count})`,
    `To do: ${cure}`,
    ...told,
    ...(more > 0 ? [`  and ${more} more; the log of the watch function has them all`] : []),
  ];
}

function findingLine({ id, policy, text }: Finding, place: Place | undefined): string {
  const where = [
    ...(policy === undefined || policy === id ? [] : [policy]),
    ...(place ? [placeText(place)] : []),
  ];
  const what = where.length > 0 ? `${id} (${where.join(', ')})` : id;
  return printable(`  ${what}${text === undefined ? '' : `: ${text}`}`);
}

function emptySection(plan: DigestPlan, file: PolicyFile): string[] {
  const empty = emptyPolicies(plan, file);
  if (empty.length === 0) return [];
  return [
    `Policies that find nothing to back up (${empty.length})`,
    'To do: tag something for them, or take them out of the policy file.',
    ...empty.map((name) => `  ${name}`),
  ];
}

function askedSection(reports: readonly PlaceReport[]): string[] {
  const asked = new Set(reports.flatMap(({ askedAgain }) => askedAgain));
  return asked.size === 0 ? [] : [`Asked again for the current slot of: ${[...asked].join(', ')}`];
}

function policySection({ reports, now }: DigestPlan, { policies, dlmPolicies }: PolicyFile): string[] {
  if (policies.length + dlmPolicies.length === 0) return [];
  const rows = policies.map(({ name, schedule, timezone }) => {
    const parts = reports.flatMap((report) => report.policies.filter(({ policy }) => policy === name));
    const ages = parts.flatMap(({ oldestAge }) => oldestAge ?? []);
    const next = nextSlot(schedule, timezone, now);
    return [
      name,
      String(sumOf(parts, 'sources')),
      String(sumOf(parts, 'fresh')),
      String(sumOf(parts, 'missed')),
      String(sumOf(parts, 'points')),
      ages.length === 0 ? '-' : formatAge(Math.max(...ages) * 1000),
      next === undefined ? 'none' : time(next),
    ];
  });
  const dlmRows = dlmPolicies.map(({ name }) => {
    const parts = reports.flatMap((report) => report.byDlm.filter(({ policy }) => policy === name));
    return [name, String(sumOf(parts, 'sources')), 'left to DLM'];
  });
  const head = ['policy', 'sources', 'backed up', 'missed', 'backups kept', 'furthest behind', 'next slot'];
  return ['Policies', ...table([head, ...rows, ...dlmRows])];
}

/** Of a single place the policies have said it all. */
function placeSection(reports: readonly PlaceReport[]): string[] {
  if (reports.length < 2) return [];
  const rows = reports.map(({ place, sources, backedUp, at }) => [
    placeText(place),
    String(sources),
    String(backedUp),
    `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`,
  ]);
  return ['Places', ...table([['place', 'sources', 'backed up', 'measured'], ...rows])];
}

function unreadableSection(unreadable: number): string[] {
  if (unreadable === 0) return [];
  return [
    `${plural(unreadable, 'message')} of the reports' queue could not be read: of another version, or foreign.`,
  ];
}

function sumOf<K extends string>(items: readonly Readonly<Record<K, number>>[], key: K): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}

function placeText({ account, region }: Place): string {
  return `${account} ${region}`;
}

/** `2026-11-22 18:00 UTC`. */
function time(instant: number): string {
  const text = formatInstant(instant);
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

function shortened(body: string): string {
  if (body.length <= LONGEST) return body;
  return `${body.slice(0, LONGEST)}\n… cut here; the log of the watch function has all of it\n`;
}
