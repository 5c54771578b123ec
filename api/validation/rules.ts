/** What is wrong with an object beyond its metadata, which generic code validates. */
import type { FieldError } from '../field-error.js';
import type { JsonObject } from '../value.js';

export interface ValidationRules {
  /** Of every object, new or changed. */
  validate?(object: JsonObject): readonly FieldError[];
  /** Of a change, besides `validate`. */
  validateUpdate?(object: JsonObject, old: JsonObject): readonly FieldError[];
}
