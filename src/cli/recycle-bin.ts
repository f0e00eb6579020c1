import type { PrunePlan } from '../lib/plan/plan-prune.ts';
import { recycleBinJson, type RecycleBinJson } from '../lib/report/bin-text.ts';
import { readBinOutlook } from '../lib/run/bin-outlook.ts';
import type { RunContext } from '../lib/run/context.ts';

/** What is to be said of the Recycle Bin beside a plan; undefined when it deletes nothing. */
export async function aboutRecycleBin(
  plan: PrunePlan,
  context: RunContext,
): Promise<RecycleBinJson | undefined> {
  const outlook = await readBinOutlook(plan, context);
  return outlook && recycleBinJson(outlook);
}
