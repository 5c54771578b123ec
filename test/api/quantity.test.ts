/** Quantities: one canonical form for each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity, compareQuantities, parseQuantity, QuantityError } from '../../api/quantity.js';

describe('the canonical form', () => {
  it.each([
    ['0', '0'],
    ['0Gi', '0'],
    ['-0', '0'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1024Mi', '1Gi'],
    ['0.5Gi', '512Mi'],
    ['1.5Gi', '1536Mi'],
    ['512Ki', '512Ki'],
    ['0.1Mi', '104857600m'],
    ['0.001Ki', '1024m'],
    ['1e3', '1e3'],
    ['100e1', '1e3'],
    ['1E', '1E'],
    ['1E3', '1e3'],
    ['-1.5', '-1500m'],
    ['+2', '2'],
    ['0.0000000001', '1n'],
    ['100000000', '100M'],
    ['007', '7'],
    ['9223372036854775808000', '9223372036854775807'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
    expect(canonicalQuantity(canonical)).toBe(canonical);
  });

  it('stands for the same number, whatever the suffix', () => {
    const suffixes = ['', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'e2', 'E-3'];
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(999), fc.constantFrom(...suffixes), (whole, fraction, suffix) => {
        const text = `${whole}.${fraction}${suffix}`;
        expect(compareQuantities(parseQuantity(text), parseQuantity(canonicalQuantity(text)))).toBe(0);
      }),
    );
  });
});

describe('comparing', () => {
  it('is by value', () => {
    expect(compareQuantities(parseQuantity('1Gi'), parseQuantity('1G'))).toBe(1);
    expect(compareQuantities(parseQuantity('999m'), parseQuantity('1'))).toBe(-1);
    expect(compareQuantities(parseQuantity('1e3'), parseQuantity('1k'))).toBe(0);
  });
});

describe('what is no quantity', () => {
  it.each([
    ['', /must match the regular expression/],
    ['abc', /must match the regular expression|numeric part/],
    ['1.2.3', /must match the regular expression/],
    ['1 Gi', /must match the regular expression/],
    ['.', /numeric part/],
    ['1Qi', /must match the regular expression|suffix/],
    ['1ki', /suffix/],
    ['1e', /suffix/],
    ['1e99999999', /numeric part/],
    ['1'.repeat(5000), /must match the regular expression/],
  ])('%s', (text, message) => {
    expect(() => parseQuantity(text)).toThrow(QuantityError);
    expect(() => parseQuantity(text)).toThrow(message);
  });
});
