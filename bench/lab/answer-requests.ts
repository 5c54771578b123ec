/** The child's end of the pipe to the benchmark: one request after the other, and the end when the pipe is gone. */

export interface Answering<Request, Answer> {
  readonly answer: (request: Request) => Promise<Answer>;
  readonly failed: (message: string) => Answer;
  /** true: it was about what is being answered now, and is dealt with; it gets no answer of its own. */
  readonly interrupt?: (request: Request) => boolean;
  /** Called once, when the benchmark is gone; the process ends after it. */
  readonly end: () => Promise<void>;
}

export function answerRequests<Request, Answer>({
  answer,
  failed,
  interrupt,
  end,
}: Answering<Request, Answer>): void {
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (request: Request) => {
    if (interrupt?.(request) === true) return;
    turn = turn
      .then(() => answer(request))
      .catch((error: unknown) =>
        failed(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      )
      .then((said) => {
        // A benchmark that has just gone is told by `disconnect`.
        if (process.connected) process.send?.(said, () => {});
      });
  });
  // Ctrl-C reaches the whole foreground group; the benchmark decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => {
    void end().finally(() => process.exit(0));
  });
}
