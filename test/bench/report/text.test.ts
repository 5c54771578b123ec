/** What a terminal shows: everything that is in the tables, readable without colour. */
import { describe, expect, it } from 'vitest';
import { documentText, printable, wrapped } from '../../../bench/report/text.js';
import { hostileDocument } from './support/hostile-document.js';
import { sampleDocument } from './support/sample-document.js';

const text = documentText(sampleDocument(), 80);

describe('the report on a terminal', () => {
  it('says first whether it is whole, then on what, with what and when', () => {
    const order = [
      'Quorum: what one',
      'PARTIAL: not all was measured: interrupted in step 14 of 20',
      'Processor: A processor that does not exist',
      'kuorum bench quorum --members',
      '- These figures are made up',
      'Throughput by size and clients',
    ].map((each) => text.indexOf(each));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(documentText({ ...sampleDocument(), partial: undefined })).not.toContain('PARTIAL');
  });

  it('has figures below each other at their right ends, with verdicts as signs', () => {
    expect(text).toContain(
      [
        'members   a second                 p50                 p99               p99.9          wanted',
        '1            8,000             1.60 ms             6.56 ms             9.90 ms   p99 < 50 ms ✓',
        '3            4,619             2.48 ms             10.2 ms             16.0 ms   p99 < 10 ms ✗',
        '7            3,023   3.48 ms (invalid)   14.3 ms (invalid)   30.1 ms (invalid)',
      ].join('\n'),
    );
    expect(text).toContain('✓ wanted and reached   ✗ wanted and missed   (invalid) says nothing');
  });

  it('says why a measurement is invalid', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '- put members=7 clients=100 load=80%: the generator fell behind: 1.2% of requests were sent late',
    );
  });

  it('keeps sentences within the width', () => {
    const sentences = text.split('\n').filter((line) => !/ {3}/.test(line));
    for (const line of sentences) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('steers no terminal', () => {
    expect(documentText(hostileDocument()).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(printable('a\u001b[31mb\u202ec\n')).toBe('a [31mb c ');
  });
});

it('a word that is longer than a line stays whole', () => {
  expect(wrapped('a incomprehensibilities b', 10)).toBe('a\nincomprehensibilities\nb');
  expect(wrapped('one two three', 8, '  ')).toBe('one\n  two\n  three');
  expect(wrapped('', 8)).toBe('');
});
