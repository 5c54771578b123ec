/** `kuorum check FILE`: is this history linearizable? */
import { readFile } from 'node:fs/promises';
import type { HistoryModel, Verdict } from '../../chaos/index.js';
import { UserError } from '../../cluster/index.js';

export interface CheckOptions {
  readonly model?: HistoryModel;
}

const exitCodes: Readonly<Record<Verdict['kind'], number>> = { linearizable: 0, violation: 1, undecided: 3 };

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

export async function check(file: string, options: CheckOptions): Promise<void> {
  const text = await read(file);
  const { checkHistory, HistoryError, modelFor, parseHistory, verdictText } = await import(
    '../../chaos/index.js'
  );
  try {
    const events = parseHistory(text);
    const model = options.model ?? modelFor(events);
    const verdict = checkHistory(events, model);
    process.stdout.write(`model ${model}, ${verdictText(verdict)}\n`);
    process.exitCode = exitCodes[verdict.kind];
  } catch (error) {
    if (error instanceof HistoryError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}
