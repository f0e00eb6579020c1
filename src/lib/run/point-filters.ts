import type { Filter } from '../aws/shapes.ts';
import { MARK } from '../plan/marks.ts';
import { formatInstant } from '../policy/instant.ts';

/** Server-side filters for what a deployment made for some policies and, where given, for some slots (ms). */
export function pointFilters(
  { deployment }: { readonly deployment: string },
  policies: readonly string[],
  slots?: readonly number[],
): Filter[] {
  return [
    { name: `tag:${MARK.deployment}`, values: [deployment] },
    { name: `tag:${MARK.policy}`, values: policies },
    ...(slots ? [{ name: `tag:${MARK.slot}`, values: slots.map(formatInstant) }] : []),
  ];
}
