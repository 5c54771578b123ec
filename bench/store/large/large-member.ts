/** One member, a cluster by itself, on a folder with very many keys: its store is called without anything before it. */
import { mkdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Clock, levelDbDisk, type Random, silentLogger } from '../../../platform/index.js';
import {
  formatMemberFolder,
  type MemberStore,
  type Outcome,
  openMemberStore,
} from '../../../storage/index.js';
import { MemoryNetwork } from '../../raft/memory-network.js';
import type { LargeAnswer, LargeRequest } from './protocol.js';
import { type CallEnd, closedCalls, pause, steadyCalls } from './timed-calls.js';

const memberId = 1;
const name = 'm1';
const clusterId = 'bench';
const context = { caller: 'bench', timeoutMilliseconds: 60_000 };
export const VALUE_BYTES = 1024;
const KEYS_PER_TXN = 100;
const TXNS_AT_ONCE = 16;
const STALL_RESOLUTION_MILLISECONDS = 2;
const NANOSECONDS = 1e6;

const keyOf = (number: number): Uint8Array => Buffer.from(`/bench/${String(number).padStart(9, '0')}`);

function endOf(outcome: Outcome<unknown>): CallEnd {
  switch (outcome.kind) {
    case 'done':
      return undefined;
    case 'refused':
      return outcome.refusal.message;
    case 'unknown':
      return outcome.message;
  }
}

function check(outcome: Outcome<unknown>): void {
  const end = endOf(outcome);
  if (end !== undefined) throw new Error(end);
}

/** The longest that this process's event loop was late while `action` ran. */
async function watchingTheLoop<Value>(
  action: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly maxStallMilliseconds: number }> {
  const monitor = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MILLISECONDS });
  monitor.enable();
  const value = await action();
  monitor.disable();
  // What it records is the time between two looks.
  return {
    value,
    maxStallMilliseconds: Math.max(0, monitor.max / NANOSECONDS - STALL_RESOLUTION_MILLISECONDS),
  };
}

export class LargeMember {
  readonly #clock: Clock;
  readonly #random: Random;
  #member: MemberStore | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  async answer(request: LargeRequest): Promise<LargeAnswer> {
    const clock = this.#clock;
    switch (request.kind) {
      case 'open':
        return this.#open(request.folder, request.format);
      case 'load':
        await this.#load(request.from, request.count);
        return { kind: 'done' };
      case 'read': {
        const book = await closedCalls(clock, request, () => this.#read(request.keys));
        return { kind: 'calls', calls: book.calls() };
      }
      case 'steady': {
        const endAt = clock.monotonicMilliseconds() + request.seconds * 1000;
        const { value, maxStallMilliseconds } = await watchingTheLoop(() =>
          steadyCalls(
            clock,
            request.putsPerSecond,
            () => clock.monotonicMilliseconds() < endAt,
            () => this.#put(request.keys),
          ),
        );
        return { kind: 'stalled-calls', calls: value.stalledCalls(maxStallMilliseconds) };
      }
      case 'flood': {
        const { value, maxStallMilliseconds } = await watchingTheLoop(() =>
          closedCalls(clock, request, () => this.#put(request.keys)),
        );
        return { kind: 'stalled-calls', calls: value.stalledCalls(maxStallMilliseconds) };
      }
      case 'compact':
        return this.#compact(request.keys, request.putsPerSecond);
      case 'size':
        return { kind: 'size', databaseBytes: (await this.#opened.admin.status()).databaseBytes };
      case 'close':
        await this.close();
        return { kind: 'done' };
    }
  }

  get #opened(): MemberStore {
    if (this.#member === undefined) throw new Error('the member was not opened');
    return this.#member;
  }

  async #open(folder: string, format: boolean): Promise<LargeAnswer> {
    const clock = this.#clock;
    if (format) {
      await mkdir(folder, { recursive: true });
      await formatMemberFolder(
        levelDbDisk(folder),
        { clusterId, memberId, name },
        {
          voters: [memberId],
          votersOutgoing: [],
          learners: [],
          members: [{ id: memberId, name, peerAddress: '127.0.0.1:0' }],
        },
      );
    }
    const startedAt = clock.monotonicMilliseconds();
    this.#member = await openMemberStore({
      disk: levelDbDisk(folder),
      transport: new MemoryNetwork(clock).transport(memberId),
      clock,
      random: this.#random,
      logger: silentLogger,
      quotaBytes: 0,
    });
    // It elects itself and applies what its log has beyond its state before it answers.
    const read = await this.#member.store.range({ key: keyOf(0), consistency: 'linearizable' }, context);
    check(read);
    const milliseconds = clock.monotonicMilliseconds() - startedAt;
    return { kind: 'opened', milliseconds, revision: (await this.#member.store.status()).revision };
  }

  async #load(from: number, count: number): Promise<void> {
    let next = from;
    const end = from + count;
    const loop = async (): Promise<void> => {
      while (next < end) {
        const first = next;
        next = Math.min(end, first + KEYS_PER_TXN);
        const puts = Array.from({ length: next - first }, (_, offset) => ({
          type: 'put' as const,
          key: keyOf(first + offset),
          value: this.#random.bytes(VALUE_BYTES),
        }));
        check(await this.#opened.store.txn({ compare: [], then: puts, else: [] }, context));
      }
    };
    await Promise.all(Array.from({ length: TXNS_AT_ONCE }, loop));
  }

  async #read(keys: number): Promise<CallEnd> {
    const key = keyOf(this.#random.integer(0, keys));
    const outcome = await this.#opened.store.range({ key, consistency: 'local' }, context);
    if (outcome.kind !== 'done') return endOf(outcome);
    return outcome.value.items[0]?.value.length === VALUE_BYTES ? undefined : 'a key is not there';
  }

  async #put(keys: number): Promise<CallEnd> {
    const key = keyOf(this.#random.integer(0, keys));
    const value = this.#random.bytes(VALUE_BYTES);
    const then = [{ type: 'put' as const, key, value }];
    return endOf(await this.#opened.store.txn({ compare: [], then, else: [] }, context));
  }

  async #compact(keys: number, putsPerSecond: number): Promise<LargeAnswer> {
    const { store, admin } = this.#opened;
    const { revision, compactRevision } = await store.status();
    let working = true;
    const startedAt = this.#clock.monotonicMilliseconds();
    let seconds = 0;
    const work = async (): Promise<void> => {
      try {
        check(await store.compact(revision, context));
        await pause(this.#clock, 1);
        check(await admin.defragment({ ...context, timeoutMilliseconds: 600_000 }));
        seconds = (this.#clock.monotonicMilliseconds() - startedAt) / 1000;
      } finally {
        working = false;
      }
    };
    const { value, maxStallMilliseconds } = await watchingTheLoop(async () => {
      const [book] = await Promise.all([
        steadyCalls(
          this.#clock,
          putsPerSecond,
          () => working,
          () => this.#put(keys),
        ),
        work(),
      ]);
      return book;
    });
    return {
      kind: 'compacted',
      result: {
        revisionsForgotten: revision - compactRevision,
        seconds,
        maxStallMilliseconds,
        puts: value.calls(),
      },
    };
  }

  async close(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    await member?.close();
  }
}
