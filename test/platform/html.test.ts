import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../platform/index.js';

describe('text for a page', () => {
  it('keeps its words and loses its meaning as markup', () => {
    expect(escapeHtml(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
    expect(escapeHtml('&lt;')).toBe('&amp;lt;');
  });
});
