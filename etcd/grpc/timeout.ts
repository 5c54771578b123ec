/** The `grpc-timeout` header: up to eight digits and a unit. */
import { GrpcError, StatusCode } from './status.js';

const unitMilliseconds: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** In milliseconds; undefined without the header. Throws INTERNAL for anything that is none, as gRPC servers do. */
export function parseTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(\d{1,8})([HMSmun])$/.exec(header);
  const unit = match?.[2] === undefined ? undefined : unitMilliseconds[match[2]];
  if (match === null || unit === undefined) {
    throw new GrpcError(StatusCode.INTERNAL, `malformed grpc-timeout: ${JSON.stringify(header)}`);
  }
  return Number(match[1]) * unit;
}
