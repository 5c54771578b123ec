/** Errors of single fields, as a 422 lists them: one cause each. */
import type { JsonValue } from './value.js';

export type FieldErrorKind =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly kind: FieldErrorKind;
  /** `spec.containers[0].name` */
  readonly path: string;
  /** What stood there; quoted in the message where the original quotes it. */
  readonly value?: JsonValue;
  readonly detail: string;
  /** For NotSupported. */
  readonly supported?: readonly string[];
}

const titles: Record<FieldErrorKind, string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

function quote(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'null';
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
}

/** The message without the path: `Invalid value: "x": must be …`. */
export function fieldErrorBody(error: FieldError): string {
  const title = titles[error.kind];
  switch (error.kind) {
    case 'FieldValueRequired':
    case 'FieldValueForbidden':
    case 'FieldValueTooLong':
    case 'InternalError':
      return error.detail === '' ? title : `${title}: ${error.detail}`;
    case 'FieldValueNotSupported': {
      const supported = (error.supported ?? []).map((value) => JSON.stringify(value)).join(', ');
      const suffix = supported === '' ? error.detail : `supported values: ${supported}`;
      return `${title}: ${quote(error.value)}${suffix === '' ? '' : `: ${suffix}`}`;
    }
    case 'FieldValueInvalid':
    case 'FieldValueDuplicate':
    case 'FieldValueNotFound':
    case 'FieldValueTooMany':
    case 'FieldValueTypeInvalid':
      return `${title}: ${quote(error.value)}${error.detail === '' ? '' : `: ${error.detail}`}`;
    default: {
      const never: never = error.kind;
      return never;
    }
  }
}

export function required(path: string, detail = ''): FieldError {
  return { kind: 'FieldValueRequired', path, detail };
}

export function invalid(path: string, value: JsonValue | undefined, detail: string): FieldError {
  return value === undefined
    ? { kind: 'FieldValueInvalid', path, detail }
    : { kind: 'FieldValueInvalid', path, value, detail };
}
