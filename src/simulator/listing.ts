import type { Filter } from '@aws-sdk/client-ec2';
import { SimulatedServiceError } from './errors.ts';
import { compileFilters, exactTagOf, type Filterable, type Test } from './filters.ts';
import { checkId, find, type IdKind } from './lookup.ts';
import { scatter, type Page } from './pages.ts';
import type { Resource } from './records.ts';
import type { Shelf } from './store.ts';
import type { World } from './world.ts';

interface ListInput {
  readonly Filters?: Filter[] | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** A Describe call over one shelf. */
export interface ResourceList<R extends Resource> {
  readonly input: ListInput;
  readonly shelf: Shelf<R>;
  readonly ids: {
    readonly parameter: string;
    readonly kind: IdKind;
    readonly given: readonly string[] | undefined;
  };
  readonly filterable: Filterable<R>;
  /** What the caller may see, besides the filters. */
  readonly where?: Test<R>;
}

const BOUNDS = [5, 1000] as const;

/**
 * One page of a Describe call, as of the time that reads show.
 * @throws InvalidParameterCombination for ids with MaxResults, the id kind's codes, those of filters and pages
 */
export function listPage<R extends Resource>(world: World, list: ResourceList<R>): Page<R> {
  const { input, shelf, ids } = list;
  const given = [...new Set(ids.given)];
  if (given.length > 0 && input.MaxResults !== undefined) {
    throw new SimulatedServiceError(
      'InvalidParameterCombination',
      `The parameter ${ids.parameter} cannot be used with the parameter MaxResults`,
    );
  }
  const time = world.readTime();
  const passes = compileFilters(input.Filters, list.filterable);
  const where = list.where ?? (() => true);
  const candidates = (): readonly R[] => {
    if (given.length > 0) return byIds(list, given, time);
    const tag = list.filterable.tags === undefined ? undefined : exactTagOf(input.Filters);
    return tag === undefined ? shelf.all(time) : shelf.tagged(tag.key, tag.values, time);
  };
  const found = (): readonly R[] => candidates().filter((resource) => where(resource) && passes(resource));
  const page = world.pager.page<R>({
    command: list.filterable.command,
    input,
    token: input.NextToken,
    maxResults: input.MaxResults,
    bounds: BOUNDS,
    unpaged: given.length > 0,
    find: () => (given.length > 0 ? found() : scatter(found())),
  });
  // What went since the first page is left out of the later ones.
  return { ...page, items: page.items.filter((item) => shelf.get(item.id, time) !== undefined) };
}

function byIds<R extends Resource>(
  list: ResourceList<R>,
  given: readonly string[],
  time: number,
): readonly R[] {
  const { shelf, ids } = list;
  return given.map((id) => find(checkId(ids.kind, id, ids.parameter), { shelf, kind: ids.kind, time }));
}

/** The token as an output field, left out on the last page. */
export function tokenOf(page: Page<unknown>): { NextToken?: string } {
  return page.nextToken === undefined ? {} : { NextToken: page.nextToken };
}
