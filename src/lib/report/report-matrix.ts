/** The coverage of a report's page: sources by days, each cell leads to its point. */

import { dailyChart } from './report-charts.ts';
import { safe, type Html } from './report-markup.ts';
import { chart, legend } from './report-sections.ts';
import type { Cell, CellKind, ReportModel, SourceRow } from './report-shapes.ts';
import { CELL_WORDS, noRowsText, STANDING_WORDS } from './report-words.ts';
import { plural } from './text.ts';

export function coverageSection(model: ReportModel): Html {
  const { days, rows, daily } = model;
  const first = days[0] ?? '';
  return safe`<section id="coverage" aria-labelledby="coverage-h">
    <h2 id="coverage-h">Coverage of the last ${days.length} days</h2>
    ${legend([
      ['good-fill', 'have a good backup of that day'],
      ['wait-fill', 'have only one that is pending, failed, disabled or incomplete'],
    ])}
    ${chart((width) => dailyChart(model, width), 860, 'Of how many sources and policies there is a backup of each day. Older days have fewer where rules keep fewer.')}
    <details>
      <summary>These figures as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" class="n">Good</th>
            <th scope="col" class="n">Not good</th>
          </tr>
        </thead>
        <tbody>
          ${days.map(
            (day, index) =>
              safe`<tr>
                <th scope="row">${day}</th>
                <td class="n">${daily[index]?.good}</td>
                <td class="n">${daily[index]?.other}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
    ${
      rows.length === 0
        ? safe`<p>${noRowsText(model)}</p>`
        : safe`${cellLegend()}
            <p class="quiet screen">
              A marked day leads to its backup. In the table the arrow keys go from day to day.
              <a href="#freshness">Skip the table</a>
            </p>
            <div class="scroll latest" role="region" aria-label="Coverage by source and day" tabindex="0">
              <table class="matrix" id="matrix">
                <caption class="sr">
                  Sources by days from ${first}, the worst first
                </caption>
                <thead>
                  <tr>
                    <th scope="col" class="corner">Source, policy</th>
                    ${days.map(dayHead)}
                  </tr>
                </thead>
                <tbody>
                  ${rows.map((row, index) => matrixRow(row, index, days))}
                </tbody>
              </table>
            </div>`
    }
    ${leftOutText(model)}
  </section>`;
}

/** The month stands over its first day, and over the first of all. */
function dayHead(day: string, index: number): Html {
  const [, month = '', date = ''] = day.split('-');
  const isNamed = index === 0 || date === '01';
  return safe`<th scope="col">
    <span aria-hidden="true">${isNamed ? safe`${MONTHS[Number(month) - 1]}<br />` : ''}${date}</span
    ><span class="sr">${day}</span>
  </th>`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function matrixRow(row: SourceRow, index: number, days: readonly string[]): Html {
  const { source, name, policy, standing, origin, points, cells } = row;
  const anchors = new Map(points.map(({ id }, at) => [id, `s${index}p${at}`]));
  const from = origin ? ` from ${origin.account}/${origin.region}` : '';
  return safe`<tr ${filterData(row)} data-count>
    <th scope="row">
      <a href="#s${index}"><bdi>${name ?? source}</bdi></a
      >${name === undefined ? '' : safe`<small class="id">${source}</small>`}<small>${policy}${from} <span class="chip ${standingClass(row)}">${STANDING_WORDS[standing]}</span></small>
    </th>
    ${cells.map((cell, at) => matrixCell(cell, days[at] ?? '', anchors.get(cell.point ?? '')))}
  </tr>`;
}

/** What the filter looks at. */
export function filterData(row: SourceRow): Html {
  const { source, name, policy, standing, cells } = row;
  const isBad =
    standingClass(row) === 'bad' || cells.some(({ kind }) => kind === 'missed' || kind === 'failed');
  const words = `${source} ${name ?? ''} ${policy} ${STANDING_WORDS[standing]}`.toLowerCase();
  return safe`data-f="${words}" data-p="${policy}" data-bad="${isBad ? 1 : 0}"`;
}

export function standingClass({ standing, obstacle }: SourceRow): '' | 'good' | 'bad' | 'wait' {
  if (standing === 'never' || standing === 'stale' || obstacle !== undefined) return 'bad';
  if (standing === 'pending' || standing === 'new') return 'wait';
  return standing === 'fresh' ? 'good' : '';
}

function matrixCell({ kind, why }: Cell, day: string, anchor: string | undefined): Html {
  const { mark, means } = CELL_WORDS[kind];
  const words = `${day}: ${why ?? means}`;
  if (anchor === undefined) {
    return safe`<td class="${kind}" title="${words}">
      <span aria-hidden="true">${mark}</span><span class="sr">${why ?? means}</span>
    </td>`;
  }
  return safe`<td class="${kind}">
    <a href="#${anchor}" title="${words}" aria-label="${words}">${mark}</a>
  </td>`;
}

const LEGEND_KINDS: readonly CellKind[] = [
  'good',
  'pending',
  'failed',
  'odd',
  'missed',
  'unkept',
  'open',
  'none',
];

function cellLegend(): Html {
  return safe`<ul class="legend">
    ${LEGEND_KINDS.map((kind) => {
      const { mark, means } = CELL_WORDS[kind];
      return safe`<li><span class="chip ${CHIPS[kind]}">${mark}</span> ${means}</li>`;
    })}
  </ul>`;
}

const CHIPS: Readonly<Record<CellKind, string>> = {
  ...{
    good: 'good',
    pending: 'wait',
    failed: 'bad',
    odd: 'wait',
    missed: 'bad',
    unkept: '',
    open: 'wait',
    none: '',
  },
};

/** What is not on the page, and how to see it. */
export function leftOutText({ leftOut, rows, policy }: ReportModel): Html {
  const count = leftOut.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return safe``;
  const kinds = leftOut.map((one) => `${one.count} ${STANDING_WORDS[one.standing]}`).join(', ');
  const way = policy === undefined ? 'report --policy NAME shows those of one policy, and ' : '';
  return safe`<p>
    <strong>The worst ${plural(rows.length, 'row')} are shown; ${count} more are left out</strong>: ${kinds}.
    They are in all figures and charts; ec2-backup ${way}list SOURCE every point of a source.
  </p>`;
}
