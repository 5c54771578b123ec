/** Latencies by percentile out of a measurement's histogram. */
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** @returns undefined when it is none */
export function decodedHistogram(text: string): Histogram | undefined {
  try {
    return decodeFromCompressedBase64(text);
  } catch {
    return undefined;
  }
}
