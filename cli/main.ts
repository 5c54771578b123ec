/** Entry of the command line: whatever is the user's to mend is one line, anything else is a defect and says so. */
import { isUserError } from '../cluster/index.js';
import { createProgram } from './program.js';

/** A terminal that was closed, or a reader that left, must not keep a cluster from stopping cleanly. */
function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

export async function main(words: readonly string[]): Promise<void> {
  outliveOutput();
  try {
    await createProgram().parseAsync([...words]);
  } catch (error) {
    if (isUserError(error)) process.stderr.write(`kuorum: ${error.message}\n`);
    else {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`kuorum: this is a defect, please report it: ${text}\n`);
    }
    // Commands that judge say themselves what it means that they did not.
    process.exitCode ??= 1;
  }
}
