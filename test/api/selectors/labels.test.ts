import { describe, expect, it } from 'vitest';
import {
  labelSelectorFromObject,
  labelSelectorToString,
  matchesLabels,
  parseLabelSelector,
  SelectorError,
} from '../../../api/selectors/labels.js';
import { object } from '../support/values.js';

describe('a label selector', () => {
  it.each([
    ['', { a: 'b' }, true],
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b,c)', {}, false],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['! a', {}, true],
    ['a=', { a: '' }, true],
    ['a=,b', { a: '', b: '' }, true],
    ['a in ()', { a: '' }, true],
    ['a in (,b)', { a: '' }, true],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: 'x' }, false],
    ['a<-1', { a: '-2' }, true],
    [' a = b , c in ( d ) ', { a: 'b', c: 'd' }, true],
    ['example.com/a=b,in=in', { 'example.com/a': 'b', in: 'in' }, true],
    ['toString', {}, false],
  ])('%j on %j: %s', (text, labels, expected) => {
    expect(matchesLabels(parseLabelSelector(text), object(labels))).toBe(expected);
  });

  it('matches objects without labels', () => {
    expect(matchesLabels(parseLabelSelector('!a'), undefined)).toBe(true);
    expect(matchesLabels(parseLabelSelector('a'), undefined)).toBe(false);
  });

  it.each([
    ['a=b,', "found '', expected: identifier after ','"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(new SelectorError(message));
  });

  it('explains a bad key and a bad value', () => {
    expect(() => parseLabelSelector('-a=b')).toThrow(
      /^unable to parse requirement: key: Invalid value: "-a": name part must consist of/,
    );
    expect(() => parseLabelSelector('a=$')).toThrow(
      /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "\$": a valid label must be/,
    );
  });

  it('is bounded', () => {
    expect(() => parseLabelSelector('a'.repeat(70_000))).toThrow(SelectorError);
  });

  it.each(['a=b', 'a!=b', 'a in (b,c)', 'a notin (b)', 'a', '!a', 'a>1', 'a<2', 'a=b,c=d'])(
    '%j is written as it was read',
    (text) => {
      expect(labelSelectorToString(parseLabelSelector(text))).toBe(text);
    },
  );

  it('comes from an object too', () => {
    const selector = labelSelectorFromObject(
      object({
        matchLabels: { z: '1', a: '2' },
        matchExpressions: [
          { key: 'e', operator: 'In', values: ['y', 'x'] },
          { key: 'f', operator: 'NotIn', values: ['q'] },
          { key: 'g', operator: 'Exists' },
          { key: 'h', operator: 'DoesNotExist' },
        ],
      }),
    );
    expect(labelSelectorToString(selector)).toBe('a=2,e in (x,y),f notin (q),g,!h,z=1');
    expect(labelSelectorToString(labelSelectorFromObject(undefined))).toBe('');
  });

  it('with an unknown operator selects nothing', () => {
    const selector = labelSelectorFromObject(
      object({ matchExpressions: [{ key: 'a', operator: 'Odd', values: ['b'] }] }),
    );
    expect(matchesLabels(selector, object({ a: 'b' }))).toBe(false);
  });
});
