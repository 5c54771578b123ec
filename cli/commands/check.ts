/** `kuorum check FILE`: is this history linearizable? */
import { readFile } from 'node:fs/promises';
import type { HistoryModel } from '../../chaos/index.js';
import { UserError } from '../../cluster/index.js';
import type { Judged } from '../judging.js';

export interface CheckOptions {
  readonly model?: HistoryModel;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function modelsText(models: readonly HistoryModel[]): string {
  if (models.length === 0) return '';
  return `${models.length === 1 ? 'model' : 'models'} ${models.join(', ')}, `;
}

export async function check(file: string, options: CheckOptions): Promise<Judged> {
  const text = await read(file);
  const { checkHistory, HistoryError, pairOperations, parseHistory, verdictText } = await import(
    '../../chaos/index.js'
  );
  try {
    const { models, verdict } = checkHistory(pairOperations(parseHistory(text)), options.model);
    process.stdout.write(`${modelsText(models)}${verdictText(verdict)}\n`);
    return verdict.kind === 'linearizable' ? 'clean' : verdict.kind;
  } catch (error) {
    if (error instanceof HistoryError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}
