import { describe, expect, it } from 'vitest';
import {
  checkFieldSelector,
  matchesFields,
  parseFieldSelector,
  requiredFieldValue,
} from '../../../api/selectors/fields.js';
import { SelectorError } from '../../../api/selectors/labels.js';
import { index } from '../support/kinds.js';
import { object } from '../support/values.js';

const { served } = index.byResource('', 'v1', 'pods')!;
const pod = object({
  metadata: { name: 'p', namespace: 'd' },
  spec: { nodeName: 'n', hostNetwork: true },
  status: { phase: 'Running', podIPs: [{ ip: '10.0.0.1' }] },
});

describe('a field selector', () => {
  it.each([
    ['', true],
    ['metadata.name=p', true],
    ['metadata.name==q', false],
    ['metadata.namespace!=d', false],
    ['spec.nodeName=n,status.phase!=Failed', true],
    ['status.podIP=10.0.0.1', true],
    ['spec.hostNetwork=true', true],
    ['spec.nodeName=', false],
    ['status.nominatedNodeName=', true],
  ])('%j on a pod: %s', (text, expected) => {
    const selector = parseFieldSelector(text);
    expect(() => checkFieldSelector(selector, served)).not.toThrow();
    expect(matchesFields(selector, served, pod)).toBe(expected);
  });

  it('reads escapes', () => {
    expect(parseFieldSelector('a=b\\,c\\=d\\\\')).toEqual([{ field: 'a', operator: '=', value: 'b,c=d\\' }]);
  });

  it.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['a=b=c', 'invalid field selector: unescaped character in value: ='],
  ])('%j is refused', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(new SelectorError(message));
  });

  it('refuses a field that the kind does not select by', () => {
    expect(() => checkFieldSelector(parseFieldSelector('spec.odd=x'), served)).toThrow(
      new SelectorError('field label not supported: spec.odd'),
    );
  });

  it('tells the one name that it can match', () => {
    expect(requiredFieldValue(parseFieldSelector('metadata.name=x,status.phase!=y'), 'metadata.name')).toBe(
      'x',
    );
    expect(requiredFieldValue(parseFieldSelector('metadata.name!=x'), 'metadata.name')).toBeUndefined();
  });
});
