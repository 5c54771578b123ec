/** The timeline of a run as one page that needs nothing else: no network, no library, no second file. */
import { escapeHtml } from '../../../platform/index.js';
import { faultCounts, seconds } from '../verdict-text.js';
import { type ReportData, type ReportInput, reportData } from './report-data.js';
import { reportScript } from './report-script.js';
import { reportStyle } from './report-style.js';

/** JSON that cannot end the script element around it. */
function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const milliseconds = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function card(title: string, value: string, detail: string): string {
  return `<div class="card"><h3>${escapeHtml(title)}</h3><p class="value">${escapeHtml(value)}</p><p>${escapeHtml(detail)}</p></div>`;
}

function cards({ storm, figures, judgement }: ReportInput): string {
  const { latencyMilliseconds: latency, longestWriteGap: gap } = figures;
  const gapStart = seconds(gap.fromMilliseconds - storm.startMilliseconds);
  const { convergence } = storm;
  return [
    card(
      'Operations',
      String(figures.operations),
      `${figures.ok} ok · ${figures.fail} failed · ${figures.info} unknown`,
    ),
    card(
      'Latency of what was acknowledged',
      `${milliseconds(latency.p50)} ms`,
      `p90 ${milliseconds(latency.p90)} · p99 ${milliseconds(latency.p99)} · max ${milliseconds(latency.max)} ms`,
    ),
    card('Longest time without an acknowledged write', seconds(gap.milliseconds), `from ${gapStart} on`),
    card('Faults', String(storm.faults.length), faultCounts(storm.faults)),
    card(
      'Members',
      convergence.kind === 'equal' ? 'equal' : 'not equal',
      convergence.kind === 'equal'
        ? `at index ${convergence.appliedIndex}, hash ${convergence.stateHash.slice(0, 12)}…`
        : convergence.reason,
    ),
    card(
      'Checked',
      `${judgement.checkedKeys} keys`,
      `${judgement.checkedOperations} operations · ${judgement.checkedWatchEvents} watch events`,
    ),
  ].join('\n');
}

function findings({ judgement, figures }: ReportInput): string {
  const violations = judgement.violations.map(
    ({ title, text, operations }, index) =>
      `<li><h3>${escapeHtml(title)}${operations.length === 0 ? '' : ` <button data-violation="${index}">show</button>`}</h3><pre>${escapeHtml(text)}</pre></li>`,
  );
  const open = judgement.undecided.map((text) => `<li><h3>undecided</h3><pre>${escapeHtml(text)}</pre></li>`);
  const odd = figures.surprises.map(
    ({ error, count }) =>
      `<li><h3>unexpected answer, ${count} times</h3><pre>${escapeHtml(error)}</pre></li>`,
  );
  const all = [...violations, ...open, ...odd];
  return all.length === 0
    ? ''
    : `<section><h2>Findings</h2><ul class="findings">${all.join('\n')}</ul></section>`;
}

function faultTable(data: ReportData): string {
  const rows = data.faults.map(
    ({ nemesis, text, start, end, trouble }) =>
      `<tr data-from="${start}" data-to="${end}"><td>${seconds(start)}</td><td>${seconds(end - start)}</td>` +
      `<td><i class="dot ${nemesis}"></i>${nemesis}</td><td>${escapeHtml(text)}</td><td>${escapeHtml(trouble ?? '')}</td></tr>`,
  );
  return `<table><thead><tr><th>at</th><th>for</th><th>nemesis</th><th>what</th><th>not as planned</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function functionTable({ figures }: ReportInput): string {
  const rows = figures.byFunction.map(
    ({ f, ok, fail, info }) =>
      `<tr><td>${escapeHtml(f)}</td><td>${ok}</td><td>${fail}</td><td>${info}</td></tr>`,
  );
  return `<table><thead><tr><th>operation</th><th>ok</th><th>failed</th><th>unknown</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

export function reportHtml(input: ReportInput): string {
  const { plan, wallMilliseconds } = input;
  const data = reportData(input);
  const began = new Date(wallMilliseconds).toISOString().replace('T', ' ').slice(0, 19);
  const title = `Chaos: ${plan.members} members, seed ${plan.seed}`;
  const command = `npx kuorum chaos --members ${plan.members} --duration ${plan.durationMilliseconds / 1000}s --seed ${plan.seed} --nemesis ${plan.nemeses.join(',')} --clients ${plan.clients} --rate ${plan.rate}`;
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
<p class="verdict ${data.verdict}">${escapeHtml(data.headline)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="run">${escapeHtml(began)} UTC · <code>${escapeHtml(command)}</code></p>
</header>
<section class="cards">${cards(input)}</section>
${findings(input)}
<section>
<h2>Timeline</h2>
<p class="controls">
<label>lanes <select id="lanes"><option value="client">by client</option><option value="key">by key</option></select></label>
<label>key <select id="key"><option value="">all</option></select></label>
<button id="reset">whole run</button>
<span class="legend"><i class="swatch ok"></i>ok <i class="swatch fail"></i>certainly not done <i class="swatch info"></i>outcome unknown
${data.nemeses.map((name) => `<i class="dot ${name}"></i>${name}`).join(' ')}</span>
<span class="hint">wheel: zoom · drag: move · double click: whole run · click an operation: its key</span>
</p>
<div id="timeline"><canvas></canvas><div id="tip" hidden></div></div>
</section>
<section class="columns">
<div><h2>Faults</h2>${faultTable(data)}</div>
<div><h2>Operations</h2>${functionTable(input)}</div>
</section>
<script type="application/json" id="data">${embeddedJson(data)}</script>
<script>${reportScript}</script>
</body>
</html>
`;
}
