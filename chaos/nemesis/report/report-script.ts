/**
 * What draws the timeline, as the browser gets it: plain script, because the page has to work from a file. One
 * canvas, one time axis; above, rate and latency; then who led, what was done to whom, and every operation.
 */
export const reportScript = String.raw`
'use strict';
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const canvas = document.querySelector('canvas');
const tip = document.getElementById('tip');
const pen = canvas.getContext('2d');
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
let colours = {};
const readColours = () => {
  for (const name of ['ground', 'panel', 'line', 'text', 'faint', 'ok', 'fail', 'info', 'violation', 'heal', 'gap',
    'partition', 'kill', 'pause', 'clock', 'link', 'member']) colours[name] = colour(name);
};
const endings = ['ok', 'fail', 'info'];
const endingTexts = ['ok', 'certainly not done', 'outcome unknown'];
const CLIENT = 0, START = 1, LENGTH = 2, ENDING = 3, F = 4, SUBJECT = 5, TARGET = 6, ERROR = 7;
const last = Math.max(1, data.endMilliseconds);
const endOf = (operation) => operation[LENGTH] < 0 ? last : operation[START] + operation[LENGTH];
const guilty = new Set(data.violations.flatMap((violation) => violation.operations));
const gutter = 108;
let from = 0, to = last, lanesBy = 'client', onlyKey = '', chosen = new Set(), width = 800, hits = [], regions = [];

const subjects = [...new Set(data.operations.map((operation) => operation[SUBJECT]))];
const guiltySubjects = new Set([...guilty].map((id) => data.operations[id][SUBJECT]));
subjects.sort((a, b) => guiltySubjects.has(b) - guiltySubjects.has(a) ||
  data.words[a].localeCompare(data.words[b], 'en', { numeric: true }));
const keySelect = document.getElementById('key');
for (const subject of subjects) {
  const option = document.createElement('option');
  option.value = String(subject);
  option.textContent = (guiltySubjects.has(subject) ? '⚠ ' : '') + data.words[subject];
  keySelect.append(option);
}

const x = (time) => gutter + (time - from) / (to - from) * (width - gutter);
const timeAt = (position) => from + (position - gutter) / (width - gutter) * (to - from);
const seconds = (time) => (time / 1000).toFixed(to - from < 5000 ? 3 : 2) + ' s';
const span = (time) => time < 1000 ? time.toFixed(1) + ' ms' : (time / 1000).toFixed(2) + ' s';

function niceStep(least) {
  for (let power = 1; ; power *= 10) for (const factor of [1, 2, 5]) if (power * factor >= least) return power * factor;
}

/** Rows of lanes: each a title, and which operations it holds. */
function operationLanes() {
  const shown = (operation) => onlyKey === '' || operation[SUBJECT] === Number(onlyKey);
  const lanes = new Map();
  data.operations.forEach((operation, id) => {
    if (!shown(operation)) return;
    const lane = lanesBy === 'client' ? operation[CLIENT] : operation[SUBJECT];
    if (!lanes.has(lane)) lanes.set(lane, []);
    lanes.get(lane).push(id);
  });
  const order = lanesBy === 'client' ? [...lanes.keys()].sort((a, b) => a - b) : subjects.filter((s) => lanes.has(s));
  return order.map((lane) => ({
    title: lanesBy === 'key' ? data.words[lane] : lane === data.clients ? 'last reads' : 'client ' + (lane + 1),
    ids: lanes.get(lane),
  }));
}

/** Concurrent operations of one lane side by side. */
function stacked(ids) {
  const ends = [];
  return ids.map((id) => {
    const operation = data.operations[id];
    let row = ends.findIndex((end) => end <= operation[START]);
    if (row < 0) row = ends.length < 6 ? ends.length : 0;
    ends[row] = endOf(operation);
    return row;
  });
}

let layout;
function arrange() {
  const faultRow = 9;
  const faultLane = Math.max(20, data.nemeses.length * faultRow + 6);
  let y = 26;
  const place = (height) => { const at = y; y += height; return { y: at, height }; };
  layout = { rate: place(76), latency: place(124), leader: place(24), faultRow };
  const others = data.faults.some((fault) => fault.members.length === 0) ? ['cluster'] : [];
  layout.members = [...data.members, ...others].map((name) => ({ name, ...place(faultLane) }));
  y += 6;
  layout.lanes = operationLanes().map((lane) => {
    const rows = stacked(lane.ids);
    const count = 1 + rows.reduce((most, row) => Math.max(most, row), 0);
    return { ...lane, rows, count, ...place(lanesBy === 'client' ? 18 : Math.max(16, 7 * count + 4)) };
  });
  layout.height = y + 8;
}

function draw() {
  const ratio = window.devicePixelRatio || 1;
  width = canvas.parentElement.clientWidth;
  canvas.style.height = layout.height + 'px';
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(layout.height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = colours.ground;
  pen.fillRect(0, 0, width, layout.height);
  hits = [];
  regions = [];
  clipped(drawBackdrop);
  clipped(drawRate);
  clipped(drawLatency);
  clipped(drawLeader);
  clipped(drawFaults);
  clipped(drawOperations);
  drawTitles();
}

function clipped(paint) {
  pen.save();
  pen.beginPath();
  pen.rect(gutter, 0, width - gutter, layout.height);
  pen.clip();
  paint();
  pen.restore();
}

function drawBackdrop() {
  if (data.gap.milliseconds > 0) {
    pen.fillStyle = colours.gap;
    pen.fillRect(x(data.gap.start), 22, x(data.gap.start + data.gap.milliseconds) - x(data.gap.start), layout.height);
  }
  const step = niceStep((to - from) / Math.max(2, (width - gutter) / 90));
  pen.font = '11px system-ui, sans-serif';
  pen.textAlign = 'left';
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    pen.fillStyle = colours.line;
    pen.fillRect(x(time), 18, 1, layout.height);
    pen.fillStyle = colours.faint;
    pen.fillText(step < 1000 ? (time / 1000).toFixed(step < 10 ? 3 : 2) + ' s' : time / 1000 + ' s', x(time) + 3, 13);
  }
  pen.fillStyle = colours.heal;
  pen.fillRect(x(data.stormEndMilliseconds), 0, 2, layout.height);
  pen.fillText('healed', x(data.stormEndMilliseconds) + 5, 25);
}

function drawRate() {
  const { y, height } = layout.rate;
  const bucket = niceStep((to - from) / ((width - gutter) / 6));
  const buckets = new Map();
  for (const operation of data.operations) {
    const end = endOf(operation);
    if (end < from - bucket || end > to + bucket) continue;
    const at = Math.floor(end / bucket);
    if (!buckets.has(at)) buckets.set(at, [0, 0, 0]);
    buckets.get(at)[operation[ENDING]] += 1;
  }
  let most = 1;
  for (const counts of buckets.values()) most = Math.max(most, counts[0] + counts[1] + counts[2]);
  const scale = (height - 20) / most;
  for (const [at, counts] of buckets) {
    let base = y + height - 4;
    const left = x(at * bucket);
    const wide = Math.max(1, x((at + 1) * bucket) - left - 1);
    counts.forEach((count, ending) => {
      if (count === 0) return;
      pen.fillStyle = colours[endings[ending]];
      pen.fillRect(left, base - count * scale, wide, count * scale);
      base -= count * scale;
    });
    hits.push({ x: left, y, width: wide + 1, height, text: span(bucket) + ' from ' + seconds(at * bucket) + ':\n' +
      counts[0] + ' ok, ' + counts[1] + ' certainly not done, ' + counts[2] + ' unknown' });
  }
  regions.push({ y, label: Math.round(most * 1000 / bucket) + '/s', at: y + 20 });
}

const slowest = Math.max(10, ...data.operations.map((operation) => endOf(operation) - operation[START]));
const latencyY = (length) => {
  const { y, height } = layout.latency;
  const share = Math.log10(Math.max(1, length)) / Math.log10(slowest);
  return y + height - 8 - share * (height - 22);
};

function drawLatency() {
  pen.font = '10px system-ui, sans-serif';
  for (let length = 1; length <= slowest; length *= 10) {
    pen.fillStyle = colours.line;
    pen.fillRect(gutter, latencyY(length), width, 1);
    regions.push({ label: length < 1000 ? length + ' ms' : length / 1000 + ' s', at: latencyY(length) + 3 });
  }
  data.operations.forEach((operation, id) => {
    const at = x(endOf(operation));
    if (at < gutter - 2 || at > width + 2 || (onlyKey !== '' && operation[SUBJECT] !== Number(onlyKey))) return;
    const marked = guilty.has(id) || chosen.has(id);
    const size = marked ? 6 : operation[ENDING] === 0 ? 2 : 3;
    pen.globalAlpha = operation[ENDING] === 0 && !marked ? 0.55 : 1;
    pen.fillStyle = marked ? colours.violation : colours[endings[operation[ENDING]]];
    const top = latencyY(endOf(operation) - operation[START]);
    pen.fillRect(at - size / 2, top - size / 2, size, size);
    hits.push({ x: at - 3, y: top - 3, width: 6, height: 6, id });
  });
  pen.globalAlpha = 1;
}

const leaderColours = ['ok', 'partition', 'link', 'clock', 'pause', 'kill', 'member'];
function drawLeader() {
  const { y, height } = layout.leader;
  const seen = data.observations;
  for (let index = 0; index < seen.length; ) {
    let next = index + 1;
    while (next < seen.length && seen[next][1] === seen[index][1] && seen[next][2] === seen[index][2]) next += 1;
    const [time, leader, term] = seen[index];
    const end = next < seen.length ? seen[next][0] : last;
    const left = Math.max(gutter, x(time)), right = Math.min(width, x(end));
    if (right > left) {
      pen.fillStyle = leader < 0 ? colours.panel : colours[leaderColours[leader % leaderColours.length]];
      pen.globalAlpha = leader < 0 ? 1 : 0.75;
      pen.fillRect(left, y + 3, Math.max(1, right - left - 1), height - 7);
      pen.globalAlpha = 1;
      const name = leader < 0 ? 'nobody leads' : data.members[leader] + ' leads, term ' + term;
      const short = leader < 0 ? 'none' : data.members[leader] + ' · ' + term;
      pen.font = '11px system-ui, sans-serif';
      if (pen.measureText(short).width + 8 < right - left) {
        pen.fillStyle = leader < 0 ? colours.faint : '#fff';
        pen.fillText(short, left + 4, y + height / 2 + 3.5);
      }
      hits.push({ x: left, y, width: right - left, height, text: name + '\n' + seconds(time) + ' to ' + seconds(end) });
    }
    index = next;
  }
}

function drawFaults() {
  layout.members.forEach((lane, index) => {
    if (index % 2 === 0) {
      pen.fillStyle = colours.panel;
      pen.globalAlpha = 0.7;
      pen.fillRect(gutter, lane.y, width, lane.height);
      pen.globalAlpha = 1;
    }
    for (const fault of data.faults) {
      const here = fault.members.length === 0 ? lane.name === 'cluster' : fault.members.includes(lane.name);
      if (!here || fault.end < from || fault.start > to) continue;
      const row = data.nemeses.indexOf(fault.nemesis);
      const left = x(fault.start), wide = Math.max(2, x(fault.end) - left);
      const top = lane.y + 3 + row * layout.faultRow;
      pen.fillStyle = colours[fault.nemesis];
      pen.fillRect(left, top, wide, layout.faultRow - 2);
      if (fault.trouble !== null) {
        pen.strokeStyle = colours.violation;
        pen.strokeRect(left + 0.5, top + 0.5, wide - 1, layout.faultRow - 3);
      }
      hits.push({ x: left, y: top - 1, width: wide, height: layout.faultRow, text: fault.nemesis + ': ' + fault.text +
        '\n' + seconds(fault.start) + ', for ' + span(fault.end - fault.start) +
        (fault.trouble === null ? '' : '\nnot as planned: ' + fault.trouble) });
    }
  });
}

function drawOperations() {
  for (const lane of layout.lanes) {
    pen.fillStyle = colours.line;
    pen.fillRect(gutter, lane.y + lane.height - 1, width, 1);
    const tall = (lane.height - 4) / lane.count;
    lane.ids.forEach((id, place) => {
      const operation = data.operations[id];
      const end = endOf(operation);
      if (end < from || operation[START] > to) return;
      const left = x(operation[START]), wide = Math.max(1.5, x(end) - left);
      const top = lane.y + 2 + lane.rows[place] * tall;
      const marked = guilty.has(id) || chosen.has(id);
      pen.fillStyle = colours[endings[operation[ENDING]]];
      pen.globalAlpha = operation[ENDING] === 0 && !marked ? 0.8 : 1;
      pen.fillRect(left, top, wide, Math.max(1.5, tall - 1));
      pen.globalAlpha = 1;
      if (marked) {
        pen.strokeStyle = colours.violation;
        pen.lineWidth = 2;
        pen.strokeRect(left - 2, top - 2, wide + 4, tall + 3);
        pen.lineWidth = 1;
      }
      hits.push({ x: left - 1, y: top, width: wide + 2, height: tall, id });
    });
  }
}

function drawTitles() {
  pen.font = '11px system-ui, sans-serif';
  pen.textAlign = 'right';
  pen.fillStyle = colours.text;
  const title = (text, lane) => pen.fillText(text.length > 16 ? text.slice(0, 15) + '…' : text, gutter - 8, lane.y + lane.height / 2 + 4);
  pen.fillText('operations', gutter - 8, layout.rate.y + layout.rate.height - 6);
  pen.fillText('latency', gutter - 8, layout.latency.y + 12);
  title('leader · term', layout.leader);
  for (const lane of layout.members) title(lane.name, lane);
  for (const lane of layout.lanes) title(lane.title, lane);
  pen.fillStyle = colours.faint;
  pen.font = '10px system-ui, sans-serif';
  for (const { label, at } of regions) pen.fillText(label, gutter - 8, at);
  pen.textAlign = 'left';
}

function describe(id) {
  const operation = data.operations[id];
  const who = operation[CLIENT] === data.clients ? 'last read' : 'client ' + (operation[CLIENT] + 1);
  return data.words[operation[F]] + ' ' + data.words[operation[SUBJECT]] + ' (operation ' + id + ')\n' +
    who + ' through ' + data.words[operation[TARGET]] + '\n' +
    seconds(operation[START]) + ', ' + (operation[LENGTH] < 0 ? 'never answered' : span(operation[LENGTH])) + ', ' +
    endingTexts[operation[ENDING]] + (operation[ERROR] < 0 ? '' : '\n' + data.words[operation[ERROR]]) +
    (guilty.has(id) ? '\npart of a violation' : '');
}

function hitAt(left, top) {
  for (let index = hits.length - 1; index >= 0; index -= 1) {
    const hit = hits[index];
    if (left >= hit.x && left <= hit.x + hit.width && top >= hit.y && top <= hit.y + hit.height) return hit;
  }
  return undefined;
}

function show(start, end) {
  const least = 5;
  const middle = (start + end) / 2, half = Math.max(least, end - start) / 2;
  from = Math.max(0, middle - half);
  to = Math.min(last, middle + half);
  if (to - from < least) to = from + least;
  draw();
}

canvas.addEventListener('wheel', (event) => {
  if (event.ctrlKey || event.offsetX < gutter) return;
  event.preventDefault();
  const at = timeAt(event.offsetX);
  const factor = Math.exp(event.deltaY * 0.0015);
  show(Math.max(0, at - (at - from) * factor), Math.min(last, at + (to - at) * factor));
}, { passive: false });
let drag;
canvas.addEventListener('pointerdown', (event) => { drag = { at: event.offsetX, from, to, moved: false }; canvas.setPointerCapture(event.pointerId); });
canvas.addEventListener('pointerup', (event) => {
  const hit = drag !== undefined && !drag.moved ? hitAt(event.offsetX, event.offsetY) : undefined;
  drag = undefined;
  if (hit === undefined || hit.id === undefined) return;
  keySelect.value = String(data.operations[hit.id][SUBJECT]);
  keySelect.dispatchEvent(new Event('change'));
});
canvas.addEventListener('pointermove', (event) => {
  if (drag !== undefined) {
    const moved = (event.offsetX - drag.at) / (width - gutter) * (drag.to - drag.from);
    drag.moved = drag.moved || Math.abs(event.offsetX - drag.at) > 3;
    const shift = Math.min(drag.from, Math.max(drag.to - last, moved));
    from = drag.from - shift;
    to = drag.to - shift;
    draw();
    return;
  }
  const hit = hitAt(event.offsetX, event.offsetY);
  tip.hidden = hit === undefined;
  if (hit === undefined) return;
  tip.textContent = hit.id === undefined ? hit.text : describe(hit.id);
  tip.style.left = Math.min(event.offsetX + 14, width - tip.offsetWidth - 8) + 'px';
  tip.style.top = Math.min(event.offsetY + 14, layout.height - tip.offsetHeight - 4) + 'px';
});
canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
canvas.addEventListener('dblclick', () => show(0, last));
document.getElementById('reset').addEventListener('click', () => {
  onlyKey = keySelect.value = '';
  chosen = new Set();
  arrange();
  show(0, last);
});
document.getElementById('lanes').addEventListener('change', (event) => { lanesBy = event.target.value; arrange(); draw(); });
keySelect.addEventListener('change', () => { onlyKey = keySelect.value; arrange(); draw(); });
for (const row of document.querySelectorAll('tr[data-from]')) row.addEventListener('click', () => {
  const start = Number(row.dataset.from), end = Number(row.dataset.to);
  show(start - 500 - (end - start) * 0.2, end + 500 + (end - start) * 0.2);
  canvas.scrollIntoView({ block: 'nearest' });
});
for (const button of document.querySelectorAll('button[data-violation]')) button.addEventListener('click', () => {
  const { operations } = data.violations[Number(button.dataset.violation)];
  chosen = new Set(operations);
  const some = operations.map((id) => data.operations[id]);
  const keys = new Set(some.map((operation) => operation[SUBJECT]));
  onlyKey = keys.size === 1 ? String([...keys][0]) : '';
  keySelect.value = onlyKey;
  arrange();
  const start = Math.min(...some.map((operation) => operation[START])), end = Math.max(...some.map(endOf));
  show(start - (end - start) * 0.3 - 5, end + (end - start) * 0.3 + 5);
  canvas.scrollIntoView({ block: 'center' });
});
window.addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); draw(); });
readColours();
arrange();
draw();
})();
`;
