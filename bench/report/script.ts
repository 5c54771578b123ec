/**
 * What a script adds to the page: another theme than the reader's usual one, and what the pointer is at, at once. The
 * page says all without it; titles then do what the pointer's text does.
 */
export const reportScript = String.raw`
'use strict';
(() => {
const root = document.documentElement;
const theme = document.getElementById('theme');
const tip = document.getElementById('tip');
theme.hidden = false;
theme.addEventListener('click', () => {
  root.dataset.theme = getComputedStyle(root).colorScheme === 'dark' ? 'light' : 'dark';
});

// As titles, the browser would show them a second time.
for (const title of document.querySelectorAll('svg.plot title')) {
  title.parentNode.dataset.tip = title.textContent;
  title.remove();
}

const farthest = 24;
function nearest(svg, x, y) {
  let found, least = farthest;
  for (const mark of svg.querySelectorAll('.marker[data-tip]')) {
    const box = mark.getBoundingClientRect();
    const distance = Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
    if (distance < least) [found, least] = [mark, distance];
  }
  return found;
}

// A timeline tells what all its series were at the moment under the pointer.
const readings = new Map();
function valuesOf(group) {
  if (!readings.has(group)) readings.set(group, group.dataset.values.split(';').map((each) => {
    const [seconds, text] = each.split('=');
    return { seconds: Number(seconds), text: text || 'nothing' };
  }));
  return readings.get(group);
}

let rule;
function moment(svg, event) {
  const box = svg.getBoundingClientRect();
  const { width, height } = svg.viewBox.baseVal;
  const x = (event.clientX - box.left) / box.width * width;
  const from = Number(svg.dataset.from), to = Number(svg.dataset.to);
  if (x < from || x > to) return '';
  const seconds = (x - from) / (to - from) * Number(svg.dataset.seconds);
  rule ??= document.createElementNS(svg.namespaceURI, 'line');
  rule.setAttribute('class', 'rule');
  for (const [name, value] of [['x1', x], ['x2', x], ['y1', 0], ['y2', height - 44]]) rule.setAttribute(name, value);
  svg.append(rule);
  const lines = [...svg.querySelectorAll('[data-values]')].map((group) => {
    const nearest = valuesOf(group).reduce((best, each) =>
      Math.abs(each.seconds - seconds) < Math.abs(best.seconds - seconds) ? each : best);
    return group.dataset.name + ': ' + nearest.text;
  });
  const shades = [...svg.querySelectorAll('[data-tip]')].filter((shade) => {
    const area = shade.querySelector('.shade')?.getBoundingClientRect();
    return area && area.left <= event.clientX && event.clientX <= area.right;
  }).map((shade) => shade.dataset.tip);
  return [seconds.toFixed(1) + ' s', ...shades, ...lines].join('\n');
}

document.addEventListener('pointermove', (event) => {
  const svg = event.target instanceof Element ? event.target.closest('svg.plot') : null;
  const mark = svg && (nearest(svg, event.clientX, event.clientY) ?? event.target.closest('[data-tip]'));
  const text = svg && svg.dataset.seconds ? moment(svg, event) : mark?.dataset.tip;
  if (!svg?.dataset.seconds) rule?.remove();
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const below = event.clientY + height + 18 < innerHeight;
  tip.style.left = Math.max(4, Math.min(innerWidth - width - 4, event.clientX + 12)) + 'px';
  tip.style.top = (below ? event.clientY + 14 : event.clientY - height - 10) + 'px';
});
document.addEventListener('pointerleave', () => { tip.hidden = true; });

// Paper folds nothing away.
addEventListener('beforeprint', () => { for (const each of document.querySelectorAll('details')) each.open = true; });
})();
`;
