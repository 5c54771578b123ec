/**
 * Entry of the process that runs the control loops: they are clients of the API like any other. Like a
 * member, it leaves the terminal's signals to the supervisor and ends with it.
 */
import { systemClock } from '../../platform/index.js';
import type { ControllersMessage } from './protocol.js';
import { runControlLoops } from './run.js';

/** Giving the Lease back takes one request; without an answer the Lease runs out by itself. */
const stopLimitMilliseconds = 3_000;

function main(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    systemClock({ unref: true }).setTimer(stopLimitMilliseconds, () => process.exit(1));
    void running.finally(() => process.exit(0));
  };
  process.on('disconnect', stop);
  process.on('message', (message: ControllersMessage) => {
    switch (message.type) {
      case 'start':
        running = runControlLoops(message.config, stopping.signal).catch((error: unknown) => {
          process.stderr.write(
            `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
          );
          process.exitCode = 1;
          if (!stopping.signal.aborted) process.exit(1);
        });
        break;
      case 'stop':
        stop();
        break;
    }
  });
  // A supervisor that died while this program was being loaded was heard by nobody.
  if (!process.connected) stop();
}

main();
