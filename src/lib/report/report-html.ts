/** A report as one HTML file that asks for nothing: style, script and charts are in it. */

import { createHash } from 'node:crypto';
import { formatMinute } from '../policy/instant.ts';
import type { ReportFacts } from '../run/report.ts';
import { safe, trusted, type Html } from './report-markup.ts';
import { coverageSection } from './report-matrix.ts';
import { LIMITS, reportModel } from './report-model.ts';
import { costSection, freshnessSection, problemsSection, tiles } from './report-sections.ts';
import { SCRIPT } from './report-script.ts';
import type { ReportModel } from './report-shapes.ts';
import { sourcesSection } from './report-sources.ts';
import { STYLE } from './report-style.ts';

/** In the head of every report: by it a file is known that may be replaced. */
export const REPORT_MARK = '<meta name="generator" content="ec2-backup report">';

/** Bytes. */
const LARGEST = 10_000_000;

/** At most 10 MB: where texts are very long, fewer rows are shown, and what is left out is said. */
export function reportPage(facts: ReportFacts, policy: string | undefined, largest = LARGEST): string {
  for (let { rows, points } = LIMITS; ; rows = Math.floor(rows / 2), points = Math.floor(points / 2)) {
    const page = pageOf(reportModel(facts, policy, { ...LIMITS, rows, points }));
    if (rows === 0 || Buffer.byteLength(page) <= largest) return page;
  }
}

/** Nothing may be loaded, whatever a tag of somebody says. */
function policyOfContent(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

export function pageOf(model: ReportModel): string {
  const { deployment, place, at, policy } = model;
  const of = policy === undefined ? '' : `, policy ${policy}`;
  const title = `Backups of ${deployment} in ${place.account}/${place.region}${of}`;
  return safe`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${trusted(REPORT_MARK)}
        <meta http-equiv="Content-Security-Policy" content="${policyOfContent()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">To the problems</a>
        <header>
          <h1>${title}</h1>
          <p class="quiet">As of ${formatMinute(at)}. All days and times are in UTC.</p>
          ${tiles(model)} ${navigation()}
        </header>
        <main id="main" tabindex="-1">
          ${filterForm(model)} ${problemsSection(model)} ${coverageSection(model)}
          <div class="pair">${freshnessSection(model)}${costSection(model)}</div>
          ${sourcesSection(model)}
        </main>
        <footer>
          <p class="quiet">
            Made by ec2-backup report. It shows what the account held at that moment, and asks for nothing
            when it is opened.
          </p>
        </footer>
        ${trusted(`<script>${SCRIPT}</script>`)}
      </body>
    </html> `.markup;
}

function navigation(): Html {
  return safe`<nav class="screen" aria-label="Sections">
    <p>
      <a href="#problems">Problems</a> · <a href="#coverage">Coverage</a> ·
      <a href="#freshness">Freshness</a> · <a href="#cost">Cost</a> ·
      <a href="#sources">Retention by source</a>
    </p>
  </nav>`;
}

/** Hidden until the script shows it: without one it could do nothing. */
function filterForm({ policies, policy }: ReportModel): Html {
  const names = policies.map((one) => one.policy);
  return safe`<form id="filter" hidden role="search" aria-label="Filter the rows of this page">
    <label for="text"
      >Contains <input id="text" type="search" autocomplete="off" placeholder="name, id, state"
    /></label>
    <label for="policy"
      >Policy
      <select id="policy">
        <option value="">${policy === undefined ? 'all' : 'this one'}</option>
        ${names.map((name) => safe`<option>${name}</option>`)}
      </select></label
    >
    <label><input id="bad" type="checkbox" /> only with problems</label>
    <output id="found" for="text policy bad" aria-live="polite"></output>
  </form>`;
}
