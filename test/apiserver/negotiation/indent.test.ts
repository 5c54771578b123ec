import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indentJson } from '../../../apiserver/negotiation/indent.js';

describe('indented JSON', () => {
  it('is what the engine itself would write with two spaces', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const compact = JSON.stringify(value);
        expect(Buffer.from(indentJson(Buffer.from(compact))).toString('utf8')).toBe(
          JSON.stringify(value, null, 2),
        );
      }),
    );
  });

  it('leaves numbers, escapes and punctuation within strings as they are', () => {
    const text = '{"a":12345678901234567890,"b\\"{,:[":"\\\\","c":[{},[],"é{"]}';
    expect(Buffer.from(indentJson(Buffer.from(text))).toString('utf8')).toBe(
      '{\n  "a": 12345678901234567890,\n  "b\\"{,:[": "\\\\",\n  "c": [\n    {},\n    [],\n    "é{"\n  ]\n}',
    );
  });
});
