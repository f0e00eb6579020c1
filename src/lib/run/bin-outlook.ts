import { describeError } from '../aws/errors.ts';
import { readBinRules } from '../aws/read-bin-rules.ts';
import { binOutlook, type BinOutlook } from '../plan/bin-rules.ts';
import type { PrunePlan } from '../plan/plan-prune.ts';
import type { RunContext } from './context.ts';

/**
 * What the Recycle Bin does with what a plan deletes; undefined when it deletes nothing. It is for people to know: rules that
 * cannot be read change nothing.
 */
export async function readBinOutlook(plan: PrunePlan, context: RunContext): Promise<BinOutlook | undefined> {
  if (plan.actions.length === 0) return undefined;
  try {
    return binOutlook(plan, context.file.deployment, await readBinRules(context.clients));
  } catch (error) {
    return { status: 'unread', reason: describeError(error) };
  }
}
