/**
 * The exit codes of commands that judge something, so that a script can tell "it is broken" from "nobody knows".
 * Other commands know 0 and 1 only.
 */
import { type Command, type CommanderError } from 'commander';

export type Judged = 'clean' | 'violation' | 'undecided';

const exitCodes: Readonly<Record<Judged, number>> = { clean: 0, violation: 1, undecided: 3 };
/** Bad usage, what cannot be read or started, an interruption, a defect. */
const notJudged = 2;

export const exitCodesHelp =
  '\nExit code: 0 clean, 1 violation, 2 not judged (bad usage, an error, an interruption), 3 undecided.';

/** Until it is judged, an end of the process by whatever error is "not judged". */
export async function judging(judge: () => Promise<Judged>): Promise<void> {
  process.exitCode = notJudged;
  process.exitCode = exitCodes[await judge()];
}

/** Says so in the help, and makes what the command line itself refuses "not judged" too. */
export function judgingCommand(command: Command): Command {
  return command
    .addHelpText('after', exitCodesHelp)
    .exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : notJudged));
}
