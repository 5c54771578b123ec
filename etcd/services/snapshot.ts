/**
 * A member's state as a stream of chunks that make a file when they are put one behind the other: Kuorum's own format,
 * with its checksum at the end where etcd's tools look for one.
 */
import { SnapshotEndedError, type SnapshotEndReason, snapshotBytes } from '../../storage/index.js';
import { etcdError } from '../errors.js';
import type { ReplyStream } from '../grpc/call.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import type { SnapshotResponse } from '../proto/generated/rpc.js';
import type { ServiceTools } from './tools.js';

function endError(reason: SnapshotEndReason, message: string): GrpcError {
  switch (reason.kind) {
    case 'overloaded':
      return etcdError('tooManyRequests');
    case 'stopping':
      return etcdError('stopped');
    case 'corrupt':
      return new GrpcError(StatusCode.DATA_LOSS, `etcdserver: ${message}`);
    case 'too-slow':
      return new GrpcError(StatusCode.DEADLINE_EXCEEDED, `etcdserver: ${message}`);
    case 'cancelled':
      return new GrpcError(StatusCode.CANCELLED, 'context canceled');
    case 'complete':
    case 'failed':
      return new GrpcError(StatusCode.INTERNAL, `etcdserver: ${message}`);
  }
}

/** How much is left is known for certain only at the end: before that it is what the database takes, less what was sent. */
export async function sendSnapshot(
  { admin, facts, program }: ServiceTools,
  stream: ReplyStream<SnapshotResponse>,
): Promise<void> {
  const { databaseBytes } = await admin.status();
  const source = admin.snapshot();
  stream.onCancel(() => source.cancel());
  const version = `kuorum ${program.version}`;
  let sent = 0;
  let waiting: Uint8Array | undefined;
  const send = async (blob: Uint8Array, last: boolean): Promise<void> => {
    sent += blob.length;
    const remainingBytes = last ? 0 : Math.max(1, databaseBytes - sent);
    await stream.send({ header: facts.header(), remainingBytes, blob, version });
  };
  try {
    // One is held back: only what comes next says whether it is the last.
    for await (const blob of snapshotBytes(source)) {
      if (waiting !== undefined) await send(waiting, false);
      waiting = blob;
    }
  } catch (error) {
    throw error instanceof SnapshotEndedError ? endError(error.reason, error.message) : error;
  }
  if (waiting !== undefined) await send(waiting, true);
}
