/** A snapshot as a stream of parts: header, chunks with a running checksum, end. A stall ends it on both sides. */
import { createHash } from 'node:crypto';
import type { ClientWritableStream, Metadata, ServerReadableStream } from '@grpc/grpc-js';
import type { Clock, Timer } from '../../platform/index.js';
import { decodeConfiguration, encodeConfiguration } from '../core/configuration.js';
import type { SnapshotMetadata } from '../core/types.js';
import type { SnapshotPart } from './methods.js';

/** Without progress for this long a snapshot is given up, at either end. */
const STALL_MILLISECONDS = 15_000;

/**
 * How long the receiver may take once it has everything: its disk needs a while, but a machine that vanished
 * says nothing at all, and until this ends the sender's view of its state is held open.
 */
export const INSTALL_LIMIT_MILLISECONDS = 120_000;

/** The first bytes of a SHA-256: against damage on the way, not against an attacker; TLS is. */
const CHECKSUM_BYTES = 8;

/** Calls `onStall` unless `reset` is called often enough. */
function watchdog(
  clock: Clock,
  onStall: () => void,
): { reset(limitMilliseconds?: number): void; stop(): void } {
  let timer: Timer | undefined;
  return {
    reset(limitMilliseconds = STALL_MILLISECONDS) {
      timer?.cancel();
      timer = clock.setTimer(limitMilliseconds, onStall);
    },
    stop: () => timer?.cancel(),
  };
}

export function encodeHeader(metadata: SnapshotMetadata): Uint8Array {
  const configuration = Buffer.from(encodeConfiguration(metadata.configuration)).toString('utf8');
  const { index, term, timeMilliseconds } = metadata;
  return Buffer.from(JSON.stringify({ index, term, timeMilliseconds, configuration }));
}

export function decodeHeader(bytes: Uint8Array): SnapshotMetadata {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new TypeError('snapshot: bad header');
  const { index, term, timeMilliseconds, configuration } = value as Record<string, unknown>;
  const numbers = [index, term, timeMilliseconds];
  if (!numbers.every((number) => Number.isSafeInteger(number)) || typeof configuration !== 'string') {
    throw new TypeError('snapshot: bad header');
  }
  return {
    index: index as number,
    term: term as number,
    timeMilliseconds: timeMilliseconds as number,
    configuration: decodeConfiguration(Buffer.from(configuration)),
  };
}

type StartUpload = (
  metadata: Metadata,
  callback: (error: Error | null) => void,
) => ClientWritableStream<SnapshotPart>;

/** Resolves when the receiver has installed it. */
export async function uploadSnapshot(
  start: StartUpload,
  callMetadata: Metadata,
  snapshot: SnapshotMetadata,
  chunks: AsyncIterable<Uint8Array>,
  clock: Clock,
): Promise<void> {
  let finish: (error: Error | null) => void = () => {};
  const answered = new Promise<Error | null>((resolve) => {
    finish = resolve;
  });
  let ended = false;
  let wake: () => void = () => {};
  const call = start(callMetadata, (error) => {
    ended = true;
    finish(error);
    wake();
  });
  call.on('error', () => {});
  call.on('drain', () => wake());
  const dog = watchdog(clock, () => call.cancel());
  dog.reset();
  /** Waits until the receiver takes more; false once the call has ended. */
  const write = async (part: SnapshotPart): Promise<boolean> => {
    if (ended) return false;
    if (!call.write(part)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ended) resolve();
      });
    }
    dog.reset();
    return !ended;
  };
  try {
    const hash = createHash('sha256');
    const sum = (): Uint8Array => hash.copy().digest().subarray(0, CHECKSUM_BYTES);
    let open = await write({ header: encodeHeader(snapshot) });
    for await (const data of chunks) {
      if (!open) break;
      hash.update(data);
      open = await write({ data, checksum: sum() });
    }
    if (open) {
      call.write({ end: true, checksum: sum() });
      call.end();
    }
    dog.reset(INSTALL_LIMIT_MILLISECONDS);
    const error = await answered;
    if (error !== null) throw error;
  } catch (error) {
    call.cancel();
    throw error;
  } finally {
    dog.stop();
  }
}

/** The receiving end: the header, and the chunks, each checked when it arrives. */
export async function receiveSnapshot(
  call: ServerReadableStream<SnapshotPart, object>,
  clock: Clock,
): Promise<{ readonly metadata: SnapshotMetadata; readonly chunks: AsyncIterable<Uint8Array> }> {
  const dog = watchdog(clock, () => call.destroy(new Error('snapshot: the sender has stalled')));
  dog.reset();
  call.once('close', () => dog.stop());
  call.once('cancelled', () => call.destroy(new Error('snapshot: the sender went away')));
  const parts = call[Symbol.asyncIterator]() as AsyncIterator<SnapshotPart>;
  const first = await parts.next();
  if (first.done === true || first.value.header === undefined) throw new TypeError('snapshot: no header');
  const metadata = decodeHeader(first.value.header);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for (;;) {
      dog.reset();
      const next = await parts.next();
      if (next.done === true) throw new Error('snapshot: the stream broke before its end');
      const { data, checksum, end } = next.value;
      if (data !== undefined) hash.update(data);
      const expected = hash.copy().digest().subarray(0, CHECKSUM_BYTES);
      if (checksum === undefined || !expected.equals(checksum)) throw new Error('snapshot: wrong checksum');
      // The receiver now works from its own disk: no further part is due.
      dog.stop();
      if (end === true) return;
      if (data !== undefined) yield data;
    }
  }
  return { metadata, chunks: chunks() };
}
