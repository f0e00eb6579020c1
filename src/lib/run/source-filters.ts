import { MAX_FILTER_VALUES, type Filter } from '../aws/shapes.ts';
import type { Policy } from '../policy/policy.ts';

/**
 * Server-side filters that let through every source that may belong to the policy; which of them do is decided on our
 * side, by the same rules with or without filters. The tag in small letters or in capitals is let through too, so that it is
 * reported.
 */
export function optInFilters({ select }: Policy, optInTag: string): Filter[] {
  if (!select) {
    const keys = new Set([optInTag, optInTag.toLowerCase(), optInTag.toUpperCase()].map(escapeWildcards));
    return [{ name: 'tag-key', values: [...keys].flatMap((key) => [key, `${key}:*`]) }];
  }
  const filters = Object.entries(select.tags).map(([key, values]) => ({ name: `tag:${key}`, values }));
  const count = filters.reduce((sum, { values }) => sum + values.length, 0);
  return count <= MAX_FILTER_VALUES ? filters : [];
}

function escapeWildcards(text: string): string {
  return text.replaceAll(/[\\*?]/g, (character) => `\\${character}`);
}
