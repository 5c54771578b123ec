import { describe, expect, it } from 'vitest';
import { workloads } from '../../../bench/store/workloads.js';

describe('the plan', () => {
  it('has calls at each number of clients, watchers and leases at the largest', () => {
    expect(workloads([1, 100], ['put', 'watch', 'lease-keep-alive'])).toEqual([
      { operation: 'put', clients: 1 },
      { operation: 'put', clients: 100 },
      { operation: 'watch', clients: 100 },
      { operation: 'lease-keep-alive', clients: 100 },
    ]);
  });
});
