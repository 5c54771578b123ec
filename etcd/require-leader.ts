/**
 * What surrounds every method: a client that insists on a leader (`hasleader: true`) is refused, and its streams are
 * ended, where this member knows none; a learner answers little; and all streams end when the server does.
 */
import { etcdError } from './errors.js';
import type { Call, MessageStream, ReplyStream } from './grpc/call.js';
import type { Method } from './grpc/service.js';
import { checkLearner } from './learners.js';
import type { MemberFacts } from './member-facts.js';

export interface Interruptions {
  readonly facts: MemberFacts;
  /** Called when the server closes; returns how to stop listening. */
  readonly onClosing: (listener: () => void) => () => void;
}

function insists(call: Call): boolean {
  return call.header('hasleader') === 'true';
}

/** Rejects when the stream may not go on; resolves and rejects with it otherwise. */
function interruptible(
  { facts, onClosing }: Interruptions,
  call: Call,
  run: () => Promise<void>,
): Promise<void> {
  if (!insists(call)) return withListeners(run, [(reject) => onClosing(() => reject(etcdError('stopped')))]);
  if (!facts.hasLeader) return Promise.reject(etcdError('noLeader'));
  return withListeners(run, [
    (reject) => onClosing(() => reject(etcdError('stopped'))),
    (reject) => facts.onLeaderLost(() => reject(etcdError('noLeader'))),
  ]);
}

type Listen = (reject: (error: Error) => void) => () => void;

function withListeners(run: () => Promise<void>, listens: readonly Listen[]): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const stops = listens.map((listen) => listen(reject));
    run()
      .then(resolve, reject)
      .finally(() => {
        for (const stop of stops) stop();
      });
  });
}

export function surround(methods: readonly Method[], interruptions: Interruptions): readonly Method[] {
  const { facts } = interruptions;
  return methods.map((method): Method => {
    switch (method.kind) {
      case 'unary':
        return {
          ...method,
          handle(request: unknown, call: Call) {
            checkLearner(facts, method.path, request);
            if (insists(call) && !facts.hasLeader) throw etcdError('noLeader');
            return method.handle(request, call);
          },
        };
      case 'server-stream':
        return {
          ...method,
          handle: (request: unknown, stream: ReplyStream<unknown>) =>
            interruptible(interruptions, stream, async () => {
              checkLearner(facts, method.path, request);
              await method.handle(request, stream);
            }),
        };
      case 'stream':
        return {
          ...method,
          handle: (stream: MessageStream<unknown, unknown>) =>
            interruptible(interruptions, stream, async () => {
              checkLearner(facts, method.path, undefined);
              await method.handle(stream);
            }),
        };
    }
  });
}
