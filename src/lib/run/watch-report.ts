/** What `watch` has to say of a place, as a message to `digest`. */

import type { DlmWatch, RunningWatch } from '../plan/watch-place.ts';
import { formatInstant, parseInstant } from '../policy/instant.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { WatchOutcome } from './outcome.ts';
import type { WatchPlan } from './watch.ts';
import { FINDING_KINDS, findingsOf, type Finding, type FindingKind } from './watch-findings.ts';

/** Bytes: SQS takes 256 KiB. */
const LARGEST = 200_000;
const MOST_FINDINGS = 200;
const LONGEST_TEXT = 300;

export interface PlaceReport {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  /** When it was measured, as an instant. */
  readonly at: string;
  /** Sources that ask for a policy that a Lambda runs, each counted once. */
  readonly sources: number;
  /** Those of them that every one of their policies has backed up as promised. */
  readonly backedUp: number;
  /** Those that lack nothing but their first backup, which is not due yet or is being made. */
  readonly starting: number;
  readonly policies: readonly PolicyReport[];
  /** Policies that DLM runs. */
  readonly byDlm: readonly DlmWatch[];
  /** Policies whose current slot was asked for again. */
  readonly askedAgain: readonly string[];
  readonly findings: Readonly<Record<FindingKind, Cut>>;
}

/** A policy that a Lambda runs. */
export interface PolicyReport {
  readonly policy: string;
  readonly sources: number;
  readonly fresh: number;
  /** Sources whose due slot has no point at all. */
  readonly missed: number;
  readonly points: number;
  /** Seconds: the largest age of a source's newest good point. */
  readonly oldestAge?: number;
}

/** How many there are, and the first of them. */
export interface Cut {
  readonly count: number;
  readonly first: readonly Finding[];
}

export function placeReport(
  plan: WatchPlan,
  outcomes: readonly WatchOutcome[],
  { deployment }: Pick<PolicyFile, 'deployment'>,
): PlaceReport {
  const { watch, measuredAt, place } = plan;
  const findings = findingsOf(plan, outcomes);
  return {
    version: 1,
    deployment,
    place,
    at: formatInstant(measuredAt),
    ...countSources(watch.running),
    policies: watch.running.map((running) => policyReport(running, measuredAt)),
    byDlm: watch.byDlm,
    askedAgain: plan.requests.flatMap(({ policy }) => policy ?? []),
    findings: mapFindings((kind) => ({
      count: findings[kind].length,
      first: findings[kind].slice(0, MOST_FINDINGS).map(shortened),
    })),
  };
}

/** At most 200 KB: long lists are cut further, and what they count stays true. */
export function reportBody(report: PlaceReport): string {
  for (let most = MOST_FINDINGS; ; most = Math.floor(most / 2)) {
    const findings = mapFindings((kind) => {
      const { count, first } = report.findings[kind];
      return { count, first: first.slice(0, most) };
    });
    const body = JSON.stringify({ ...report, findings });
    if (most === 0 || Buffer.byteLength(body) <= LARGEST) return body;
  }
}

/** The report in a message, or undefined for anything else: another version's, another deployment's. */
export function readReport(
  body: string,
  { deployment }: Pick<PolicyFile, 'deployment'>,
): PlaceReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isReport(value) && value.deployment === deployment ? value : undefined;
}

const NUMBERS = ['sources', 'backedUp', 'starting'] as const;
const LISTS = ['policies', 'byDlm', 'askedAgain'] as const;

/** Only `watch` may send to this queue, and a change of what the entries hold changes the version. */
function isReport(value: unknown): value is PlaceReport {
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1)
    return false;
  const { at, place, findings, ...rest } = value as Partial<Record<keyof PlaceReport, unknown>>;
  return (
    typeof at === 'string' &&
    parseInstant(at) !== undefined &&
    isObject(place) &&
    isObject(findings) &&
    FINDING_KINDS.every((kind) => kind in findings) &&
    NUMBERS.every((name) => typeof rest[name] === 'number') &&
    LISTS.every((name) => Array.isArray(rest[name]))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function countSources(
  running: readonly RunningWatch[],
): Pick<PlaceReport, 'sources' | 'backedUp' | 'starting'> {
  /** The worst standing of each source: 0 backed up, 1 starting, 2 neither. */
  const worst = new Map<string, number>();
  for (const { sources } of running) {
    for (const { id, standing } of sources) {
      const rank = standing === 'fresh' ? 0 : standing === 'new' || standing === 'pending' ? 1 : 2;
      worst.set(id, Math.max(rank, worst.get(id) ?? 0));
    }
  }
  const ranks = [...worst.values()];
  return {
    sources: ranks.length,
    backedUp: ranks.filter((rank) => rank === 0).length,
    starting: ranks.filter((rank) => rank === 1).length,
  };
}

function policyReport({ policy, sources, points }: RunningWatch, now: number): PolicyReport {
  const age = oldestAge(sources, now);
  return {
    policy,
    sources: sources.length,
    fresh: sources.filter(({ standing }) => standing === 'fresh').length,
    missed: sources.filter(({ isMissed }) => isMissed).length,
    points: points.total,
    ...(age !== undefined && { oldestAge: age }),
  };
}

/** In seconds; undefined when nothing is backed up. */
export function oldestAge(sources: RunningWatch['sources'], now: number): number | undefined {
  const oldest = sources.reduce((least, { good = Infinity }) => Math.min(least, good), Infinity);
  return oldest === Infinity ? undefined : Math.round((now - oldest) / 1000);
}

function mapFindings(cutOf: (kind: FindingKind) => Cut): PlaceReport['findings'] {
  return Object.fromEntries(FINDING_KINDS.map((kind) => [kind, cutOf(kind)])) as Record<FindingKind, Cut>;
}

function shortened(finding: Finding): Finding {
  const { text } = finding;
  if (text === undefined || text.length <= LONGEST_TEXT) return finding;
  return { ...finding, text: `${text.slice(0, LONGEST_TEXT - 1)}…` };
}
