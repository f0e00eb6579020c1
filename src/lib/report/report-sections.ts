/** The sections of a report's page on the whole of it: figures, problems, freshness and cost. */

import { formatMinute } from '../policy/instant.ts';
import { ageChart, costChart, MOST_BARS } from './report-charts.ts';
import { safe, trusted, type Html } from './report-markup.ts';
import { freshText } from './report-policies.ts';
import type { PolicyRow, Problem, ReportModel } from './report-shapes.ts';
import { leftText, nothingStoredText, RUNS_WORDS } from './report-words.ts';
import { formatAge, plural } from './text.ts';

export function tiles({ summary, problems, backsUp }: ReportModel): Html {
  const { sources, backedUp, starting, points, pruned, cost, notCounted } = summary;
  const [urgent, other] = [true, false].map((is) =>
    countOf(problems.filter(({ isUrgent }) => isUrgent === is)),
  );
  const [first, rest] = splitCost(cost);
  return safe`<dl class="tiles">
    <div>
      <dt>Backed up as promised</dt>
      <dd>
        ${
          backsUp
            ? safe`${backedUp} of ${sources}<small
                >${plural(sources, 'source')}${starting > 0 ? `, ${starting} waiting for a first backup` : ''}${leftText(summary)}</small
              >`
            : safe`–<small>only copies are made here</small>`
        }
      </dd>
    </div>
    <div>
      <dt>Urgent problems</dt>
      <dd>
        ${urgent}<small>${other === 0 ? 'and no others' : `and ${other} not urgent`}</small>
      </dd>
    </div>
    <div>
      <dt>Recovery points</dt>
      <dd>
        ${points}<small
          >${pruned === 0 ? 'none goes with the next prune' : `${pruned} ${pruned === 1 ? 'goes' : 'go'} with the next prune`}</small
        >
      </dd>
    </div>
    <div>
      <dt>Cost a month, estimated</dt>
      <dd>${first}<small>${rest}</small></dd>
    </div>
  </dl>
    ${notCounted === undefined ? '' : safe`<p class="quiet">${notCounted}</p>`}`;
}

function countOf(problems: readonly Problem[]): number {
  return problems.reduce((sum, { count }) => sum + count, 0);
}

/** `12.5 GiB, USD 0.63 (0.40 to 2.00)`: the price large, the rest small. */
function splitCost(cost: string): [string, string] {
  const [size = '', price] = cost.split(', ');
  if (price === undefined) return [size, 'no price for this Region'];
  const [amount = '', range] = price.split(' (');
  return [
    amount,
    range === undefined ? size : `${size}; between ${range.replace(')', '').replace(' to ', ' and ')}`,
  ];
}

export function problemsSection({ problems, rows }: ReportModel): Html {
  const anchors = new Map(rows.map(({ policy, source }, index) => [`${policy} ${source}`, `#s${index}`]));
  if (problems.length === 0) {
    return safe`<section id="problems" aria-labelledby="problems-h">
      <h2 id="problems-h">Problems</h2>
      <p class="allgood">None. Nothing that should have a backup lacks one.</p>
    </section>`;
  }
  return safe`<section id="problems" aria-labelledby="problems-h">
    <h2 id="problems-h">Problems</h2>
    ${problems.map((problem) => problemGroup(problem, anchors))}
  </section>`;
}

function problemGroup(
  { isUrgent, heading, cure, count, items }: Problem,
  anchors: ReadonlyMap<string, string>,
): Html {
  const more = count - items.length;
  return safe`<div class="problem${isUrgent ? ' urgent' : ''}" data-group>
    <details open>
      <summary>
        <h3>${heading}</h3>
        <span class="chip${isUrgent ? ' bad' : ''}">${count}</span>
      </summary>
      <ul>
        ${items.map((item) => problemItem(item, anchors.get(`${item.policy} ${item.id}`)))}
      </ul>
      ${more > 0 ? safe`<p class="quiet">and ${more} more; ec2-backup plan --json lists them with their reasons.</p>` : ''}
      <p class="quiet">${cure}</p>
    </details>
  </div>`;
}

function problemItem({ id, name, policy, text }: Problem['items'][number], anchor: string | undefined): Html {
  const words = `${id ?? ''} ${name ?? ''} ${policy ?? ''} ${text ?? ''}`.toLowerCase();
  if (id === undefined) return safe`<li data-f="${words}" data-p="">${text}</li>`;
  const code = safe`<code>${id}</code>`;
  const linked = anchor === undefined ? code : safe`<a href="${anchor}">${code}</a>`;
  const named = name === undefined ? '' : safe` (<bdi>${name}</bdi>)`;
  const of = policy === undefined || policy === id ? '' : `, ${policy}`;
  return safe`<li data-f="${words}" data-p="${policy ?? ''}">
    ${linked}${named}${of}${text === undefined ? '' : safe`: <bdi>${text}</bdi>`}
  </li>`;
}

