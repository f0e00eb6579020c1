/** Carries out what protecting has planned: points side by side, the actions of a point one after the other. */

import { describeError, errorCode, isPostponed } from '../aws/errors.ts';
import {
  archiveSnapshot,
  deprecateImage,
  disableImage,
  enableImage,
  lockSnapshot,
  protectImage,
  tagPart,
} from '../aws/mutate-protect.ts';
import { changeSharing } from '../aws/mutate-sharing.ts';
import { groupBy } from '../plan/group-by.ts';
import { MOVING, NOT_DISABLED, PROTECT } from '../plan/marks.ts';
import { compareText } from '../plan/order.ts';
import type { ProtectAction, SharingAction } from '../plan/protect-actions.ts';
import { toldAccounts } from '../plan/protect-shares.ts';
import { formatInstant } from '../policy/instant.ts';
import type { RunContext } from './context.ts';
import { basicsOf, type OutcomeStatus } from './outcome.ts';
import { resend } from './resend.ts';
import { sideBySide } from './side-by-side.ts';

export interface ProtectOutcome {
  readonly action: ProtectAction['action'];
  /** The AMI or snapshot. */
  readonly id: string;
  readonly policy: string;
  readonly source: string;
  /** ms since the epoch. */
  readonly slot: number;
  readonly status: OutcomeStatus;
  readonly error?: string;
}

export async function applyActions(
  actions: readonly ProtectAction[],
  context: RunContext,
): Promise<ProtectOutcome[]> {
  const points = [...groupBy(actions, ({ point }) => point).values()];
  let done = 0;
  const outcomes = await sideBySide(points, context, {
    work: async (ofPoint) => {
      const ends: ProtectOutcome[] = [];
      for (const action of ofPoint) ends.push(await applyOne(action, context));
      done += ofPoint.length;
      context.onProgress?.({ step: 'apply', done, total: actions.length });
      return ends;
    },
    late: (ofPoint) => ofPoint.map((action) => ended(action, 'postponed', 'there was no time left for it')),
  });
  return outcomes.flat();
}

/** Deleted since it was looked at: nothing of it is left to protect. */
const GONE = new Set(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidSnapshot.NotFound']);

async function applyOne(action: ProtectAction, context: RunContext): Promise<ProtectOutcome> {
  try {
    await carryOut(action, context);
    return ended(action, 'done');
  } catch (error) {
    if (GONE.has(errorCode(error))) return ended(action, 'already-done');
    return ended(action, isPostponed(error) ? 'postponed' : 'failed', describeError(error));
  }
}

function ended(action: ProtectAction, status: OutcomeStatus, error?: string): ProtectOutcome {
  return { ...basicsOf(action), status, ...(error !== undefined && { error }) };
}

async function carryOut(action: ProtectAction, context: RunContext): Promise<void> {
  const { clients } = context;
  const { id } = action;
  const send = (work: () => Promise<void>): Promise<void> => resend(context, work);
  switch (action.action) {
    case 'lock-snapshot':
      return send(() => lockSnapshot(clients, action));
    case 'protect-image':
      return send(() => protectImage(clients, id));
    case 'deprecate-image':
      return send(() => deprecateImage(clients, id, action.at));
    case 'archive-snapshot':
      return send(() => archiveSnapshot(clients, id));
    case 'share-with':
      return applySharing(action, context);
    case 'disable-image': {
      // Told before and after: in between nobody takes it for what somebody else has enabled or disabled.
      if (!action.isDone) {
        await send(() => tagPart(clients, id, { key: PROTECT.disabled, value: MOVING }));
        await send(() => disableImage(clients, id));
      }
      const value = formatInstant(Math.ceil(context.clock.now() / 1000) * 1000);
      return send(() => tagPart(clients, id, { key: PROTECT.disabled, value }));
    }
    case 'enable-image':
      if (!action.isDone) {
        await send(() => tagPart(clients, id, { key: PROTECT.disabled, value: MOVING }));
        await send(() => enableImage(clients, id));
      }
      return send(() => tagPart(clients, id, { key: PROTECT.disabled, value: NOT_DISABLED }));
  }
}

/** The tag tells never less than what is shared, whatever dies when. */
async function applySharing(
  { id, add, remove, told, tell }: SharingAction,
  context: RunContext,
): Promise<void> {
  const { clients } = context;
  const send = (work: () => Promise<void>): Promise<void> => resend(context, work);
  const key = PROTECT.shared;
  const before = [...new Set([...toldAccounts(told), ...add])].sort(compareText).join(' ');
  if (add.length > 0 && before !== told) await send(() => tagPart(clients, id, { key, value: before }));
  if (add.length > 0) await send(() => changeSharing(clients, id, { operation: 'add', accounts: add }));
  if (remove.length > 0)
    await send(() => changeSharing(clients, id, { operation: 'remove', accounts: remove }));
  const now = add.length > 0 ? before : (told ?? '');
  if (tell !== now) await send(() => tagPart(clients, id, { key, value: tell }));
}
