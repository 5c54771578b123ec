/**
 * The door of api/: what a resource is, and how its values are read, written, defaulted, patched, selected and
 * described. Pure: no I/O, no clock, no randomness. Other folders import only this file.
 */

// Types: schemas, typed JSON, protobuf
export { decodeProtobuf, ProtobufDecodeError } from './codec/protobuf-decoder.js';
export { encodeProtobuf } from './codec/protobuf-encoder.js';
export {
  decodeProtobufEnvelope,
  encodeProtobufEnvelope,
  encodeProtobufWatchFrame,
} from './codec/protobuf-envelope.js';
export { decodeTyped, TypedDecodeError } from './codec/typed.js';
export { humanDuration } from './columns/duration.js';
// Tables and partial objects
export {
  type IncludeObject,
  partialObjectMetadata,
  partialObjectMetadataList,
  tableColumnDefinitions,
  tableFor,
  tableRow,
} from './columns/table.js';
// Defaults
export { defaultsFor } from './defaults/index.js';
// Contracts
export type * from './descriptor.js';
// Discovery
export {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  compareVersions,
} from './discovery/index.js';
export * from './field-error.js';
// Values on the wire: JSON, YAML, quantities, times
export { encodeJson, JsonSyntaxError, parseJson, stringifyJson } from './json.js';
export * from './names.js';
// OpenAPI
export { openApiV2Document } from './openapi/v2.js';
export { encodeOpenApiV2Protobuf } from './openapi/v2-protobuf.js';
export { openApiV3Document } from './openapi/v3.js';
// Patches
export { PatchError } from './patch/error.js';
export { applyJsonPatch } from './patch/json-patch.js';
export { applyMergePatch } from './patch/merge-patch.js';
export { applyStrategicMergePatch } from './patch/strategic-merge-patch.js';
export type { Quantity } from './quantity.js';
export { canonicalQuantity, compareQuantities, parseQuantity, QuantityError } from './quantity.js';
export * from './read.js';
export { builtInResources } from './resources/built-in.js';
// Resources: descriptors, looking them up, names
export { type DescriptorIndex, indexResources, type ServedResource } from './resources/descriptor-index.js';
export type { SchemaRegistry } from './schema/registry.js';
export { builtInSchemas } from './schema/registry.js';
export type * from './schema.js';
// Selectors
export * from './selectors/fields.js';
export * from './selectors/labels.js';
// Errors that clients see
export * from './status.js';
export { formatMicroTime, formatTime, parseTime } from './time.js';
// Validation of what every object has
export { validateObjectMeta, validateObjectMetaUpdate } from './validation/object-meta.js';
export * from './value.js';
export { parseYaml, stringifyYaml, YamlSyntaxError } from './yaml.js';
