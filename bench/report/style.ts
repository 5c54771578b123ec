/** How the page looks: by day, by night, on a telephone and on paper. */
import { darkColours, darkGround, lightColours, lightGround } from './plots/palette.js';

const series = (colours: readonly string[]): string =>
  colours.map((colour, index) => `--s${index + 1}: ${colour};`).join(' ');

const light = `color-scheme: light; --ground: ${lightGround}; --panel: #f5f6f8; --line: #d9dee5; --grid: #e6e9ee;
  --text: #1a222d; --faint: #5a6573; --link: #0b62b0; --good: #17703f; --bad: #b3213f; --warn: #8a5a00; --warn-panel: #fff5dc;
  --shade: rgba(194, 80, 10, 0.10); --shade-edge: rgba(194, 80, 10, 0.45); ${series(lightColours)}`;

const dark = `color-scheme: dark; --ground: ${darkGround}; --panel: #1a2029; --line: #323c49; --grid: #252d38;
  --text: #e6ebf1; --faint: #9aa7b6; --link: #62aef2; --good: #4cc38a; --bad: #ff8597; --warn: #e5b04a; --warn-panel: #2c2413;
  --shade: rgba(240, 147, 90, 0.13); --shade-edge: rgba(240, 147, 90, 0.5); ${series(darkColours)}`;

const looks = lightColours.map((_, index) => `.s${index + 1} { --own: var(--s${index + 1}); }`).join(' ');

export const reportStyle = `
:root { ${light} }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${dark} } }
:root[data-theme="dark"] { ${dark} }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 28px clamp(14px, 4vw, 48px) 64px; max-width: 1200px; background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: clamp(22px, 3.4vw, 30px); line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 20px; line-height: 1.3; margin: 48px 0 8px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 14px; margin: 22px 0 6px; }
p { margin: 0 0 10px; max-width: 74ch; }
a { color: var(--link); }
code { font: 0.9em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.command { display: block; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; margin: 10px 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 8px 28px; margin: 14px 0; }
.facts div { min-width: 0; } .facts dt { color: var(--faint); font-size: 12.5px; } .facts dd { margin: 0; overflow-wrap: anywhere; text-wrap: balance; }
.banner { border-left: 4px solid var(--warn); background: var(--warn-panel); padding: 10px 14px; border-radius: 0 6px 6px 0; margin: 14px 0; max-width: none; }
.notes { padding-left: 20px; max-width: 78ch; } .notes li { margin-bottom: 4px; }
nav ol { display: flex; flex-wrap: wrap; gap: 4px 22px; list-style: none; padding: 0; margin: 18px 0 0; }
figure { margin: 22px 0 26px; } figcaption { font-weight: 600; margin-bottom: 8px; }
svg.plot { display: block; width: 100%; height: auto; overflow: visible; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
svg.narrow { display: none; max-width: 520px; }
@media screen and (max-width: 680px) { svg.wide { display: none; } svg.narrow { display: block; } }
${looks}
svg text { fill: var(--text); font-variant-numeric: tabular-nums; }
svg .tick, svg .axis-title, svg .missing { fill: var(--faint); } svg .missing { font-style: italic; }
svg .grid { stroke: var(--grid); } svg .rule { stroke: var(--faint); pointer-events: none; } svg .axis { stroke: var(--faint); }
svg .curve { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round; } svg .curve.thin { stroke-width: 1.6; }
svg .marker, svg .dot { fill: var(--own); stroke: var(--ground); stroke-width: 0.8; }
svg .leader { fill: none; stroke: var(--own); stroke-width: 1.4; }
svg .name.end { font-weight: 600; }
svg .invalid { opacity: 0.45; }
svg .bar { fill: var(--own); } svg .bar-marker { fill: var(--ground); } svg .whisker { stroke: var(--text); stroke-width: 1.3; }
svg .group { font-weight: 600; }
svg .shade { fill: var(--shade); } svg .shade-edge { stroke: var(--shade-edge); stroke-dasharray: 3 2; } svg .shade-label { font-size: 11.5px; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.nothing { color: var(--faint); font-style: italic; }
.scroll { overflow-x: auto; margin: 6px 0 18px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 6px; }
th, td { padding: 4px 0 4px 18px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; min-width: 150px; }
thead th { color: var(--faint); font-size: 12.5px; font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
.reached { color: var(--good); } .missed { color: var(--bad); } .missed, .reached { font-weight: 600; } .invalid-cell { color: var(--warn); font-style: italic; }
.banner ul { margin: 6px 0 2px; padding-left: 20px; }
details { margin-top: 12px; } summary { cursor: pointer; font-weight: 600; }
.measurements th:first-child { min-width: 180px; } table .word, table td.word:first-child, table .rounds { text-align: left; min-width: 0; padding-left: 18px; }
table .rounds { white-space: normal; } tbody th[rowspan] { border-bottom: 1px solid var(--faint); }
.measurements .why { color: var(--bad); }
header { position: relative; }
#theme { float: right; margin: 2px 0 6px 14px; font: inherit; font-size: 13px; color: var(--faint); background: var(--panel);
  border: 1px solid var(--line); border-radius: 4px; padding: 3px 10px; cursor: pointer; }
#tip { position: fixed; z-index: 1; pointer-events: none; max-width: min(340px, 90vw); background: var(--ground); color: var(--text);
  border: 1px solid var(--line); border-radius: 5px; padding: 6px 10px; font-size: 13px; line-height: 1.45; white-space: pre-line;
  overflow-wrap: anywhere; box-shadow: 0 2px 12px rgba(0, 0, 0, 0.25); }
[hidden] { display: none !important; }
@page { margin: 14mm; }
@media print {
  :root, :root[data-theme="dark"] { ${light} }
  body { padding: 0; max-width: none; font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2 { break-after: avoid; border-top: 0; padding-top: 0; } section.part + section.part { break-before: page; } section.part h2 { margin-top: 0; }
  figure, tr, section > .scroll { break-inside: avoid; } figure { margin: 12px 0 14px; } figcaption, caption, h3 { break-after: avoid; }
  nav, #theme, #tip { display: none; } .scroll { overflow: visible; }
  table, thead th { font-size: 8.5pt; } th, td { padding-left: 9px; white-space: normal; } th:first-child, td:first-child, .measurements th:first-child { min-width: 0; }
  .banner ul { margin-bottom: 0; }
  details::details-content { content-visibility: visible; block-size: auto; }
  thead { display: table-header-group; }
}
`;
