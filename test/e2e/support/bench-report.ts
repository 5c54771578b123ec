/** The report that a benchmark left behind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchDocument, Measurement } from '../../../bench/lab/document.js';

/** @param folder what `--out` said */
export async function benchReport(folder: string): Promise<BenchDocument> {
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as BenchDocument;
}

/** Throws when it is not there. */
export function metricValue({ id, metrics }: Measurement, name: string): number {
  const metric = metrics.find((each) => each.name === name);
  if (metric === undefined) throw new Error(`${id} has no ${name}`);
  return metric.value;
}
