import { expect, test } from 'vitest';
import { pageOf } from '../../../src/lib/report/report-html.ts';
import { reportMarkdown } from '../../../src/lib/report/report-markdown.ts';
import { LIMITS, reportModel } from '../../../src/lib/report/report-model.ts';
import { largeFleet } from '../../support/large-fleet.ts';

test('10,000 sources and 300,000 points are a page of less than 10 MB, the stale first, that says what it leaves out', () => {
  const facts = largeFleet({ sources: 10_000, days: 30 });
  const model = reportModel(facts, undefined);
  expect(model.summary).toMatchObject({ sources: 10_000, backedUp: 9000, points: 300_000 });
  expect(model.rows).toHaveLength(LIMITS.rows);
  expect(new Set(model.rows.map(({ standing }) => standing))).toEqual(new Set(['stale']));
  expect(model.leftOut).toEqual([
    { standing: 'stale', count: 1000 - LIMITS.rows },
    { standing: 'fresh', count: 9000 },
  ]);
  expect(model.daily.at(-1)).toEqual({ good: 9000, other: 0 });
  const page = pageOf(model);
  expect(Buffer.byteLength(page)).toBeLessThan(10_000_000);
  expect(page).toContain(`${10_000 - LIMITS.rows} more are left out`);
  expect(page.match(/<tr [^>]*data-count/g)).toHaveLength(LIMITS.rows);
  expect(Buffer.byteLength(reportMarkdown(model))).toBeLessThan(60_000);
});
