/** Which workloads are measured. */
import type { OperationName, Workload } from '../generator/protocol.js';

export const allOperations: readonly OperationName[] = [
  'put',
  'range-linearizable',
  'range-serializable',
  'txn',
  'watch',
  'lease-keep-alive',
];

/** Those that depend on it at each number of clients; watchers and leases at the largest. */
export function workloads(
  clients: readonly number[],
  operations: readonly OperationName[],
): readonly Workload[] {
  const most = Math.max(...clients);
  return operations.flatMap((operation): readonly Workload[] => {
    switch (operation) {
      case 'put':
      case 'range-linearizable':
      case 'range-serializable':
      case 'txn':
        return clients.map((count) => ({ operation, clients: count }));
      case 'watch':
      case 'lease-keep-alive':
        return [{ operation, clients: most }];
    }
  });
}

/** Of each operation the one in the middle of its numbers of clients. */
export function oneOfEachOperation(of: readonly Workload[]): readonly Workload[] {
  return [...new Set(of.map(({ operation }) => operation))].map((operation) => {
    const same = of.filter((workload) => workload.operation === operation);
    return same[same.length >> 1]!;
  });
}
