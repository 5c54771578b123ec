/**
 * An error that is the user's to mend: its message is one clear line that says what is wrong and what to do.
 * The command line prints it without a stack trace; a library caller gets it as it is.
 */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
  }
}

/** By name, not by class: each bundled file carries its own copy of the class. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && error.name === 'UserError';
}
