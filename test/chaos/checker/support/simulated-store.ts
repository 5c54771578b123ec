/**
 * Clients of a store that does one transaction at a time, and the definition of what they may see, taken
 * literally: the unknown operations are put at every free revision, or nowhere, until everything fits.
 */
import type {
  HistoryCall,
  HistoryValue,
  MicroOperation,
  Operation,
  OperationOutcome,
} from '../../../../chaos/checker/index.js';
import type { Random } from '../../../../platform/index.js';

interface Cell {
  readonly value: HistoryValue;
  readonly modRevision: number;
}

interface StoreState {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly revision: number;
}

const emptyStore: StoreState = { cells: new Map(), revision: 0 };

export function microOperations(call: HistoryCall): readonly MicroOperation[] {
  switch (call.f) {
    case 'read':
      return [{ ...call, kind: 'read', value: call.value as HistoryValue }];
    case 'write':
      return [{ kind: 'write', key: call.key, value: call.value }];
    case 'cas':
      return [
        { kind: 'read', key: call.key, value: call.expected },
        { kind: 'write', key: call.key, value: call.next },
      ];
    case 'txn':
      return call.operations;
    case 'append':
    case 'add':
      throw new Error('the store has no lists');
  }
}

/** Does it at this revision; `answers` is what the reads found. */
function run(
  { cells, revision }: StoreState,
  operations: readonly MicroOperation[],
  next: number,
): { readonly state: StoreState; readonly answers: readonly MicroOperation[]; readonly changed: boolean } {
  const after = new Map(cells);
  let changed = false;
  const answers = operations.map((operation): MicroOperation => {
    const cell = after.get(operation.key);
    if (operation.kind === 'read') {
      return {
        kind: 'read',
        key: operation.key,
        value: cell?.value ?? null,
        ...(cell === undefined ? {} : { modRevision: cell.modRevision }),
      };
    }
    if (operation.value !== null) after.set(operation.key, { value: operation.value, modRevision: next });
    if (operation.value !== null || cell !== undefined) changed = true;
    if (operation.value === null) after.delete(operation.key);
    return operation;
  });
  return { state: changed ? { cells: after, revision: next } : { cells, revision }, answers, changed };
}

export interface SimulatedStoreOptions {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  readonly unknownShare: number;
  readonly deletes: boolean;
  readonly modRevisions: boolean;
  /** How many different values are written; absent: each write has its own. */
  readonly distinctValues?: number;
  readonly random: Random;
}

interface Running {
  readonly id: number;
  readonly process: number;
  readonly invokedNanoseconds: number;
  readonly call: HistoryCall;
  readonly fate: 'answered' | 'lost before' | 'lost after' | 'adrift';
  answer?: { readonly call: HistoryCall; readonly outcome: 'ok' | 'failed'; readonly revision: number };
}

export function simulatedStore(options: SimulatedStoreOptions): readonly Operation[] {
  const { random } = options;
  let state = emptyStore;
  let fresh = 0;
  let time = 0;
  let begun = 0;
  let processes = options.clients;
  const running: (Running | undefined)[] = Array.from({ length: options.clients }, () => undefined);
  const process = running.map((_, client) => client);
  const adrift: Running[] = [];
  const operations: Operation[] = [];

  const value = (): HistoryValue => {
    if (options.deletes && random.float() < 0.2) return null;
    fresh += 1;
    return options.distinctValues === undefined ? fresh : random.integer(1, options.distinctValues + 1);
  };
  const key = (): string => `k${random.integer(0, options.keys)}`;
  const draw = (): HistoryCall => {
    const kind = random.float();
    if (kind < 0.3) return { f: 'read', key: key(), value: null };
    if (kind < 0.5) return { f: 'write', key: key(), value: value() };
    if (kind < 0.65) {
      const some = key();
      const expected = random.float() < 0.8 ? (state.cells.get(some)?.value ?? null) : 1;
      return { f: 'cas', key: some, expected, next: value() };
    }
    return {
      f: 'txn',
      operations: Array.from({ length: random.integer(1, 4) }, () =>
        random.float() < 0.5
          ? { kind: 'read', key: key(), value: null }
          : { kind: 'write', key: key(), value: value() },
      ),
    };
  };
  const apply = (operation: Running): void => {
    const { call } = operation;
    if (call.f === 'cas' && (state.cells.get(call.key)?.value ?? null) !== call.expected) {
      operation.answer = { call, outcome: 'failed', revision: state.revision };
      return;
    }
    const done = run(state, microOperations(call), state.revision + 1 + random.integer(0, 2));
    state = done.state;
    const answers: readonly MicroOperation[] = options.modRevisions
      ? done.answers
      : done.answers.map((answer) =>
          answer.kind === 'read' ? { kind: answer.kind, key: answer.key, value: answer.value } : answer,
        );
    const [first] = answers;
    const answered: HistoryCall =
      call.f === 'txn'
        ? { ...call, operations: answers }
        : call.f === 'read' && first?.kind === 'read'
          ? {
              ...call,
              value: first.value,
              ...(first.modRevision === undefined ? {} : { modRevision: first.modRevision }),
            }
          : call;
    operation.answer = { call: answered, outcome: 'ok', revision: state.revision };
  };
  const end = (operation: Running, call: HistoryCall, outcome: OperationOutcome): void => {
    operations.push({
      id: operation.id,
      process: operation.process,
      invokedNanoseconds: operation.invokedNanoseconds,
      call,
      outcome,
    });
  };

  while (operations.length < options.operations) {
    time += 1 + random.integer(0, 3);
    if (adrift.length > 0 && random.float() < 0.1) {
      for (const late of adrift.splice(random.integer(0, adrift.length), 1)) apply(late);
    }
    const client = random.integer(0, options.clients);
    const operation = running[client];
    if (operation === undefined) {
      if (begun === options.operations) continue;
      const fates = ['lost before', 'lost after', 'adrift'] as const;
      running[client] = {
        id: begun,
        process: process[client] ?? client,
        invokedNanoseconds: time,
        call: draw(),
        fate: random.float() < options.unknownShare ? (fates[random.integer(0, 3)] ?? 'adrift') : 'answered',
      };
      begun += 1;
    } else if (operation.fate === 'answered' && operation.answer === undefined) apply(operation);
    else {
      running[client] = undefined;
      if (operation.answer !== undefined) {
        const { call, outcome, revision } = operation.answer;
        end(
          operation,
          call,
          outcome === 'ok'
            ? { kind: 'ok', timeNanoseconds: time, revision }
            : { kind: 'failed', timeNanoseconds: time },
        );
        continue;
      }
      if (operation.fate === 'lost after') apply(operation);
      if (operation.fate === 'adrift') adrift.push(operation);
      end(operation, operation.call, { kind: 'unknown', timeNanoseconds: time });
      process[client] = processes;
      processes += 1;
    }
  }
  return operations.sort((left, right) => left.id - right.id);
}

