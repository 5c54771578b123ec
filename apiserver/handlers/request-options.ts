/** Options that come in the query of reads and writes, validated. Pure. */
import { badRequest, type FieldError, invalidObject } from '../../api/index.js';
import type { ApiServerLimits } from '../limits.js';

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A Go duration (`1m30s`) in milliseconds; undefined when absent. @throws ApiError 400 */
function parseTimeout(query: URLSearchParams): number | undefined {
  const text = query.get('timeout');
  if (text === null || text === '' || text === '0' || text === '0s') return undefined;
  if (!/^([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h))+$/.test(text)) {
    throw badRequest(`invalid timeout specified in the request URL`);
  }
  let total = 0;
  for (const [, amount, , unit] of text.matchAll(/([0-9]+(\.[0-9]+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * durationUnits[unit!]!;
  }
  return total;
}

export function writeTimeoutMilliseconds(query: URLSearchParams, limits: ApiServerLimits): number {
  return Math.min(parseTimeout(query) ?? limits.writeTimeoutMilliseconds, limits.maxWriteTimeoutMilliseconds);
}

export function readTimeoutMilliseconds(query: URLSearchParams, limits: ApiServerLimits): number {
  return Math.min(parseTimeout(query) ?? limits.readTimeoutMilliseconds, limits.maxWriteTimeoutMilliseconds);
}

export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** @throws ApiError 422 */
export function parseDryRun(values: readonly string[], kind: OptionsKind): boolean {
  const bad = values.filter((value) => value !== 'All');
  if (bad.length > 0) {
    throw invalidObject('meta.k8s.io', kind, '', [
      { kind: 'FieldValueNotSupported', path: 'dryRun', value: bad[0]!, detail: '', supported: ['All'] },
    ]);
  }
  return values.length > 0;
}

const maxFieldManagerLength = 128;

/** @throws ApiError 422 */
export function checkFieldManager(query: URLSearchParams, kind: OptionsKind): void {
  const manager = query.get('fieldManager') ?? '';
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > maxFieldManagerLength) {
    const detail = `may not be more than ${maxFieldManagerLength} bytes`;
    errors.push({ kind: 'FieldValueTooLong', path: 'fieldManager', value: '', detail });
  }
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(manager)) {
    const detail = 'should only contain printable characters';
    errors.push({ kind: 'FieldValueInvalid', path: 'fieldManager', value: manager, detail });
  }
  if (errors.length > 0) throw invalidObject('meta.k8s.io', kind, '', errors);
}

/** What a create or update is asked besides its object. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly timeoutMilliseconds: number;
}

export function parseWriteOptions(
  query: URLSearchParams,
  kind: OptionsKind,
  limits: ApiServerLimits,
): WriteOptions {
  checkFieldManager(query, kind);
  return {
    dryRun: parseDryRun(
      query.getAll('dryRun').filter((value) => value !== ''),
      kind,
    ),
    timeoutMilliseconds: writeTimeoutMilliseconds(query, limits),
  };
}
