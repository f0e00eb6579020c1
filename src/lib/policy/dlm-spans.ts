/**
 * Where schedules coincide, DLM makes one backup and keeps it as long as the longest of them says. Of two schedules
 * that keep about equally long (30 days, or 1 month) nobody can say which that is, nor is the backup then kept long
 * enough by both: a February is shorter than 30 days. Such a count is raised until it does not matter.
 */

import { gapsBetween, type Firings } from './dlm-firings.ts';

const DAY = 86_400_000;

export interface CountedFirings {
  readonly firings: Firings;
  readonly count: number;
}

/**
 * The counts at which no rule loses what it keeps, in the order given: the first is the base, which fires whenever
 * another does, then from the finest to the coarsest. No count is smaller than the one given.
 */
export function safeCounts(schedules: readonly CountedFirings[]): readonly number[] {
  const [base, ...others] = schedules;
  if (!base || others.length === 0) return schedules.map(({ count }) => count);
  const gap = gapsBetween(base.firings).longest;
  const done: Keeping[] = [keeping(base, 0)];
  for (const other of others) {
    const coarse = keeping(other, gap);
    while (!done.every((fine) => isSafe(coarse, fine))) coarse.count += 1;
    done.push(coarse);
  }
  return done.map(({ count }) => count);
}

/** One schedule, with how long it keeps at its count. */
interface Keeping {
  count: number;
  /** The shortest and the longest that it keeps a backup, in ms. */
  shortest(): number;
  longest(): number;
  /** The count times the shortest time between two firings: another way to say how long that is. */
  nominal(): number;
  /** The longest that its rule wants a backup: until the first firing after the last of the periods before. */
  wanted(): number;
}

function keeping({ firings, count }: CountedFirings, gap: number): Keeping {
  const spans = spansOf(firings);
  const often = gapsBetween(firings).shortest;
  return {
    count,
    shortest() {
      return spans(this.count).shortest;
    },
    longest() {
      return spans(this.count).longest;
    },
    nominal() {
      return this.count * often;
    },
    wanted() {
      return gap === 0 ? spans(this.count).longest : spans(this.count - 1).longest + gap;
    },
  };
}

/** Whether it does not matter which of the two DLM takes for the longer, or whether it cannot but take the right one. */
function isSafe(coarse: Keeping, fine: Keeping): boolean {
  const coarseWillDo = coarse.shortest() >= fine.wanted();
  const fineWillDo = fine.shortest() >= coarse.wanted();
  if (coarseWillDo && fineWillDo) return true;
  return coarseWillDo ? isLonger(coarse, fine) : fineWillDo && isLonger(fine, coarse);
}

/** DLM does not say how it compares counts, so that this must hold in every way that makes sense. */
function isLonger(one: Keeping, other: Keeping): boolean {
  return one.shortest() > other.longest() && one.nominal() > other.nominal();
}

interface Span {
  readonly shortest: number;
  readonly longest: number;
}

/** How long a number of firings in a row takes, in ms. For more than the years that are looked at, an estimate. */
function spansOf({ times, days }: Firings): (count: number) => Span {
  const total = days.length * times.length;
  const half = Math.max(1, Math.floor(total / 2));
  const instant = (index: number): number =>
    (days[Math.floor(index / times.length)]?.number ?? 0) * DAY + (times[index % times.length] ?? 0);
  const known = new Map<number, Span>();
  const measure = (count: number): Span => {
    let [shortest, longest] = [Infinity, 0];
    for (let index = 0; index + count < total; index += 1) {
      const span = instant(index + count) - instant(index);
      shortest = Math.min(shortest, span);
      longest = Math.max(longest, span);
    }
    return { shortest, longest };
  };
  const cached = (count: number): Span => {
    const span = known.get(count) ?? measure(count);
    known.set(count, span);
    return span;
  };
  return (count) => {
    const [whole, halves] = [cached(half), Math.floor(count / half)];
    const rest = cached(count % half);
    return {
      shortest: halves * whole.shortest + rest.shortest,
      longest: halves * whole.longest + rest.longest,
    };
  };
}
