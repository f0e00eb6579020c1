/** All that `report` shows of a place, read once: the plan of `prune`, the judgement of `watch` and the sizes of `cost`. */

import type { CostFacts } from '../plan/cost-report.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import type { SourceFacts } from '../plan/point-verdicts.ts';
import { shownName } from '../plan/shown-name.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import type { RunContext } from './context.ts';
import { costOfPlan } from './cost.ts';
import { decidePrune, sourceFacts } from './prune.ts';
import { readAllSources, readSizedPoints } from './read.ts';
import { decideWatch, type WatchPlan } from './watch.ts';

export interface ReportFacts {
  readonly file: PolicyFile;
  readonly place: Place;
  /** ms since the epoch: when the account was judged. */
  readonly at: number;
  readonly plan: PrunePlan;
  readonly watch: WatchPlan;
  readonly cost: CostFacts;
  /** Every instance and volume that exists, by id. */
  readonly sources: ReadonlyMap<string, SourceFacts>;
  /** The `Name` tags of those that have one that can be seen, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** Reads only, and nothing that costs money. */
export async function readReportFacts(context: RunContext): Promise<ReportFacts> {
  const { file, place } = context;
  const [points, sources] = await Promise.all([readSizedPoints(context), readAllSources(context)]);
  const read = { points, sources };
  const plan = await decidePrune({}, read, context);
  const watch = await decideWatch(read, context);
  const named = [...sources.instances, ...sources.volumes].flatMap(({ id, tags }) => {
    const name = shownName(tags);
    return name === undefined ? [] : [[id, name] as const];
  });
  return {
    file,
    place,
    at: watch.measuredAt,
    plan,
    watch,
    cost: await costOfPlan(plan, points.sizes, context),
    sources: sourceFacts(sources, file),
    names: new Map(named),
  };
}
