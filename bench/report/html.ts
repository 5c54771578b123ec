/** A report as one page that needs nothing else: no network, no library, no second file; and all is said without its script. */
import { escapeHtml } from '../../platform/index.js';
import type { BenchDocument, Cell, Measurement, Metric, Section, Table } from '../lab/document.js';
import { facts } from './facts.js';
import { significant } from './numbers.js';
import { figure } from './plots/figure.js';
import { reportScript } from './script.js';
import { reportStyle } from './style.js';
import { verdictMarks } from './verdict-marks.js';

const verdictClasses = { reached: 'reached', missed: 'missed', invalid: 'invalid-cell' } as const;

function cellHtml({ text, verdict }: Cell): string {
  if (verdict === undefined) return `<td>${escapeHtml(text)}</td>`;
  return `<td class="${verdictClasses[verdict]}">${escapeHtml(text)} <span title="${verdict}">${verdictMarks[verdict]}</span></td>`;
}

function tableHtml({ title, columns, rows }: Table): string {
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellHtml).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><caption>${escapeHtml(title)}</caption><thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

const paragraphs = (text: string): string =>
  text
    .split(/\n+/)
    .filter((line) => line.trim() !== '')
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join('\n');

function sectionHtml(section: Section, index: number, document: BenchDocument): string {
  return `<section class="part" id="part-${index + 1}">
<h2>${escapeHtml(section.title)}</h2>
${paragraphs(section.text)}
${section.plots.map((plot) => figure(plot, document)).join('\n')}
${section.tables.map(tableHtml).join('\n')}
</section>`;
}

function metricRow({ name, unit, value, rounds }: Metric, first: string): string {
  return `<tr>${first}<td class="word">${escapeHtml(name)}</td><td>${significant(value)}</td><td class="word">${escapeHtml(unit)}</td><td class="rounds">${rounds.map(significant).join(' · ')}</td></tr>`;
}

function measurementRows({ id, metrics, invalid }: Measurement): string {
  const why = invalid === undefined ? '' : `<br><span class="why">invalid: ${escapeHtml(invalid)}</span>`;
  const name = `<th scope="rowgroup" rowspan="${Math.max(1, metrics.length)}">${escapeHtml(id)}${why}</th>`;
  if (metrics.length === 0) return `<tr>${name}<td></td><td></td><td></td><td></td></tr>`;
  return metrics.map((metric, index) => metricRow(metric, index === 0 ? name : '')).join('\n');
}

function measurementsHtml({ measurements }: BenchDocument): string {
  if (measurements.length === 0) return '';
  return `<section class="part"><h2>All measurements</h2>
<details class="measurements"><summary>${measurements.length} measurements with every figure and its rounds</summary>
<div class="scroll"><table><thead><tr><th scope="col">measurement</th><th scope="col" class="word">figure</th><th scope="col">value</th><th scope="col" class="word">unit</th><th scope="col" class="rounds">each round</th></tr></thead>
<tbody>${measurements.map(measurementRows).join('\n')}</tbody></table></div></details></section>`;
}

function invalidHtml({ measurements }: BenchDocument): string {
  const invalid = measurements.filter((measurement) => measurement.invalid !== undefined);
  if (invalid.length === 0) return '';
  const reasons = [...new Set(invalid.map((measurement) => measurement.invalid ?? ''))];
  // Figures of one run are void for one reason, which is said once.
  const items = reasons.map((reason) => {
    const ids = invalid.filter((measurement) => measurement.invalid === reason);
    return `<li>${ids.map(({ id }) => `<code>${escapeHtml(id)}</code>`).join(', ')}: ${escapeHtml(reason)}</li>`;
  });
  return `<div class="banner"><strong>Of ${measurements.length} measurements ${invalid.length} ${invalid.length === 1 ? 'is' : 'are'} invalid: their figures say nothing.</strong><ul>${items.join('')}</ul></div>`;
}

export function documentHtml(document: BenchDocument): string {
  const { title, command, partial, notes, sections } = document;
  const contents = sections.map(
    (section, index) => `<li><a href="#part-${index + 1}">${escapeHtml(section.title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<button id="theme" type="button" hidden>light / dark</button>
<h1>${escapeHtml(title)}</h1>
<code class="command">${escapeHtml(command)}</code>
${partial === undefined ? '' : `<p class="banner" role="note"><strong>Partial.</strong> Not all was measured: ${escapeHtml(partial)}</p>`}
<dl class="facts">${facts(document)
    .map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`)
    .join('')}</dl>
${notes.length === 0 ? '' : `<ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>`}
${invalidHtml(document)}
${sections.length < 2 ? '' : `<nav><ol>${contents.join('')}</ol></nav>`}
</header>
<main>
${sections.map((section, index) => sectionHtml(section, index, document)).join('\n')}
${measurementsHtml(document)}
</main>
<div id="tip" hidden></div>
<script>${reportScript}</script>
</body>
</html>
`;
}
