/** `kuorum bench compare`: reads two reports and says what changed. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../cluster/index.js';
import type { BenchDocument } from '../lab/document.js';
import type { Output } from '../progress.js';
import { DocumentError, readDocument } from '../report/index.js';
import { compareDocuments } from './compare-documents.js';
import { comparisonText, count } from './comparison-text.js';

export interface CompareOptions {
  /** Reports, or folders that hold a `report.json`: before and after. */
  readonly paths: readonly [before: string, after: string];
  /** Whether a change for the worse, or that nothing could be judged, is an outcome of its own. */
  readonly failOnRegression: boolean;
  /** Standard output by default. */
  readonly output?: Output;
}

/** `undecided`: a change was asked for, and no figure had rounds enough to judge it. */
export type CompareOutcome = 'clean' | 'regression' | 'undecided';

async function read(path: string): Promise<BenchDocument> {
  const file = await stat(path).then(
    (found) => (found.isDirectory() ? join(path, 'report.json') : path),
    () => path,
  );
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`);
  });
  try {
    return readDocument(content, path);
  } catch (error) {
    if (error instanceof DocumentError) throw new UserError(error.message);
    throw error;
  }
}

export async function runCompare({
  paths,
  failOnRegression,
  output,
}: CompareOptions): Promise<CompareOutcome> {
  const [before, after] = [await read(paths[0]), await read(paths[1])];
  const comparison = compareDocuments(before, after);
  (output ?? process.stdout).write(comparisonText(comparison));
  if (!failOnRegression) return 'clean';
  if (count(comparison.metrics, 'worse') > 0) return 'regression';
  return comparison.judged === 0 ? 'undecided' : 'clean';
}
