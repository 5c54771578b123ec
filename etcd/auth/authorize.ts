/** Puts the guard before every method. */
import type { Call, MessageStream, ReplyStream } from '../grpc/call.js';
import type { Method } from '../grpc/service.js';
import type { Guard } from './guard.js';

export function authorize(methods: readonly Method[], guard: Guard): readonly Method[] {
  return methods.map((method): Method => {
    const { path } = method;
    switch (method.kind) {
      case 'unary':
        return {
          ...method,
          handle(request: unknown, call: Call) {
            const admitted = guard.admit(path, request, call);
            if (admitted === undefined) return method.handle(request, call);
            return admitted.then(() => method.handle(request, call));
          },
        };
      case 'server-stream':
        return {
          ...method,
          async handle(request: unknown, stream: ReplyStream<unknown>) {
            await guard.admit(path, request, stream);
            return method.handle(request, stream);
          },
        };
      case 'stream':
        // What each message needs is known when it has come: the service asks.
        return { ...method, handle: (stream: MessageStream<unknown, unknown>) => method.handle(stream) };
    }
  });
}
