import { describe, expect, it } from 'vitest';
import { raftResultsText, ratiosOf } from '../../../bench/raft/report.js';
import type { RunResult } from '../../../bench/raft/run.js';

function run(layer: RunResult['layer'], perSecond: number, more: Partial<RunResult> = {}): RunResult {
  return {
    layer,
    payloadBytes: 256,
    inFlight: 64,
    batching: true,
    seconds: 1,
    entries: perSecond,
    errors: 0,
    perSecond,
    p50Milliseconds: 1.5,
    p99Milliseconds: 20,
    entriesPerWrite: 64,
    entriesPerMessage: 32.5,
    bytesPerEntry: 300,
    ...more,
  };
}

describe('the report of the log', () => {
  it('compares each layer with the one below, at the same payload and concurrency', () => {
    const runs = [
      run('core', 1_000),
      run('in-process', 100),
      run('processes', 50),
      run('core', 7, { inFlight: 2 }),
    ];
    expect(ratiosOf(runs).map(({ what, ratio }) => [what, ratio])).toEqual([
      ['three members in one process / core alone', 0.1],
      ['three processes / three members in one process', 0.5],
    ]);
  });

  it('tells what sharing and what proposing together bring', () => {
    const runs = [
      run('processes', 80),
      run('processes', 10, { inFlight: 1 }),
      run('processes', 20, { batching: false }),
    ];
    expect(ratiosOf(runs)).toEqual([
      {
        what: 'three processes: shared / one entry a write and a message',
        payloadBytes: 256,
        inFlight: 64,
        ratio: 4,
      },
      { what: 'three processes: 64 in flight / 1', payloadBytes: 256, inFlight: 64, ratio: 8 },
    ]);
  });

  it('leaves out a ratio to nothing', () => {
    expect(ratiosOf([run('core', 0), run('in-process', 5)])).toEqual([]);
  });

  it('shows rates, latencies and what shared a write and a message', () => {
    const text = raftResultsText({ runs: [run('processes', 1234, { payloadBytes: 4096 })], ratios: [] });
    expect(text).toMatch(/three processes +4 KiB +64 +1234 +1\.50 ms +20 ms +64\.0 +32\.5 +0$/m);
  });
});
