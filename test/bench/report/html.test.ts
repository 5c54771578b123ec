/** The page stands alone, says what is wrong with its figures, and cannot be broken by what it tells. */
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { BenchDocument, Plot } from '../../../bench/lab/document.js';
import { documentHtml } from '../../../bench/report/html.js';
import { reportScript } from '../../../bench/report/script.js';
import { hostileDocument } from './support/hostile-document.js';
import { sampleDocument } from './support/sample-document.js';

const page = documentHtml(sampleDocument());

/** Of all elements, opened and closed in order. @throws where one is closed that was not opened last */
function elements(html: string): readonly string[] {
  const empty = new Set(['meta', 'br']);
  const open: string[] = [];
  const found: string[] = [];
  for (const [, closing, name = '', rest = ''] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi,
  )) {
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    found.push(name);
    if (!rest.endsWith('/') && !empty.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return found;
}

const withPlots = (plots: readonly Plot[], others: Partial<BenchDocument> = {}): BenchDocument => ({
  ...sampleDocument(),
  ...others,
  sections: [{ title: 'Plots', text: '', tables: [], plots }],
});

describe('the page', () => {
  it('is made of elements that end where they should', () => {
    expect(elements(page).filter((name) => name === 'svg')).toHaveLength(2 * 8);
  });

  it('fetches nothing', () => {
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
    expect(page).not.toMatch(/url\(|@import|fetch\(|<link/);
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:/);
  });

  it('says on top with what, on what and when it was measured, and that it is partial', () => {
    const [top = ''] = page.split('<main>');
    for (const text of [
      'kuorum bench quorum --members 1,3,5,7',
      'A processor that does not exist, 2.50 GHz, 2 cores',
      'Kuorum 0.1.0, etcd 3.4.23',
      '2026-01-02 03:04:05 UTC, for 27 min 40 s',
      'interrupted in step 14 of 20',
      'These figures are made up',
    ])
      expect(top).toContain(text);
    expect(documentHtml({ ...sampleDocument(), partial: undefined })).not.toContain('Partial.');
  });

  it('names what is invalid, on top, in the table and at its curve', () => {
    const [top = ''] = page.split('<main>');
    expect(top).toContain('Of 12 measurements 1 is invalid');
    expect(page).toContain('invalid: the generator fell behind');
    expect(page).toContain('80% of the maximum (invalid)');
    expect(page).toContain('class="s3 invalid"');
  });

  it('shows every measurement with its figures and rounds', () => {
    for (const { id, metrics } of sampleDocument().measurements) {
      expect(page).toContain(id);
      for (const { rounds } of metrics) expect(rounds).toHaveLength(5);
    }
    expect(page.match(/rowspan="4"/g)).toHaveLength(12);
  });

  it('says a verdict without colour', () => {
    expect(page).toMatch(/class="reached">p99 &lt; 50 ms <span title="reached">✓/);
    expect(page).toMatch(/class="missed">p99 &lt; 10 ms <span title="missed">✗/);
    expect(page).toMatch(/3\.48 ms <span title="invalid">\(invalid\)/);
  });

  it('keeps what comes from a document text, whichever string it is', () => {
    const hostile = documentHtml(hostileDocument());
    const own = elements(page).filter((name) => name === 'script').length;
    expect(elements(hostile).filter((name) => name === 'script')).toHaveLength(own);
    expect(hostile).not.toContain('<script>alert');
    // Quoted strings away, no attribute of theirs is left.
    expect(hostile.replaceAll(/="[^"]*"/g, '')).not.toMatch(/<[^>]*onload/);
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(elements(hostile).filter((name) => name === 'svg')).toHaveLength(2 * 8);
  });
});

describe('a plot', () => {
  it('has a title for those who see it and for those who do not', () => {
    const html = documentHtml(
      withPlots([{ kind: 'timeline', title: 'Through faults', timelineId: 'faults members=3' }]),
    );
    expect(html).toContain('<figcaption>Through faults</figcaption>');
    expect(html.match(/role="img" aria-label="Through faults"/g)).toHaveLength(2);
  });

  it('of nothing says so instead of drawing axes', () => {
    const nothing: readonly Plot[] = [
      { kind: 'percentiles', title: 'a', curves: [{ name: 'gone', measurementId: 'gone' }] },
      { kind: 'bars', title: 'b', unit: 'ms', series: ['one'], groups: [{ name: 'g', bars: [null] }] },
      {
        kind: 'lines',
        title: 'c',
        x: { name: 'x', unit: '', scale: 'linear' },
        y: { name: 'y', unit: 'ms', scale: 'linear' },
        lines: [{ name: 'l', points: [] }],
      },
      { kind: 'distribution', title: 'd', unit: 'ms', groups: [{ name: 'g', values: [] }] },
      { kind: 'timeline', title: 'e', timelineId: 'gone' },
    ];
    expect(documentHtml(withPlots(nothing)).match(/Nothing was measured for this plot/g)).toHaveLength(5);
  });

  it('never writes a place that is no number, whatever it shows', () => {
    const odd: readonly Plot[] = [
      {
        kind: 'bars',
        title: 'negative, zero and one whisker',
        unit: 'percent',
        series: ['one', 'two'],
        groups: [
          { name: 'g', bars: [{ value: -5, low: -7 }, { value: 0 }] },
          { name: 'h', bars: [null, { value: 0, low: 0, high: 0 }] },
        ],
      },
      {
        kind: 'bars',
        title: 'nothing but zero',
        unit: 'count',
        series: ['one'],
        groups: [{ name: 'g', bars: [{ value: 0 }] }],
      },
      {
        kind: 'lines',
        title: 'one point, zero on a logarithmic axis',
        x: { name: 'x', unit: '', scale: 'logarithmic' },
        y: { name: 'y', unit: 'ms', scale: 'logarithmic' },
        lines: [{ name: 'l', points: [[0, 0]] }],
      },
      { kind: 'distribution', title: 'one value', unit: 's', groups: [{ name: 'g', values: [0] }] },
      { kind: 'timeline', title: 'no time', timelineId: 'none' },
    ];
    const html = documentHtml(
      withPlots(odd, {
        timelines: [
          {
            id: 'none',
            title: 'none',
            seconds: 0,
            series: [{ name: 'answers', unit: 'operations/s', points: [[0, 0]] }],
            shades: [{ label: 'after the end', fromSeconds: 5, toSeconds: 9 }],
          },
        ],
      }),
    );
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    expect(elements(html).filter((name) => name === 'svg')).toHaveLength(2 * 5);
  });
});

describe('its script', () => {
  it('can be read by a browser', () => {
    expect(() => new Script(reportScript)).not.toThrow();
  });

  it('cannot end the element around it', () => {
    expect(reportScript).not.toContain('</');
  });
});
