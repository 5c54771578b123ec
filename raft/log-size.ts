/** How many bytes of log follow an index, coarsely: marks every few entries, enough to choose where to truncate. */
import type { LogIndex } from './core/types.js';

const ENTRIES_PER_MARK = 64;
const BYTES_PER_MARK = 256 * 1024;

interface Mark {
  readonly index: LogIndex;
  /** Of all entries through `index`, since the start. */
  readonly totalBytes: number;
}

export class LogSize {
  #marks: Mark[] = [];
  #totalBytes = 0;
  /** Of what has been compacted. */
  #goneBytes = 0;
  #sinceMark = { entries: 0, bytes: 0 };

  appended(index: LogIndex, bytes: number): void {
    this.#totalBytes += bytes;
    this.#sinceMark = { entries: this.#sinceMark.entries + 1, bytes: this.#sinceMark.bytes + bytes };
    if (this.#sinceMark.entries < ENTRIES_PER_MARK && this.#sinceMark.bytes < BYTES_PER_MARK) return;
    this.#marks.push({ index, totalBytes: this.#totalBytes });
    this.#sinceMark = { entries: 0, bytes: 0 };
  }

  truncatedFrom(index: LogIndex): void {
    while ((this.#marks.at(-1)?.index ?? -1) >= index) this.#marks.pop();
  }

  compacted(through: LogIndex): void {
    const keep = this.#marks.findIndex((mark) => mark.index > through);
    const gone = this.#marks.splice(0, keep < 0 ? this.#marks.length : keep);
    this.#goneBytes = gone.at(-1)?.totalBytes ?? this.#goneBytes;
  }

  /** The last marked index after which at least `bytes` follow; 0 when there is none. */
  lastIndexWithBytesAfter(bytes: number): LogIndex {
    return this.#marks.findLast((mark) => this.#totalBytes - mark.totalBytes >= bytes)?.index ?? 0;
  }

  /** About the whole log. */
  get bytes(): number {
    return this.#totalBytes - this.#goneBytes;
  }
}
