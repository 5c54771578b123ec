/**
 * A snapshot as parts on a connection of its own: header, chunks with a running checksum, end. A stall ends it
 * on both sides.
 */
import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../../platform/index.js';
import { decodeConfiguration, encodeConfiguration } from '../core/configuration.js';
import type { SnapshotMetadata } from '../core/types.js';
import type { Connection, ConnectionEvents } from './connection.js';
import { encodeFrame } from './frames.js';
import { snapshotPartType } from './schema.js';

interface SnapshotPart {
  readonly header?: Uint8Array;
  readonly data?: Uint8Array;
  readonly checksum?: Uint8Array;
  readonly end?: boolean;
}

const encodePart = (part: SnapshotPart): Buffer => encodeFrame(snapshotPartType, { ...part });

/** Without what was not sent. */
function decodePart(frame: Buffer): SnapshotPart {
  return snapshotPartType.toObject(snapshotPartType.decode(frame));
}

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

function encodeHeader(metadata: SnapshotMetadata): Uint8Array {
  const configuration = Buffer.from(encodeConfiguration(metadata.configuration)).toString('utf8');
  const { index, term, timeMilliseconds } = metadata;
  return Buffer.from(JSON.stringify({ index, term, timeMilliseconds, configuration }));
}

function decodeHeader(bytes: Uint8Array): SnapshotMetadata {
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

/** The sending end of a connection: writes wait for the peer, and its last word is kept. */
class Upload {
  readonly #connection: Connection;
  #answer: { readonly refusal: string | undefined } | undefined;
  /** The connection was accepted, or took what it was given, or is over. */
  #wake: () => void = () => {};
  #takesMore = false;

  constructor(dial: (events: ConnectionEvents) => Connection) {
    const takesMore = (): void => {
      this.#takesMore = true;
      this.#wake();
    };
    const answered = (refusal: string | undefined): void => {
      this.#answer ??= { refusal };
      this.#wake();
    };
    this.#connection = dial({
      onAccepted: takesMore,
      onDrain: takesMore,
      onAnswer: answered,
      onClosed: answered,
    });
  }

  /** False: the peer has said its last word. */
  async write(part: SnapshotPart): Promise<boolean> {
    while (!this.#takesMore && this.#answer === undefined) await this.#change();
    if (this.#answer !== undefined) return false;
    this.#takesMore = this.#connection.write(encodePart(part));
    return true;
  }

  /** Resolves when it is installed; rejects with the reason why it is not. */
  async outcome(): Promise<void> {
    while (this.#answer === undefined) await this.#change();
    if (this.#answer.refusal !== undefined) throw new Error(this.#answer.refusal);
  }

  giveUp(reason: string): void {
    this.#answer ??= { refusal: reason };
    this.#wake();
  }

  close(): void {
    this.#connection.close();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Resolves when the receiver has installed it. */
export async function uploadSnapshot(
  dial: (events: ConnectionEvents) => Connection,
  snapshot: SnapshotMetadata,
  chunks: AsyncIterable<Uint8Array>,
  clock: Clock,
): Promise<void> {
  const upload = new Upload(dial);
  const dog = watchdog(clock, () => upload.giveUp('snapshot: the receiver has stalled'));
  dog.reset();
  const hash = createHash('sha256');
  const sum = (): Uint8Array => hash.copy().digest().subarray(0, CHECKSUM_BYTES);
  try {
    let open = await upload.write({ header: encodeHeader(snapshot) });
    for await (const data of chunks) {
      if (!open) break;
      hash.update(data);
      open = await upload.write({ data, checksum: sum() });
      dog.reset();
    }
    if (open) await upload.write({ end: true, checksum: sum() });
    dog.reset(INSTALL_LIMIT_MILLISECONDS);
    await upload.outcome();
  } finally {
    dog.stop();
    upload.close();
  }
}

/** The receiving end: the header, and the chunks, each checked when it arrives. `onStall`: nothing comes. */
export async function receiveSnapshot(
  frames: AsyncIterator<Buffer>,
  clock: Clock,
  onStall: () => void,
): Promise<{ readonly metadata: SnapshotMetadata; readonly chunks: AsyncIterable<Uint8Array> }> {
  const dog = watchdog(clock, onStall);
  const nextPart = async (): Promise<SnapshotPart> => {
    dog.reset();
    try {
      const next = await frames.next();
      if (next.done === true) throw new Error('snapshot: the connection broke before its end');
      return decodePart(next.value);
    } finally {
      // Between two parts the receiver works at its own pace.
      dog.stop();
    }
  };
  const { header } = await nextPart();
  if (header === undefined) throw new TypeError('snapshot: no header');
  const metadata = decodeHeader(header);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for (;;) {
      const { data, checksum, end } = await nextPart();
      if (data !== undefined) hash.update(data);
      const expected = hash.copy().digest().subarray(0, CHECKSUM_BYTES);
      if (checksum === undefined || !expected.equals(checksum)) throw new Error('snapshot: wrong checksum');
      if (end === true) return;
      if (data !== undefined) yield data;
    }
  }
  return { metadata, chunks: chunks() };
}
