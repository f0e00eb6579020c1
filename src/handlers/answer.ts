/** What a handler answers, and the errors it ends with. Lists are short: the whole story is in the log. */

import type { Skipped } from '../lib/plan/actions.ts';
import type { Refusal } from '../lib/plan/plan-prune.ts';
import { formatInstant } from '../lib/policy/instant.ts';
import type { Place } from '../lib/policy/policy.ts';
import { planJson, type PlanParts } from '../lib/report/plan-json.ts';
import type { RunContext } from '../lib/run/context.ts';
import { countOutcomes, isFailure, type Outcome, type OutcomeCounts } from '../lib/run/outcome.ts';
import type { RunRequest } from '../lib/run/request.ts';

/** Lambda's answer is at most 6 MB. */
const MOST_ENTRIES = 1000;
const FAILURES_TOLD = 5;

export interface RunAnswer {
  readonly version: 1;
  readonly job: RunRequest['job'];
  readonly slot: string;
  readonly place: Place;
  readonly counts: OutcomeCounts;
  readonly skipped: readonly Skipped[];
}

/** A run in which something failed: a direct invoke fails, and an alarm can ring. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
}

/** A run of which the guard refused a part. */
export class RunRefusedError extends Error {
  override readonly name = 'RunRefusedError';
}

export interface Ended {
  readonly outcomes: readonly Outcome[];
  readonly skipped: readonly Skipped[];
  readonly refused: readonly Refusal[];
}

/** The answer of a run that ended well; one that did not throws. */
export function answerOrThrow(request: RunRequest, { place }: RunContext, ended: Ended): RunAnswer {
  const failures = ended.outcomes.filter(isFailure);
  const slot = formatInstant(request.slot);
  if (failures.length > 0) {
    const told = failures
      .slice(0, FAILURES_TOLD)
      .map(({ action, id, error }) => `${action} ${id}: ${error ?? 'failed'}`);
    const more =
      failures.length > FAILURES_TOLD ? `; and ${failures.length - FAILURES_TOLD} more, see the log` : '';
    throw new RunFailedError(
      `${request.job} run ${slot}: ${failures.length} of ${ended.outcomes.length} actions failed: ${told.join('; ')}${more}`,
    );
  }
  if (ended.refused.length > 0) {
    const told = ended.refused.map(({ policy, reason }) => `prune of ${policy} refused: ${reason}`);
    throw new RunRefusedError(`${request.job} run ${slot}: ${told.join('; ')}`);
  }
  const skipped = ended.skipped.slice(0, MOST_ENTRIES);
  return { version: 1, job: request.job, slot, place, counts: countOutcomes(ended.outcomes), skipped };
}

/** The plan of a dry run, without the tags of what would be made, cut to what an answer can hold. */
export function planAnswer(parts: PlanParts): object {
  const plan = planJson(parts);
  const { actions, verdicts, skipped, warnings, refused } = plan;
  return {
    ...plan,
    totals: {
      actions: actions.length,
      verdicts: verdicts.length,
      skipped: skipped.length,
      warnings: warnings.length,
      refused: refused.length,
    },
    actions: actions.slice(0, MOST_ENTRIES).map((action) => ({ ...action, tags: undefined })),
    verdicts: verdicts.slice(0, MOST_ENTRIES),
    skipped: skipped.slice(0, MOST_ENTRIES),
    warnings: warnings.slice(0, MOST_ENTRIES),
    refused: refused.slice(0, MOST_ENTRIES),
  };
}
