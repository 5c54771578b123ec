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

document.addEventListener('pointermove', (event) => {
  const svg = event.target instanceof Element ? event.target.closest('svg.plot') : null;
  const mark = svg && (nearest(svg, event.clientX, event.clientY) ?? event.target.closest('[data-tip]'));
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.dataset.tip;
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
