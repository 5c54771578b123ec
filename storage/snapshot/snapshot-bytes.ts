/** A snapshot's stream for those who would rather iterate: whatever ends it early is thrown. */
import type { SnapshotEndReason, SnapshotStream } from '../cluster-admin.js';

/** The stream ended before all of it was given. */
export class SnapshotEndedError extends Error {
  readonly reason: SnapshotEndReason;
  constructor(reason: SnapshotEndReason) {
    super('message' in reason ? reason.message : endText(reason.kind));
    this.name = 'SnapshotEndedError';
    this.reason = reason;
  }
}

function endText(kind: 'complete' | 'stopping' | 'cancelled'): string {
  switch (kind) {
    case 'complete':
      return 'all of the snapshot was given';
    case 'stopping':
      return 'the member stops, or takes in another state';
    case 'cancelled':
      return 'the snapshot was cancelled';
  }
}

/** Chunk by chunk, as they are taken; leaving early cancels the stream. Throws `SnapshotEndedError`. */
export async function* snapshotBytes(stream: SnapshotStream): AsyncIterable<Uint8Array> {
  try {
    for (;;) {
      const step = await stream.next();
      if (step.kind === 'chunk') yield step.bytes;
      else if (step.reason.kind === 'complete') return;
      else throw new SnapshotEndedError(step.reason);
    }
  } finally {
    stream.cancel();
  }
}
