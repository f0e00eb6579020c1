/** `status` on one screen: the policies, the total, what is wrong. */

import { formatMinute } from '../policy/instant.ts';
import { formatPlace } from '../run/place.ts';
import type { Status } from '../run/status.ts';
import { FINDING_KINDS, type Finding, type FindingKind } from '../run/watch-findings.ts';
import { LOOKING_CURES, WORDS } from './digest-words.ts';
import { policyTable } from './status-table.ts';
import { capped, cut, plural, printable, type Paint } from './text.ts';

/** Lines of each kind of finding: what is more would push the worst off the screen. */
const MOST_FINDINGS = 4;
const LONGEST = 200;

/** `columns` of the screen: the table leaves out what is worth least to fit. */
export function statusText(status: Status, paint: Paint, columns = Infinity): string[] {
  const { place, deployment, measuredAt } = status;
  return [
    paint.bold(`${formatPlace(place)}, deployment ${deployment}, ${formatMinute(measuredAt)}`),
    '',
    ...policyTable(status, paint, columns),
    '',
    // Before the problems, which may be more than a screen shows.
    ...totalText(status, paint),
    ...FINDING_KINDS.flatMap((kind) => findingText(kind, status.findings[kind], paint)),
  ];
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

/** A source counts when all of its policies have backed it up, which the rows of the policies do not show. */
function byAllText({ sources, policies }: Status): string {
  const asked = policies.reduce((sum, policy) => sum + policy.sources, 0);
  return asked > sources ? ' by all policies that they ask for' : '';
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
    ? `${backedUp} of ${plural(sources, 'source')} backed up as promised${byAllText(status)}${starting > 0 ? `, ${starting} waiting for the first backup` : ''}`
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
