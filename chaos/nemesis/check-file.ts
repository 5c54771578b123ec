/** A history that was written down, checked again: another day, or after somebody else wrote it. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../../cluster/index.js';
import { HistoryError, type Operation, pairOperations, parseHistory } from '../checker/index.js';
import { checkHistory } from './check-history.js';
import type { Judgement } from './judge.js';

export interface HistoryFileResult {
  readonly verdict: Judgement['verdict'];
  /** For people. */
  readonly text: string;
}

async function readOperations(path: string): Promise<readonly Operation[]> {
  try {
    return pairOperations(parseHistory(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof HistoryError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** Only what a history can show: watches and members are not in it. @throws UserError */
export async function checkHistoryFile(path: string): Promise<HistoryFileResult> {
  const operations = await readOperations(path);
  const { keys, violations, undecided } = checkHistory(operations);
  const lines = [`${operations.length} operations on ${keys} keys`];
  for (const { title, text } of violations) lines.push('', title, text);
  for (const question of undecided) lines.push('', `undecided: ${question}`);
  const verdict = violations.length > 0 ? 'violation' : undecided.length > 0 ? 'undecided' : 'clean';
  const last = { clean: 'clean: linearizable', violation: 'VIOLATION', undecided: 'undecided' }[verdict];
  return { verdict, text: `${lines.join('\n')}\n\n${last}\n` };
}
