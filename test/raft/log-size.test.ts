import { describe, expect, it } from 'vitest';
import { LogSize } from '../../raft/log-size.js';

describe('the size of the log', () => {
  it('counts what follows the last compaction, also when nothing is left', () => {
    const size = new LogSize();
    for (let index = 1; index <= 640; index += 1) size.appended(index, 1000);
    expect(size.bytes).toBe(640_000);
    size.compacted(320);
    expect(size.bytes).toBe(320_000);
    size.compacted(Number.MAX_SAFE_INTEGER);
    expect(size.bytes).toBe(0);
    size.appended(641, 1000);
    expect(size.bytes).toBe(1000);
  });
});
