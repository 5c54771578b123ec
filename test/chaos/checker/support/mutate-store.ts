import type { HistoryCall, Operation } from '../../../../chaos/checker/index.js';
import type { Random } from '../../../../platform/index.js';

/** Changes one answer, one revision, one time or one outcome. */
export function mutate(operations: readonly Operation[], random: Random): readonly Operation[] {
  const index = random.integer(0, operations.length);
  const victim = operations[index];
  if (victim === undefined) return operations;
  const replace = (operation: Operation): readonly Operation[] => operations.with(index, operation);
  const { call, outcome } = victim;
  if (outcome.kind !== 'ok')
    return replace({ ...victim, invokedNanoseconds: victim.invokedNanoseconds + 15 });
  const value = random.integer(0, 6);
  const changed = (): HistoryCall => {
    switch (call.f) {
      case 'read':
        return { ...call, value: value === 0 ? null : value };
      case 'cas':
        return { ...call, expected: value };
      case 'txn':
        return {
          ...call,
          operations: call.operations.map((micro) => (micro.kind === 'read' ? { ...micro, value } : micro)),
        };
      case 'write':
      case 'append':
      case 'add':
        return call;
    }
  };
  switch (random.integer(0, 4)) {
    case 0:
      return replace({ ...victim, call: changed() });
    case 1: {
      const revision = Math.max(0, (outcome.revision ?? 0) + random.integer(-2, 3));
      return replace({ ...victim, outcome: { ...outcome, revision } });
    }
    case 2:
      return replace({ ...victim, outcome: { kind: 'failed', timeNanoseconds: outcome.timeNanoseconds } });
    default:
      return replace({ ...victim, outcome: { kind: 'unknown' } });
  }
}
