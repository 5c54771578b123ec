/** A snapshot file as it is made: the header, the chunks as they come, and at last the hash of all that was given. */
import { startSha256 } from '../checksum.js';
import { encodeHeader, encodeTrailer, frameChunk, type SnapshotHeader } from './file-format.js';

export async function* encodeSnapshotFile(
  header: SnapshotHeader,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const hash = startSha256();
  let bytes = 0;
  let count = 0;
  const counted = (piece: Uint8Array): Uint8Array => {
    hash.add(piece);
    bytes += piece.length;
    return piece;
  };
  yield counted(encodeHeader(header));
  for await (const chunk of chunks) {
    count += 1;
    yield counted(frameChunk(chunk));
  }
  const trailer = counted(encodeTrailer(count, bytes));
  yield Buffer.concat([trailer, hash.end()]);
}
