import { describe, expect, it } from 'vitest';
import { builtInSchemas, type JsonArray, type JsonObject, objectOf, parseJson } from '../../../api/index.js';
import type { Media, Negotiated } from '../../../apiserver/negotiation/accept.js';
import { createObjectEncoder, listObject } from '../../../apiserver/negotiation/encoder.js';
import { beginList } from '../../../apiserver/negotiation/list-encoder.js';

const schemas = builtInSchemas();
const encoder = createObjectEncoder(schemas);
const how = (media: Media, pretty = false): Negotiated => ({
  media,
  contentType: '',
  pretty,
  transform: 'none',
  transformVersion: 'v1',
});

const items = Array.from(
  { length: 300 },
  (_, index) =>
    parseJson(
      JSON.stringify({
        metadata: { name: `c${index}`, labels: { a: 'ä"\\' } },
        data: { '10': 'x'.repeat(index), b: '[]}' },
      }),
    ) as JsonObject,
);
const list = (some: JsonArray): JsonObject =>
  listObject('v1', 'ConfigMapList', objectOf({ resourceVersion: '7' }), some as JsonObject[]);

describe('a list encoded in slices', () => {
  for (const [media, pretty] of [
    ['json', false],
    ['json', true],
    ['yaml', false],
    ['protobuf', false],
  ] as const) {
    for (const count of [0, 1, 300]) {
      it(`is what encoding it at once gives: ${count} objects as ${pretty ? 'indented ' : ''}${media}`, () => {
        const some = items.slice(0, count);
        const negotiated = how(media, pretty);
        const head = { object: list([]), member: 'items', type: 'v1.ConfigMapList' } as const;
        const encoding = beginList(head, negotiated, encoder, schemas);
        for (let start = 0; start < some.length; start += 7) encoding.add(some.slice(start, start + 7));
        const whole = encoder.encode(list(some), 'v1.ConfigMapList', negotiated);
        expect(Buffer.from(encoding.finish()).equals(Buffer.from(whole))).toBe(true);
      });
    }
  }
});
