import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { packBehind, type Tuple, type TupleValue, unpackFrom } from '../../storage/tuple-codec.js';

/** Another implementation of msgpack, set up as the format demands. */
const packr = new Packr({
  useRecords: false,
  int64AsType: 'number',
  moreTypes: false,
  variableMapSize: true,
});

const { value } = fc.letrec<{ value: TupleValue; tuple: Tuple }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.constantFrom(
      31,
      32,
      127,
      128,
      255,
      256,
      65_535,
      65_536,
      2 ** 32 - 1,
      2 ** 32,
      -32,
      -33,
      -128,
      -129,
      -32_768,
      -32_769,
    ),
    fc.string({ unit: 'grapheme' }),
    fc.string({ minLength: 30, maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    tie('tuple'),
  ),
  tuple: fc.array(tie('value'), { maxLength: 20 }),
}));
const tuple = fc.array(value, { maxLength: 20 });

const pack = (written: Tuple): Uint8Array => packBehind(0, written).bytes;

describe('a tuple', () => {
  it('is the same bytes as msgpack makes of it, and comes back as it was', () => {
    fc.assert(
      fc.property(tuple, (written) => {
        const bytes = pack(written);
        expect(Buffer.from(bytes).equals(packr.pack(written))).toBe(true);
        expect(unpackFrom(bytes, 0)).toEqual(written.map(plain));
      }),
      { numRuns: 1_000 },
    );
  });

  it('may be long, hold long values, and stand behind a header in whole units', () => {
    const long: Tuple = [
      new Uint8Array(200_000).fill(7),
      'x'.repeat(70_000),
      Array.from({ length: 70_000 }, (_, index) => index),
    ];
    expect(unpackFrom(pack(long), 0)).toEqual(long);
    const { bytes, packedLength } = packBehind(20, [1, 'two'], 4096);
    expect(bytes.length).toBe(4096);
    expect([...bytes.subarray(0, 20)].every((byte) => byte === 0)).toBe(true);
    expect(unpackFrom(bytes.subarray(0, 20 + packedLength), 20)).toEqual([1, 'two']);
  });

  it('that was damaged is refused or is another tuple, and never anything worse', () => {
    fc.assert(
      fc.property(tuple, fc.nat(), fc.nat({ max: 255 }), (written, place, byte) => {
        const bytes = pack(written);
        bytes[place % bytes.length] = byte;
        try {
          expect(Array.isArray(unpackFrom(bytes, 0))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([[[]], [[0x91]], [[0x90, 0x00]], [[0x01]], [[0xdd, 0xff, 0xff, 0xff, 0xff]], [[0x81, 0x01, 0x02]]])(
    'is not made of %j',
    (bytes) => {
      expect(() => unpackFrom(Uint8Array.from(bytes), 0)).toThrow(RangeError);
    },
  );
});

/** -0 is written as 0 by both. */
function plain(written: TupleValue): TupleValue {
  if (Object.is(written, -0)) return 0;
  return Array.isArray(written) ? (written as Tuple).map(plain) : written;
}
