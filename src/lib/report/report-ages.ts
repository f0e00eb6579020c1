/** How old the newest good backups are, over all rows of policies that run. */

import type { RowFacts } from './report-rows.ts';
import type { AgeSpan } from './report-shapes.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const SPANS: readonly { readonly label: string; readonly below: number }[] = [
  { label: 'under 6 h', below: 6 * HOUR },
  { label: '6 to 24 h', below: DAY },
  { label: '1 to 2 d', below: 2 * DAY },
  { label: '2 to 7 d', below: 7 * DAY },
  { label: '7 to 31 d', below: 31 * DAY },
  { label: 'older', below: Infinity },
];
const NONE = 'none yet';

/** All spans, also those that nothing is in. */
export function ageSpans(rows: readonly RowFacts[], now: number): AgeSpan[] {
  const spans = [...SPANS.map(({ label }) => label), NONE].map((label) => ({
    ...{ label, fresh: 0, late: 0, starting: 0 },
  }));
  for (const { watch, good } of rows) {
    if (!watch) continue;
    const label =
      good === undefined ? NONE : (SPANS.find(({ below }) => now - good < below)?.label ?? 'older');
    const span = spans.find((one) => one.label === label);
    if (span) span[kindOf(watch.standing)] += 1;
  }
  return spans;
}

function kindOf(standing: NonNullable<RowFacts['watch']>['standing']): 'fresh' | 'late' | 'starting' {
  if (standing === 'fresh') return 'fresh';
  return standing === 'stale' || standing === 'never' ? 'late' : 'starting';
}