const revisionOf = ({ outcome }: Operation): number => (outcome.kind === 'ok' ? (outcome.revision ?? 0) : 0);
const endOf = ({ outcome }: Operation): number =>
  outcome.kind === 'ok' ? outcome.timeNanoseconds : Number.POSITIVE_INFINITY;

function sameAnswers(claimed: readonly MicroOperation[], found: readonly MicroOperation[]): boolean {
  return claimed.every((claim, index) => {
    const other = found[index];
    if (claim.kind !== 'read' || other?.kind !== 'read') return true;
    if (claim.value !== other.value) return false;
    return claim.modRevision === undefined || claim.value === null || claim.modRevision === other.modRevision;
  });
}

interface Placed {
  readonly operation: Operation;
  readonly revision: number;
}

/** Runs everything in the order of revisions, within one its maker first. Who changed something, if all fits. */
function explainAll(placed: readonly Placed[]): ReadonlySet<Operation> | undefined {
  const changed = new Set<Operation>();
  const puts = ({ operation }: Placed): boolean =>
    microOperations(operation.call).some((micro) => micro.kind === 'write' && micro.value !== null);
  const writes = ({ operation }: Placed): boolean =>
    microOperations(operation.call).some((micro) => micro.kind === 'write');
  const weight = (one: Placed): number => (puts(one) ? 0 : writes(one) ? 1 : 2);
  const inOrder = [...placed].sort(
    (left, right) => left.revision - right.revision || weight(left) - weight(right),
  );
  let state = emptyStore;
  for (const { operation, revision } of inOrder) {
    const micro = microOperations(operation.call);
    const done = run(state, micro, revision);
    if (done.changed && state.revision >= revision) return undefined;
    const unknownTxn = operation.outcome.kind === 'unknown' && operation.call.f !== 'cas';
    if (!unknownTxn && !sameAnswers(micro, done.answers)) return undefined;
    if (done.changed) changed.add(operation);
    state = done.state;
  }
  return changed;
}

function respectsTime(placed: readonly Placed[], changed: ReadonlySet<Operation>): boolean {
  return placed.every((later) =>
    placed.every((earlier) => {
      if (endOf(earlier.operation) >= later.operation.invokedNanoseconds) return true;
      return changed.has(later.operation)
        ? earlier.revision < later.revision
        : earlier.revision <= later.revision;
    }),
  );
}

function fits(placed: readonly Placed[]): boolean {
  const changed = explainAll(placed);
  return changed !== undefined && respectsTime(placed, changed);
}

/** For few unknown operations only: every place is tried. */
export function oracleSaysSerializable(operations: readonly Operation[]): boolean {
  const known = operations
    .filter(({ outcome }) => outcome.kind === 'ok')
    .map((operation) => ({ operation, revision: revisionOf(operation) }));
  const unknown = operations.filter(
    ({ outcome, call }) =>
      outcome.kind === 'unknown' && microOperations(call).some((micro) => micro.kind === 'write'),
  );
  const last = Math.max(0, ...known.map(({ revision }) => revision));
  const attempt = (placed: readonly Placed[], rest: readonly Operation[]): boolean => {
    const [operation, ...others] = rest;
    if (operation === undefined) return fits(placed);
    if (attempt(placed, others)) return true;
    for (let revision = 1; revision <= last; revision += 1) {
      if (attempt([...placed, { operation, revision }], others)) return true;
    }
    return false;
  };
  return attempt(known, unknown);
}