export function legend(entries: readonly (readonly [colour: string, words: string])[]): Html {
  return safe`<ul class="legend">
    ${entries.map(([colour, words]) => safe`<li><i style="background: var(--${colour})"></i>${words}</li>`)}
  </ul>`;
}

/** A chart drawn for a wide and for a narrow screen; what it shows stands in the table after it. */
export function chart(draw: (width: number) => string, wide: number, caption: string): Html {
  return safe`<figure>
    <div class="wide">${trusted(draw(wide))}</div>
    <div class="narrow">${trusted(draw(340))}</div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

export function freshnessSection(model: ReportModel): Html {
  const { ages, policies, at } = model;
  return safe`<section id="freshness" aria-labelledby="freshness-h">
    <h2 id="freshness-h">Freshness</h2>
    ${legend([
      ['good-fill', 'as promised'],
      ['bad-fill', 'stale or never backed up'],
      ['wait-fill', 'waiting for the first'],
    ])}
    ${chart((width) => ageChart(model, width), 520, 'How old the newest good backup of each source and policy is.')}
    <details>
      <summary>These figures as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Age</th>
            <th scope="col" class="n">As promised</th>
            <th scope="col" class="n">Late</th>
            <th scope="col" class="n">Waiting</th>
          </tr>
        </thead>
        <tbody>
          ${ages.map(
            ({ label, fresh, late, starting }) =>
              safe`<tr>
                <th scope="row">${label}</th>
                <td class="n">${fresh}</td>
                <td class="n">${late}</td>
                <td class="n">${starting}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
    <table class="stack">
      <caption>
        By policy
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col">Sources as promised</th>
          <th scope="col">Oldest</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        ${policies.map((policy) => policyLine(policy, at))}
      </tbody>
    </table>
  </section>`;
}

function policyLine(row: PolicyRow, at: number): Html {
  const { policy, runs, schedule, keep, oldestAge, next } = row;
  const rules = [schedule, keep].filter((one) => one !== undefined).join('; ');
  return safe`<tr data-f="${policy}" data-p="${policy}" data-bad="${row.stale + row.never > 0 ? 1 : 0}">
    <th scope="row">${policy}<br /><small class="quiet">${rules}</small></th>
    <td data-l="As promised">${freshText(row)}</td>
    <td data-l="Oldest">${oldestAge === undefined ? '' : formatAge(oldestAge * 1000)}</td>
    <td data-l="Next">
      ${
        next === undefined
          ? runs === 'lambda'
            ? ''
            : RUNS_WORDS[runs]
          : safe`in ${formatAge(next - at)}, <span class="when">${formatMinute(next)}</span>`
      }
    </td>
  </tr>`;
}

export function costSection(model: ReportModel): Html {
  const { lines, total, notes, unit } = model.cost;
  const title = safe`<h2 id="cost-h">Cost by policy</h2>`;
  if (lines.length === 0) {
    return safe`<section id="cost" aria-labelledby="cost-h">
      ${title}
      <p>${nothingStoredText(model.summary)}</p>
    </section>`;
  }
  const what = unit === 'USD' ? 'US dollars a month' : 'GiB stored';
  const left = lines.length > MOST_BARS ? ` The dearest ${MOST_BARS} of ${lines.length} policies.` : '';
  return safe`<section id="cost" aria-labelledby="cost-h">
    ${title}
    ${legend([
      ['bar', 'now'],
      ['bar-later', 'after the pending prune'],
    ])}
    ${chart((width) => costChart(model, width), 520, `In ${what}.${left}`)}
    <table class="stack">
      <caption>
        By policy
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col" class="n">Points</th>
          <th scope="col">Now, a month</th>
          <th scope="col">After the pending prune</th>
        </tr>
      </thead>
      <tbody>
        ${[...lines, total].map(
          (line) =>
            safe`<tr>
              <th scope="row">${line.policy}</th>
              <td class="n" data-l="Points">${line.points}</td>
              <td data-l="Now">${line.now}</td>
              <td data-l="After the prune">${line.later}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <details>
      <summary>What these figures rest on</summary>
      <ul>
        ${notes.map((note) => safe`<li>${note}</li>`)}
      </ul>
    </details>
  </section>`;
}
