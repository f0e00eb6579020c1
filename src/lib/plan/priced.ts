/** What there is at one time with what it costs: of several Regions only the amounts can be added up. */

import { totalOf, type Holding } from './cost-rows.ts';
import { monthlyCost, NOTHING, plus, priceIn, type Range } from './snapshot-prices.ts';

export interface PricedHolding extends Holding {
  /** USD a month. Absent: there is no price for the Region of some of it. */
  readonly usd?: Range;
}

export function priced(holding: Holding, region: string): PricedHolding {
  const price = priceIn(region);
  return price ? { ...holding, usd: monthlyCost(holding.stored, price) } : holding;
}

/** Without a price where any of them has none: half a sum would be taken for the whole. */
export function totalPriced(holdings: readonly PricedHolding[]): PricedHolding {
  const amounts = holdings.flatMap(({ usd }) => usd ?? []);
  const isWhole = amounts.length === holdings.length;
  return { ...totalOf(holdings), ...(isWhole && { usd: amounts.reduce(plus, NOTHING) }) };
}
