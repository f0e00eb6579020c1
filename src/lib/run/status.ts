/** How the backups of a place stand, for somebody who looks: the watch's own measurement, with nothing sent or asked for. */

import type { DlmWatch } from '../plan/watch-place.ts';
import { allPlaces, samePlace } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { findingsOf, type FindingKind, type Findings } from './watch-findings.ts';
import { placeReport, type PolicyReport } from './watch-report.ts';
import { planWatchRun, type WatchPlan } from './watch.ts';

/** Kinds of findings by which backups are not as promised. */
const BROKEN: readonly FindingKind[] = ['never', 'stale', 'lifecycle-error'];

export interface Status {
  readonly deployment: string;
  readonly place: Place;
  /** ms since the epoch. */
  readonly measuredAt: number;
  /** false: only copies are made there. */
  readonly backsUp: boolean;
  /** These three as in the report of the watch: see PlaceReport. */
  readonly sources: number;
  readonly backedUp: number;
  readonly starting: number;
  /** Every recovery point of the deployment in the place, those of policies that rest included. */
  readonly points: number;
  /** In the file's order. */
  readonly policies: readonly PolicyStatus[];
  readonly byDlm: readonly DlmWatch[];
  readonly resting: readonly RestingStatus[];
  readonly findings: Findings;
  /** Where the deployment has something besides. */
  readonly otherPlaces: readonly Place[];
}

export interface PolicyStatus extends PolicyReport {
  /** The slot of which every source must have a good point by now, in ms; absent while none is due. */
  readonly due?: number;
  /** In ms; absent when the schedule has ended. */
  readonly next?: number;
}

/** A policy that makes nothing here any more, but has made something. */
export interface RestingStatus {
  readonly policy: string;
  readonly isInFile: boolean;
  readonly points: number;
}

/** Reads and measures; changes nothing. */
export async function readStatus(context: RunContext): Promise<Status> {
  return statusOf(await planWatchRun(context), context.file);
}

/** Whether some source is not backed up as its policy promises, though it should be by now. */
export function isBroken({ findings }: Status): boolean {
  return BROKEN.some((kind) => findings[kind].length > 0);
}

function statusOf(plan: WatchPlan, file: PolicyFile): Status {
  const { watch, measuredAt, place, backsUp } = plan;
  const { deployment, sources, backedUp, starting, byDlm, policies } = placeReport(plan, [], file);
  const slots = new Map(watch.running.map((running) => [running.policy, running.slots]));
  const resting = watch.resting.map(({ policy, isInFile, points: { total } }) => ({
    policy,
    isInFile,
    points: total,
  }));
  return {
    deployment,
    place,
    measuredAt,
    backsUp,
    sources,
    backedUp,
    starting,
    points: [...policies, ...resting].reduce((sum, { points }) => sum + points, 0),
    policies: policies.map((report) => {
      const { due, next } = slots.get(report.policy) ?? {};
      return { ...report, ...(due !== undefined && { due }), ...(next !== undefined && { next }) };
    }),
    byDlm,
    resting,
    findings: findingsOf(plan, []),
    otherPlaces: allPlaces(file, place).filter((one) => !samePlace(one, place)),
  };
}
