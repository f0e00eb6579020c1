/** `status` on one screen: the policies, what is wrong, the total. */

import { formatMinute } from '../policy/instant.ts';
import { formatPlace } from '../run/place.ts';
import type { PolicyStatus, Status } from '../run/status.ts';
import { FINDING_KINDS, type Finding, type FindingKind } from '../run/watch-findings.ts';
import { LOOKING_CURES, WORDS } from './digest-words.ts';
import { capped, cut, formatAge, plural, printable, table, type Paint } from './text.ts';

/** Lines of each kind of finding, and of policies: what is more would push the worst off the screen. */
const MOST_FINDINGS = 4;
const MOST_POLICIES = 30;
const LONGEST = 200;

const HEAD = [
  'policy',
  'sources',
  'backed up',
  'missed',
  'points',
  'furthest behind',
  'promised',
  'next run',
];

export function statusText(status: Status, paint: Paint): string[] {
  const { place, deployment, measuredAt } = status;
  return [
    paint.bold(`${formatPlace(place)}, deployment ${deployment}, ${formatMinute(measuredAt)}`),
    '',
    ...policyTable(status, paint),
    ...FINDING_KINDS.flatMap((kind) => findingText(kind, status.findings[kind], paint)),
    '',
    ...totalText(status, paint),
  ];
}

function policyTable(status: Status, paint: Paint): string[] {
  const { policies, byDlm, resting, measuredAt, backsUp } = status;
  const rows = [
    ...(backsUp ? policies.map((policy) => policyRow(policy, measuredAt, paint)) : []),
    ...(backsUp ? [] : policies.filter(({ points }) => points > 0).map(copiesRow)),
    ...(backsUp ? byDlm.map(({ policy, sources }) => [policy, String(sources), 'left to DLM']) : []),
    ...resting.map(({ policy, isInFile, points }) => [
      printable(cut(policy, 40)),
      '-',
      isInFile ? 'makes no more' : paint.warn('not in the file'),
      '-',
      String(points),
    ]),
  ];
  if (rows.length === 0) return ['No policy backs anything up here.'];
  const [head = '', ...lines] = table([HEAD, ...rows], '');
  return [paint.dim(head), ...capped(lines, MOST_POLICIES, '')];
}

function policyRow(policy: PolicyStatus, now: number, paint: Paint): string[] {
  const { sources, fresh, missed, points, oldestAge, due, next } = policy;
  const isLate = due !== undefined && oldestAge !== undefined && oldestAge > Math.round((now - due) / 1000);
  const age = oldestAge === undefined ? '-' : formatAge(oldestAge * 1000);
  return [
    policy.policy,
    sources === 0 ? paint.warn('0') : String(sources),
    (fresh === sources ? paint.good : paint.warn)(String(fresh)),
    missed === 0 ? '0' : paint.bad(String(missed)),
    String(points),
    isLate ? paint.bad(age) : age,
    due === undefined ? '-' : `within ${formatAge(now - due)}`,
    next === undefined ? 'none' : `${formatMinute(next)} (in ${formatAge(next - now)})`,
  ];
}

function copiesRow({ policy, points }: PolicyStatus): string[] {
  return [policy, '-', 'copies only', '-', String(points)];
}

function findingText(kind: FindingKind, findings: readonly Finding[], paint: Paint): string[] {
  if (findings.length === 0) return [];
  const { heading, cure, subject } = WORDS[kind];
  const loud = kind === 'never' || kind === 'stale' || kind === 'lifecycle-error' ? paint.bad : paint.warn;
  const colour = subject ? loud : paint.dim;
  return [
    '',
    colour(`${heading} (${findings.length})`),
    ...capped(findings.map(findingLine), MOST_FINDINGS),
    paint.dim(`  To do: ${LOOKING_CURES[kind] ?? cure}`),
  ];
}

function findingLine({ id, policy, text }: Finding): string {
  const what = policy === undefined || policy === id ? id : `${id} (${policy})`;
  return cut(printable(`  ${what}${text === undefined ? '' : `: ${text}`}`), LONGEST);
}

function totalText(status: Status, paint: Paint): string[] {
  const { sources, backedUp, starting, points, findings, otherPlaces, backsUp } = status;
  const what = FINDING_KINDS.flatMap((kind) => {
    const { length } = findings[kind];
    const [one, several] = WORDS[kind].subject ?? [];
    return length === 0 || one === undefined || several === undefined
      ? []
      : [`${length} ${length === 1 ? one : several}`];
  });
  const good = backsUp
    ? `${backedUp} of ${plural(sources, 'source')} backed up as promised${starting > 0 ? `, ${starting} waiting for the first backup` : ''}`
    : 'only copies are made here';
  const isClean = FINDING_KINDS.every((kind) => findings[kind].length === 0);
  const quiet = isClean ? 'no problems' : 'nothing urgent';
  const problems = what.length === 0 ? paint.good(quiet) : paint.bad(what.join(', '));
  const noSource = backsUp && sources === 0 && status.byDlm.every((one) => one.sources === 0);
  return [
    `${paint.bold('Total:')} ${good}; ${plural(points, 'recovery point')}; ${problems}.`,
    ...(noSource
      ? [paint.warn('Nothing asks to be backed up: ec2-backup explain ID says why of an instance or volume.')]
      : []),
    ...(otherPlaces.length > 0
      ? [
          paint.dim(
            `Also of this deployment: ${capped(otherPlaces.map(formatPlace), 5, '').join('; ')}. Each has a status of its own.`,
          ),
        ]
      : []),
  ];
}
