import { describe, expect, it } from 'vitest';
import { getPath } from '../../api/index.js';
import { type ApiClient, runLeaderElection } from '../../client/index.js';
import { seededRandom, silentLogger } from '../../platform/index.js';
import { type MemoryApi, memoryApi, objectPath } from './support/memory-api.js';
import { type VirtualClock, virtualClock } from './support/virtual-clock.js';

const leases = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace: 'kube-system' };

interface Candidate {
  readonly stop: AbortController;
  readonly done: Promise<void>;
  isLeading: boolean;
  terms: number;
}

function candidate(clock: VirtualClock, client: ApiClient, identity: string, seed: number): Candidate {
  const stop = new AbortController();
  const self: Candidate = {
    stop,
    isLeading: false,
    terms: 0,
    done: runLeaderElection({
      client,
      clock,
      random: seededRandom(seed),
      logger: silentLogger,
      namespace: 'kube-system',
      name: 'test',
      identity,
      signal: stop.signal,
      lead: (signal) => {
        self.isLeading = true;
        self.terms += 1;
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            self.isLeading = false;
            resolve();
          });
        });
      },
    }),
  };
  return self;
}

function holder(api: MemoryApi): unknown {
  return getPath(api.objects.get(objectPath(leases, 'test')), 'spec', 'holderIdentity');
}

describe('leader election', () => {
  it('makes one of two candidates the leader and keeps it', async () => {
    const api = memoryApi();
    const clock = virtualClock();
    const first = candidate(clock, api.client, 'first', 1);
    const second = candidate(clock, api.client, 'second', 2);
    for (let second_ = 0; second_ < 60; second_ += 1) {
      await clock.advance(1_000);
      expect(Number(first.isLeading) + Number(second.isLeading)).toBe(1);
    }
    expect(first.terms + second.terms).toBe(1);
    first.stop.abort();
    second.stop.abort();
    await Promise.all([first.done, second.done]);
  });

  it('gives the lease back at a stop, so that the other takes it within one try', async () => {
    const api = memoryApi();
    const clock = virtualClock();
    const first = candidate(clock, api.client, 'first', 1);
    await clock.advance(100);
    const second = candidate(clock, api.client, 'second', 2);
    await clock.advance(5_000);
    expect(holder(api)).toBe('first');
    first.stop.abort();
    await first.done;
    expect(holder(api)).toBe('');
    await clock.advance(2_500);
    expect(second.isLeading).toBe(true);
    expect(getPath(api.objects.get(objectPath(leases, 'test')), 'spec', 'leaseTransitions')).toBe(2);
    second.stop.abort();
    await second.done;
  });

  it('stops a leader that cannot renew before anybody else begins', async () => {
    const api = memoryApi();
    const clock = virtualClock();
    const wire = api.anotherClient();
    const first = candidate(clock, wire.client, 'first', 1);
    await clock.advance(100);
    const second = candidate(clock, api.client, 'second', 2);
    await clock.advance(3_000);
    expect(first.isLeading).toBe(true);
    wire.isCut = true;
    let gap = 0;
    for (let step = 0; step < 300; step += 1) {
      await clock.advance(100);
      expect(first.isLeading && second.isLeading).toBe(false);
      if (!first.isLeading && !second.isLeading) gap += 1;
    }
    expect(second.isLeading).toBe(true);
    expect(gap).toBeGreaterThan(0);
    wire.isCut = false;
    await clock.advance(30_000);
    expect(first.isLeading).toBe(false);
    first.stop.abort();
    second.stop.abort();
    await Promise.all([first.done, second.done]);
  });

  it('takes its own lease back at once after a restart under the same name', async () => {
    const api = memoryApi();
    const clock = virtualClock();
    const wire = api.anotherClient();
    const before = candidate(clock, wire.client, 'same', 1);
    await clock.advance(100);
    wire.isCut = true;
    before.stop.abort();
    await clock.advance(100);
    await before.done;
    expect(holder(api)).toBe('same');
    const after = candidate(clock, api.client, 'same', 2);
    await clock.advance(100);
    expect(after.isLeading).toBe(true);
    after.stop.abort();
    await after.done;
  });

  it('keeps the lease when somebody else only touched its labels', async () => {
    const api = memoryApi();
    const clock = virtualClock();
    const leader = candidate(clock, api.client, 'leader', 1);
    await clock.advance(100);
    const path = objectPath(leases, 'test');
    await api.client.update(leases, { ...api.objects.get(path)!, note: 'touched' });
    await clock.advance(20_000);
    expect(leader.isLeading).toBe(true);
    expect(leader.terms).toBe(1);
    leader.stop.abort();
    await leader.done;
  });

  it('refuses a deadline that would let two lead', async () => {
    const api = memoryApi();
    await expect(
      runLeaderElection({
        client: api.client,
        clock: virtualClock(),
        random: seededRandom(1),
        logger: silentLogger,
        namespace: 'kube-system',
        name: 'test',
        identity: 'x',
        leaseDurationMilliseconds: 5_000,
        renewDeadlineMilliseconds: 5_000,
        signal: new AbortController().signal,
        lead: () => Promise.resolve(),
      }),
    ).rejects.toThrow('shorter');
  });
});
