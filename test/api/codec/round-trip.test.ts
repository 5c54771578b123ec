/** What a client sends comes back as it was, through every encoding, for every type that stands on its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from '../../../api/codec/protobuf-decoder.js';
import { encodeProtobuf } from '../../../api/codec/protobuf-encoder.js';
import { decodeTyped } from '../../../api/codec/typed.js';
import { encodeJson, parseJson, stringifyJson } from '../../../api/json.js';
import { stringAt } from '../../../api/read.js';
import { builtInSchemas } from '../../../api/schema/registry.js';
import { equalValues, type JsonObject } from '../../../api/value.js';
import { parseYaml, stringifyYaml } from '../../../api/yaml.js';
import { arbitraryOf } from './arbitrary.js';

const schemas = builtInSchemas();
/** Tables and discovery are JSON only. */
const withoutProtobuf = new Set(['meta/v1.Table', 'meta/v1.APIResourceList']);

/** Types with a kind and an apiVersion. */
const topLevel = schemas.groupVersions().flatMap((scope) =>
  schemas
    .typeNames(scope)
    .map((name) => `${scope}.${name}`)
    .filter((type) => {
      const first = schemas.getType(type).fields[0];
      return first !== undefined && 'inline' in first && first.inline === 'meta/v1.TypeMeta';
    }),
);

describe('every top-level type', () => {
  it('is among the tested', () => {
    expect(topLevel.length).toBeGreaterThan(120);
  });

  it.each(topLevel)('%s survives JSON, YAML and protobuf', (type) => {
    fc.assert(
      fc.property(arbitraryOf(type, schemas), (sent) => {
        const value = decodeTyped(sent, type, schemas, { onUnknownField: (path) => expect.fail(path) });
        const text = stringifyJson(value);
        // Once in normal form it stays so, byte for byte.
        expect(stringifyJson(decodeTyped(parseJson(encodeJson(value)), type, schemas))).toBe(text);
        const yaml = parseYaml(stringifyYaml(value)).documents[0] as JsonObject;
        expect(equalValues(decodeTyped(yaml, type, schemas), value)).toBe(true);
        if (withoutProtobuf.has(type)) return;
        const typeMeta = { kind: stringAt(value, 'kind'), apiVersion: stringAt(value, 'apiVersion') };
        const decoded = decodeProtobuf(encodeProtobuf(value, type, schemas), type, schemas, typeMeta);
        expect(stringifyJson(decoded)).toBe(text);
      }),
      { numRuns: 12 },
    );
  });
});
