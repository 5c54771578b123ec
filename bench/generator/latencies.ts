/** Latencies as HDR histograms of microseconds, which add up over runs. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

export interface LatencySummary {
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maxMilliseconds: number;
}

export class Latencies {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.min(120_000_000, Math.max(1, Math.round(milliseconds * 1000))));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** What `encode` gave. */
  add(encoded: string): void {
    this.#histogram.add(decodeFromCompressedBase64(encoded));
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  percentileMilliseconds(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / 1000;
  }

  summary(): LatencySummary {
    return {
      p50Milliseconds: this.percentileMilliseconds(50),
      p99Milliseconds: this.percentileMilliseconds(99),
      maxMilliseconds: this.#histogram.maxValue / 1000,
    };
  }
}
