/** What a role allows of what was asked. */

import type { Asked } from '../support/authorisation.ts';
import { isAllowed, type Statement } from '../support/iam.ts';

export function refusedBy(role: readonly Statement[], asked: readonly Asked[]): string[] {
  return asked.filter((one) => !isAllowed(role, one)).map(describeRequest);
}

export function allowedBy(role: readonly Statement[], asked: readonly Asked[]): string[] {
  return asked.filter((one) => isAllowed(role, one)).map(describeRequest);
}

/** The actions that a role allows for calls of its job's own: logs, queues and keys are not. */
export function ownActions(role: readonly Statement[]): Set<string> {
  const allowed = role.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
  return new Set(allowed.filter((action) => !/^(?:logs|sqs|kms):/.test(action)));
}

/** The same request with keys changed, or left out where undefined. */
export function withContext(
  asked: Asked,
  change: Readonly<Record<string, string | readonly string[] | undefined>>,
): Asked {
  const context = Object.entries({ ...asked.context, ...change });
  const kept = context.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return { ...asked, context: Object.fromEntries(kept) };
}

/** The same request in another Region. */
export function inRegion(asked: Asked, { from, to }: { readonly from: string; readonly to: string }): Asked {
  const moved = { ...asked, resource: asked.resource.replace(from, to) };
  return withContext(moved, { 'aws:RequestedRegion': to });
}

function describeRequest({ command, action, resource }: Asked): string {
  return `${command}: ${action} on ${resource}`;
}
