/** Another program on this terminal, with more in its environment. */
import { spawn } from 'node:child_process';
import { UserError } from '../cluster/index.js';

/** Resolves with its exit code. */
export async function runWith(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  // The program gets the terminal's Ctrl-C itself; this process waits for what it makes of it.
  process.on('SIGINT', () => {});
  const child = spawn(program, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UserError(`${program} could not be run: ${error.message}`)));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
