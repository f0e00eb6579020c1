/**
 * The charts of a report: ECharts draws them as SVG when the report is written, so that the page needs no script for them.
 * Colours are names of the page's own style, and so follow its colour scheme. Their text is escaped by ECharts.
 */

import { BarChart, ScatterChart } from 'echarts/charts.js';
import { GridComponent } from 'echarts/components.js';
import { init, use, type EChartsCoreOption } from 'echarts/core.js';
import { SVGRenderer } from 'echarts/renderers.js';
import type { ReportModel, ShownPoint, SourceRow } from './report-shapes.ts';
import { ruleOf } from './report-words.ts';

use([BarChart, ScatterChart, GridComponent, SVGRenderer]);

/** Most bars of a chart by policy. */
export const MOST_BARS = 15;

const LABEL = { color: 'var(--muted)', fontSize: 12 };
const LINE = { lineStyle: { color: 'var(--line)' } };
const PLAIN = { silent: true, emphasis: { disabled: true } };

/** How many sources have a backup of each day. */
export function dailyChart({ days, daily }: ReportModel, width: number): string {
  return draw(width, 190, {
    grid: { left: 40, right: 10, top: 12, bottom: 26 },
    xAxis: categories(days.map((day) => day.slice(5))),
    yAxis: amounts({ minInterval: 1 }),
    series: [
      bars(
        'var(--good-fill)',
        daily.map(({ good }) => good),
        'days',
      ),
      bars(
        'var(--wait-fill)',
        daily.map(({ other }) => other),
        'days',
      ),
    ],
  });
}

/** How old the newest good backups are. */
export function ageChart({ ages }: ReportModel, width: number): string {
  const series = [
    ['var(--good-fill)', ages.map(({ fresh }) => fresh)],
    ['var(--bad-fill)', ages.map(({ late }) => late)],
    ['var(--wait-fill)', ages.map(({ starting }) => starting)],
  ] as const;
  return draw(width, 40 + ages.length * 28, {
    grid: { left: 74, right: 16, top: 8, bottom: 26 },
    yAxis: { ...categories(ages.map(({ label }) => label)), inverse: true },
    xAxis: amounts({ minInterval: 1 }),
    series: series.map(([color, data]) => bars(color, data, 'ages')),
  });
}

/** What the dearest policies cost, now and after the pending prune. */
export function costChart({ cost }: ReportModel, width: number): string {
  const lines = cost.lines.slice(0, MOST_BARS);
  return draw(width, 40 + lines.length * 44, {
    grid: { left: 118, right: 16, top: 8, bottom: 26 },
    yAxis: { ...categories(lines.map(({ policy }) => policy)), inverse: true },
    xAxis: amounts({}),
    series: [
      bars(
        'var(--bar)',
        lines.map(({ drawn }) => drawn.now),
      ),
      bars(
        'var(--bar-later)',
        lines.map(({ drawn }) => drawn.later),
      ),
    ],
  });
}

const DAY = 86_400_000;
const GOES = 'goes next';

/** In which lanes of a timeline a point is drawn: one for each rule that keeps it. */
function lanesOf({ decision, reasons }: ShownPoint): string[] {
  return decision === 'prune' ? [GOES] : [...new Set(reasons.map(ruleOf))];
}

const LANES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within'];

const YEAR = 365 * 86_400_000;
/** In years, from now: nothing is kept for longer, and a wrong clock or tag must not press all others together. */
const FURTHEST = 50;

/** Whether a point can be drawn beside others: the table has it in any case. */
export function isDrawn({ slot }: Pick<ShownPoint, 'slot'>, now: number): boolean {
  return Math.abs(slot - now) <= FURTHEST * YEAR;
}

export interface Timeline {
  readonly width: number;
  /** ms since the epoch. */
  readonly now: number;
  /** Where the point with an index is told of. */
  readonly anchorOf: (index: number) => string;
}

/** The points of a source by the rules that keep them. */
export function timelineChart(row: SourceRow, { width, now, anchorOf }: Timeline): string {
  const drawn = row.points.flatMap((point, index) =>
    isDrawn(point, now) ? lanesOf(point).map((lane) => ({ point, index, lane })) : [],
  );
  const rank = (lane: string): number => {
    if (lane === GOES) return LANES.length + 2;
    const known = LANES.findIndex((one) => lane === one || lane === `${one} within`);
    return known === -1 ? LANES.length + 1 : known;
  };
  const lanes = [...new Set(drawn.map(({ lane }) => lane))].sort((a, b) => rank(a) - rank(b));
  const slots = drawn.map(({ point }) => point.slot);
  const isShort = Math.max(...slots) - Math.min(...slots) < 2 * DAY;
  const markup = draw(width, 40 + lanes.length * 24, {
    grid: { left: 104, right: 16, top: 8, bottom: 26 },
    yAxis: { ...categories(lanes), inverse: true, splitLine: { show: true, ...LINE } },
    xAxis: {
      type: 'time',
      axisLabel: { ...LABEL, hideOverlap: true, formatter: isShort ? hourOf : dateOf },
      axisLine: LINE,
      axisTick: LINE,
      splitNumber: width < 500 ? 2 : 5,
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        emphasis: { disabled: true },
        data: drawn.map(({ point, lane }) => ({
          value: [point.slot, lane],
          itemStyle: { color: colourOf(point) },
          symbol: point.state === 'good' ? 'circle' : 'diamond',
        })),
      },
    ],
  });
  // Each mark leads to its row of the table below, which is the way for those who use no mouse.
  return markup.replaceAll(
    /<path [^>]*ecmeta_data_index="(\d+)"[^>]*><\/path>/g,
    (path, index: string) =>
      `<a href="#${anchorOf(drawn[Number(index)]?.index ?? 0)}" tabindex="-1">${path}</a>`,
  );
}

/** `11-28 03:00`: of some hours, the days alone would all be the same. */
function hourOf(time: number): string {
  return new Date(time).toISOString().slice(5, 16).replace('T', ' ');
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function colourOf({ state, decision }: ShownPoint): string {
  if (state === 'failed') return 'var(--bad-fill)';
  if (state !== 'good') return 'var(--wait-fill)';
  return decision === 'prune' ? 'var(--bar-later)' : 'var(--good-fill)';
}

function categories(data: readonly string[]): object {
  return {
    type: 'category',
    data,
    axisLabel: { ...LABEL, width: 96, overflow: 'truncate', hideOverlap: true },
    axisLine: LINE,
    axisTick: { show: false },
  };
}

function amounts(more: object): object {
  return { type: 'value', axisLabel: { ...LABEL, hideOverlap: true }, splitLine: LINE, ...more };
}

function bars(color: string, data: readonly number[], stack?: string): object {
  return {
    ...{ type: 'bar', data, itemStyle: { color }, barCategoryGap: '25%', barGap: '10%', ...PLAIN },
    ...(stack !== undefined && { stack }),
  };
}

/** The SVG of a chart, without what only ECharts in a page would need. */
function draw(width: number, height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      ...option,
      animation: false,
      useUTC: true,
      textStyle: { fontFamily: 'system-ui, sans-serif' },
    });
    return chart
      .renderToSVGString()
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
      .replaceAll(/ (?:class="zr[^"]*"|ecmeta_(?!data_index)\w+="[^"]*"|pointer-events="[^"]*")/g, '')
      .replaceAll(/\s*\n\s*/g, '')
      .replace('<svg ', '<svg aria-hidden="true" focusable="false" ');
  } finally {
    chart.dispose();
  }
}
