/** Writing values in tests: plain literals become the null-prototype objects that the code works on. */
import { parseJson } from '../../../api/json.js';
import type { JsonObject, JsonValue } from '../../../api/value.js';

export function value(literal: unknown): JsonValue {
  return parseJson(JSON.stringify(literal));
}

export function object(literal: unknown): JsonObject {
  return value(literal) as JsonObject;
}

/** A plain copy to compare with literals. */
export function plain(json: JsonValue | undefined): unknown {
  return json === undefined
    ? undefined
    : JSON.parse(
        JSON.stringify(json, (_key, inner: unknown) =>
          typeof inner === 'bigint' ? inner.toString() : inner,
        ),
      );
}
