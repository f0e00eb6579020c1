/** The sources of a report's page: of each a timeline by the rules that keep its points, and every point with its reasons. */

import { commandLine } from '../plan/cli-command.ts';
import { formatMinute } from '../policy/instant.ts';
import { isDrawn, timelineChart } from './report-charts.ts';
import { safe, trusted, type Html } from './report-markup.ts';
import { filterData, leftOutText, standingClass } from './report-matrix.ts';
import { legend } from './report-sections.ts';
import type { ReportModel, ShownPoint, SourceRow } from './report-shapes.ts';
import { STANDING_WORDS } from './report-words.ts';
import { formatAge, plural } from './text.ts';

export function sourcesSection(model: ReportModel): Html {
  const { rows, at } = model;
  // One is open, so that it is seen what there is to open.
  const opened = rows.findIndex(({ points }) => points.length > 0);
  return safe`<section id="sources" aria-labelledby="sources-h">
    <h2 id="sources-h">Retention by source</h2>
    <p class="quiet">
      What is kept of each source, and by which rule. In print only those that are open are shown, or all of
      up to 25.
    </p>
    ${legend([
      ['good-fill', 'good, kept'],
      ['bar-later', 'goes with the next prune'],
      ['wait-fill', 'pending, disabled or incomplete'],
      ['bad-fill', 'failed'],
    ])}
    ${rows.map((row, index) => sourceDetails(row, index, { now: at, isOpen: index === opened }))} ${leftOutText(model)}
  </section>`;
}

function sourceDetails(
  row: SourceRow,
  index: number,
  { now, isOpen }: { readonly now: number; readonly isOpen: boolean },
): Html {
  const { source, name, policy, standing, good, obstacle, points, total, origin } = row;
  const age = good === undefined ? 'no good backup' : `newest good ${formatAge(now - good)} old`;
  const from = origin ? `, copied from ${origin.account}/${origin.region}` : '';
  return safe`<details id="s${index}" ${isOpen ? safe`open` : ''} ${filterData(row)}>
    <summary>
      <h3><bdi>${name ?? source}</bdi></h3>
      <span class="quiet">${name === undefined ? '' : `${source}, `}${policy}${from}:</span>
      <span class="chip ${standingClass(row)}">${STANDING_WORDS[standing]}</span>
      <span class="quiet">${age}, ${plural(total, 'point')}</span>
    </summary>
    ${obstacle === undefined ? '' : safe`<p><span class="chip bad">cannot be backed up</span> <bdi>${obstacle}</bdi></p>`}
    ${points.length === 0 ? safe`<p>There is no recovery point.</p>` : pointsOf(row, index, now)}
    ${total > points.length ? safe`<p class="quiet">${total - points.length} more are left out; ${commandLine(['ec2-backup', 'list', source])} shows them.</p>` : ''}
  </details>`;
}

function pointsOf(row: SourceRow, index: number, now: number): Html {
  const draw = (width: number): string =>
    timelineChart(row, { width, now, anchorOf: (at) => `s${index}p${at}` });
  const farOff = row.points.filter((point) => !isDrawn(point, now)).length;
  const left = farOff === 0 ? '' : ` ${plural(farOff, 'point')} of a far-off time: only in the table.`;
  return safe`<figure>
      <div class="wide">${trusted(draw(860))}</div>
      <div class="narrow">${trusted(draw(340))}</div>
      <figcaption>
        Its points by the rules that keep them; the table has the same with every
        reason.${left}
      </figcaption>
    </figure>
    <table class="stack points">
      <caption class="sr">
        Points of <bdi>${row.name ?? row.source}</bdi>, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">Taken</th>
          <th scope="col">Point</th>
          <th scope="col">State</th>
          <th scope="col">Verdict and reasons</th>
        </tr>
      </thead>
      <tbody>
        ${row.points.map((point, at) => pointRow(point, `s${index}p${at}`, now))}
      </tbody>
    </table>`;
}

function pointRow(
  { id, slot, state, decision, reasons, detail }: ShownPoint,
  anchor: string,
  now: number,
): Html {
  const why = detail === undefined ? '' : ` (${detail})`;
  const look = state === 'good' ? 'good' : state === 'failed' ? 'bad' : 'wait';
  return safe`<tr id="${anchor}" tabindex="-1">
    <th scope="row">${formatMinute(slot)}<br /><small class="quiet">${formatAge(now - slot)} old</small></th>
    <td><code>${id}</code></td>
    <td><span class="chip ${look}">${state}</span>${why}</td>
    <td>${decision === 'keep' ? 'keep' : safe`<strong>goes</strong>`}: ${reasons.join('; ')}</td>
  </tr>`;
}
