/**
 * For commands that tear down what they started: aborted by the first signal of the terminal. Later ones change
 * nothing, as `npm` passes Ctrl-C on to a process that has it already, and a death half-way leaves processes behind.
 */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort());
  }
  return interrupted.signal;
}
