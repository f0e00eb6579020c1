/** The style of a report's page. Every pair of a text and its ground has a contrast of 4.5 or more. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #ffffff; --text: #1b1d21; --muted: #565b64; --line: #d9dbdf; --link: #0b57a8;
  --good: #14532d; --good-ground: #d5eedb; --good-fill: #2f9e58;
  --bad: #8a1c13; --bad-ground: #fbdcd8; --bad-fill: #d0453a;
  --wait: #6a4500; --wait-ground: #fbeac3; --wait-fill: #d9a21b;
  --idle: #565b64; --idle-ground: #eeeff1; --bar: #3572b0; --bar-later: #9db9d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1c1f24; --text: #e7e9ec; --muted: #a8aeb8; --line: #383d46; --link: #8cc0f8;
    --good: #a9e5bd; --good-ground: #173d26; --good-fill: #3fae69;
    --bad: #ffc2bb; --bad-ground: #57201b; --bad-fill: #e2645a;
    --wait: #ffdf9a; --wait-ground: #4a3608; --wait-fill: #dcae3c;
    --idle: #a8aeb8; --idle-ground: #272b32; --bar: #6ea8e0; --bar-later: #3f648b;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 0; display: inline; }
p { margin: .25rem 0 .75rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.quiet, figcaption, caption { color: var(--muted); font-size: .9rem; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: .5rem; z-index: 9; background: var(--card); padding: .5rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; margin: 1rem 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.tiles dt { color: var(--muted); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; overflow-wrap: anywhere; }
.tiles small { display: block; font-size: .85rem; font-weight: 400; color: var(--muted); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 1rem; }
form { position: sticky; top: 0; z-index: 3; background: var(--ground); border-bottom: 1px solid var(--line);
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .5rem 0; margin-bottom: 1rem; }
form label { font-size: .9rem; }
input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--muted); border-radius: 6px;
  padding: .3rem .5rem; max-width: 100%; }
output { color: var(--muted); font-size: .9rem; }
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--muted); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
th small { font-weight: 400; }
.pair tbody th { min-width: 12ch; }
.when { white-space: nowrap; }
.points tbody th, .points code, .points td:nth-child(3) { white-space: nowrap; width: 1%; padding-right: 1.25rem; }
tr:target { background: var(--wait-ground); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.matrix { border-collapse: separate; border-spacing: 2px; width: auto; }
.matrix th, .matrix td { border: 0; padding: 0; }
.matrix thead th { font-size: .75rem; font-weight: 400; text-align: center; vertical-align: bottom; }
.matrix tbody th a { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.matrix tbody th, .matrix thead .corner { position: sticky; left: 0; z-index: 1; background: var(--card); text-align: left;
  padding-right: .6rem; min-width: 9.5rem; max-width: 15rem; line-height: 1.25; }
.matrix tbody th small { display: block; font-size: .75rem; color: var(--muted); overflow-wrap: anywhere; }
.matrix tbody td { width: 24px; min-width: 24px; height: 26px; text-align: center; vertical-align: middle; border-radius: 4px;
  background: var(--idle-ground); color: var(--idle); font-size: .85rem; }
.matrix td a { display: block; line-height: 26px; color: inherit; text-decoration: none; border-radius: 4px; }
.matrix td .good, .matrix td.good, .chip.good { background: var(--good-ground); color: var(--good); }
.matrix td.failed, .matrix td.missed, .chip.bad { background: var(--bad-ground); color: var(--bad); font-weight: 700; }
.matrix td.pending, .matrix td.odd, .matrix td.open, .chip.wait { background: var(--wait-ground); color: var(--wait); }
.chip { display: inline-block; border-radius: 4px; padding: 0 .4rem; background: var(--idle-ground); color: var(--idle);
  font-size: .85rem; white-space: nowrap; }
.legend { list-style: none; margin: .25rem 0 .75rem; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem;
  font-size: .85rem; color: var(--muted); }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px; margin-right: .35rem; vertical-align: -1px; }
figure { margin: 0 0 1rem; }
figure svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
.pair section { min-width: 0; }
details { border-top: 1px solid var(--line); padding: .4rem 0; }
.problem details { border: 0; padding: 0; }
summary { cursor: pointer; padding: .2rem 0; overflow-wrap: anywhere; }
.problem { border-left: 4px solid var(--line); padding-left: .75rem; margin-bottom: .5rem; }
.problem.urgent { border-left-color: var(--bad-fill); }
.problem p { margin-bottom: .25rem; }
.problem ul { margin: .25rem 0; padding-left: 1.2rem; }
.problem li { overflow-wrap: anywhere; }
.nomatch { color: var(--muted); }
.allgood { background: var(--good-ground); color: var(--good); border-radius: 6px; padding: .5rem .75rem; }
[hidden] { display: none !important; }
@media (max-width: 700px) {
  body { font-size: 15px; }
  .narrow { display: block; }
  .wide { display: none; }
  .pair { grid-template-columns: minmax(0, 1fr); gap: 0; }
  section { padding: .75rem; }
  form { position: static; }
  form label, form input:not([type='checkbox']), form select { width: 100%; display: block; }
  .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; }
  .matrix tbody th, .matrix thead .corner { min-width: 8.75rem; max-width: 8.75rem; padding-right: .3rem; }
  .matrix tbody th small.id { font-size: .68rem; letter-spacing: -.02em; white-space: nowrap; }
  .matrix .chip { white-space: normal; }
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stack tr, .stack td, .stack tbody th { display: block; border: 0; padding: .05rem 0; text-align: left; white-space: normal; }
  .points tbody th, .points code, .points td:nth-child(3) { width: auto; white-space: normal; }
  .stack tbody tr { border-top: 1px solid var(--line); padding: .4rem 0; }
  .stack td[data-l]::before { content: attr(data-l) ": "; color: var(--muted); }
  .stack td:empty { display: none; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --card: #fff; --text: #000; --muted: #444; --line: #bbb; --link: #000;
    --good: #14532d; --good-ground: #d5eedb; --bad: #8a1c13; --bad-ground: #fbdcd8; --wait: #6a4500; --wait-ground: #fbeac3;
    --idle: #444; --idle-ground: #f2f2f2; --good-fill: #2f9e58; --bad-fill: #d0453a; --wait-fill: #d9a21b; --bar: #3572b0;
    --bar-later: #9db9d6; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  form, .skip, .screen { display: none !important; }
  section { border: 0; padding: 0; }
  .scroll { overflow: visible; }
  .pair { display: block; }
  .pair figure svg { max-width: 120mm; }
  table { font-size: 9pt; }
  .matrix tbody th { font-size: 8pt; }
  .matrix { border-spacing: 1px; }
  .matrix tbody th, .matrix thead .corner { position: static; min-width: 0; max-width: 38mm; }
  .matrix tbody td { width: 4mm; min-width: 4mm; height: 4.5mm; font-size: 7pt; }
  .matrix td a { line-height: 4.5mm; }
  .matrix tbody th small { font-size: 7pt; }
  .matrix tbody th small.id { font-size: 6.5pt; white-space: nowrap; }
  .matrix .chip { white-space: normal; font-size: 7pt; }
  .matrix thead th { font-size: 6pt; }
  thead { display: table-header-group; }
  tr, figure, .problem { break-inside: avoid; }
  h2 { break-after: avoid; }
}
@page { margin: 12mm; }
`;
