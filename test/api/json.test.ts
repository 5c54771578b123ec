/** JSON in and out: exact integers, any key, the original's complaints. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8, encodeJson, JsonSyntaxError, parseJson, stringifyJson } from '../../api/json.js';
import { cloneValue, equalValues, type JsonObject, type JsonValue, newObject } from '../../api/value.js';

function complaint(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  return 'none';
}

/** Arbitrary values of the model: null prototypes, bigint only beyond 2^53, awkward keys. */
const keys = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '10',
    '2',
    'b',
    'a',
    'é',
    '\u{1f600}',
    '\uffee',
    '',
  ),
  fc.string(),
);
const { value: arbitraryValue } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger().map((value) => value + 0),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => (Number.isInteger(value) ? 0.5 : value)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => {
    const object = newObject();
    for (const [key, value] of entries) object[key] = value;
    return object;
  }),
}));

describe('reading and writing JSON', () => {
  it('gives back every value as it was', () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const read = parseJson(encodeJson(value));
        expect(equalValues(read, value)).toBe(true);
        expect(stringifyJson(read)).toBe(stringifyJson(value));
        expect(equalValues(cloneValue(read), value)).toBe(true);
      }),
    );
  });

  it('reads what the engine reads, to the same values', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(stringifyJson(parseJson(text)))).toEqual(
          JSON.parse(stringifyJson(parseJson(text, { onDuplicateKey: () => undefined }))),
        );
      }),
    );
  });

  it('keeps integers beyond 2^53 exact and small ones plain numbers', () => {
    expect(parseJson('[9007199254740991,9007199254740992,-9223372036854775808,9223372036854775807]')).toEqual(
      [9007199254740991, 9007199254740992n, -9223372036854775808n, 9223372036854775807n],
    );
    expect(stringifyJson([9007199254740993n])).toBe('[9007199254740993]');
  });

  it('makes __proto__ and constructor ordinary keys and touches no prototype', () => {
    for (const text of [
      '{"__proto__":{"polluted":1},"constructor":2}',
      '{"__proto__":{"polluted":9007199254740993}}',
    ]) {
      const value = parseJson(text) as JsonObject;
      expect(Object.getPrototypeOf(value)).toBeNull();
      expect(Object.keys(value)[0]).toBe('__proto__');
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(stringifyJson(value)).toBe(text);
    }
  });

  it('gives every object in a value a null prototype', () => {
    const value = parseJson('{"a":[{"b":{}}]}') as { a: [{ b: object }] } & JsonObject;
    expect(Object.getPrototypeOf(value.a[0])).toBeNull();
    expect(Object.getPrototypeOf(value.a[0].b)).toBeNull();
  });

  it('writes integer-like keys in byte order with the others', () => {
    expect(stringifyJson(parseJson('{"b":1,"2":2,"10":3,"-":4}'))).toBe('{"-":4,"10":3,"2":2,"b":1}');
  });

  it('orders strings as their UTF-8 bytes', () => {
    const words = ['\u{1f600}', '\uffee', 'z', 'é', '10', '2', ''];
    const byBytes = [...words].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    expect([...words].sort(compareUtf8)).toEqual(byBytes);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        expect(Math.sign(compareUtf8(left, right))).toBe(
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
      }),
    );
  });

  it('replaces bytes that are no UTF-8, and halves of characters', () => {
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toBe('\ufffd');
    expect(parseJson('"\\ud800x"')).toBe('\ufffdx');
    expect(parseJson('"\\ud83d\\ude00"')).toBe('\u{1f600}');
  });
});

describe('what is no JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a":1', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} {}', "invalid character '{' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u00zz"', "invalid character 'z' in \\u hexadecimal character escape"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ['1e999', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
  ])('%j: %s', (text, message) => {
    expect(complaint(text)).toBe(message);
  });

  it('is refused wherever the engine refuses it', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', '{', '"', ',', 'x', '\\'), (text, at, noise) => {
        const cut = at % (text.length + 1);
        const damaged = text.slice(0, cut) + noise + text.slice(cut + 1);
        let engine = true;
        try {
          // The engine takes a number out of range for infinity, which is no JSON value.
          JSON.parse(damaged, (_key, value: unknown) => {
            if (value === Infinity || value === -Infinity) throw new SyntaxError('out of range');
            return value;
          });
        } catch {
          engine = false;
        }
        expect(complaint(damaged) === 'none').toBe(engine);
      }),
    );
  });

  it('is refused when it nests too deep, without exhausting the stack', () => {
    const deep = (levels: number, inner: string): string => '['.repeat(levels) + inner + ']'.repeat(levels);
    expect(complaint(deep(1000, '1'))).toBe('none');
    expect(complaint(deep(1001, '1'))).toBe('exceeded max depth');
    expect(complaint(deep(1001, '9007199254740993'))).toBe('exceeded max depth');
    expect(complaint(deep(500_000, ''))).toBe('exceeded max depth');
    expect(complaint('['.repeat(500_000))).toBe('exceeded max depth');
  });
});

describe('duplicate keys', () => {
  it.each([
    ['{"spec":{"replicas":1,"replicas":2}}', ['spec.replicas']],
    ['{"a":[{"b" : 1,"b":2}],"a":3}', ['a[0].b', 'a']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"a":"x\\":","b":1}', []],
    ['{"a":{"b":1},"c":{"b":1}}', []],
  ])('of %s are reported', (text, paths) => {
    const found: string[] = [];
    parseJson(text, { onDuplicateKey: (path) => found.push(path) });
    expect(found).toEqual(paths);
  });

  it('leave the last value', () => {
    expect(stringifyJson(parseJson('{"a":1,"a":2}', { onDuplicateKey: () => undefined }))).toBe('{"a":2}');
  });
});
