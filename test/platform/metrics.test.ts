import { expect, it } from 'vitest';
import { metric, prometheusText } from '../../platform/index.js';

it('metrics are written as Prometheus reads them', () => {
  const text = prometheusText([
    metric('gauge', 'a_bytes', 'What it takes.', 12.5),
    {
      type: 'counter',
      name: 'b_total',
      help: 'Of a line\nand a \\.',
      samples: [
        { labels: { name: 'plain', other: '1' }, value: 1 },
        { labels: { name: 'with "quotes", \\ and\nlines' }, value: 2 },
      ],
    },
    { type: 'gauge', name: 'c', help: 'None yet.', samples: [] },
  ]);
  expect(text).toBe(
    [
      '# HELP a_bytes What it takes.',
      '# TYPE a_bytes gauge',
      'a_bytes 12.5',
      '# HELP b_total Of a line\\nand a \\\\.',
      '# TYPE b_total counter',
      'b_total{name="plain",other="1"} 1',
      'b_total{name="with \\"quotes\\", \\\\ and\\nlines"} 2',
      '# HELP c None yet.',
      '# TYPE c gauge',
      '',
    ].join('\n'),
  );
});
