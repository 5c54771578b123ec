/**
 * Structured logging as a dependency. One line of JSON an event, to a stream that the composition chooses.
 * Secrets (keys, tokens, Secret values, request bodies) are never passed to it.
 */
import { pino } from 'pino';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Anything with a `write`: a file descriptor's stream, standard output, a test's buffer. */
export interface LogDestination {
  write(line: string): void;
}

function wrap(base: ReturnType<typeof pino>): Logger {
  return {
    debug: (message, fields) => base.debug(fields ?? {}, message),
    info: (message, fields) => base.info(fields ?? {}, message),
    warn: (message, fields) => base.warn(fields ?? {}, message),
    error: (message, fields) => base.error(fields ?? {}, message),
    with: (fields) => wrap(base.child(fields)),
  };
}

export function createLogger(options: {
  readonly level: LogLevel;
  readonly destination: LogDestination;
  readonly name: string;
}): Logger {
  return wrap(
    pino(
      {
        level: options.level,
        base: { name: options.name },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      options.destination,
    ),
  );
}

/** Discards everything. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLogger,
};
