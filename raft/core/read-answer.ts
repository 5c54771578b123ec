/** The end of a read: told to its caller here or sent to the member that asked. */
import type { CoreState, ReadOrigin } from './state.js';
import type { LogIndex } from './types.js';

/** `index` undefined: refused, no leader. */
export function answerRead(state: CoreState, origin: ReadOrigin, index: LogIndex | undefined): void {
  switch (origin.kind) {
    case 'local':
      state.outbox.reads.push({
        id: origin.id,
        result: index === undefined ? { kind: 'refused', reason: 'no-leader' } : { kind: 'index', index },
      });
      return;
    case 'remote':
      state.send(origin.from, { type: 'read-response', requestId: origin.requestId, index });
      return;
  }
}
