/**
 * A Raft member alone in its cluster, as small as can be: what is proposed is made durable in the log, then
 * applied. It runs no election and has no peers, so that tests of the store see the store.
 */
import {
  type Entry,
  type LogStorage,
  type ProposeResult,
  RaftCounters,
  type RaftNode,
  type RaftNodeOptions,
  type RaftStatistics,
  type RaftStatus,
  type StateMachine,
} from '../../../raft/index.js';

class SingleMember implements RaftNode {
  readonly #options: RaftNodeOptions;
  readonly #log: LogStorage;
  readonly #machine: StateMachine;
  #term = 1;
  #lastIndex = 0;
  #timeMilliseconds = 0;
  #configuration: RaftStatus['configuration'] = { voters: [], votersOutgoing: [], learners: [], members: [] };
  #condition: RaftStatus['condition'] = 'intact';
  #waiting: { readonly entry: Entry }[] = [];
  #working: Promise<void> | undefined;
  #failure: string | undefined;
  #stopped = false;

  constructor(options: RaftNodeOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#machine = options.stateMachine;
  }

  async start(): Promise<void> {
    const loaded = await this.#log.load();
    this.#configuration = loaded.snapshot.configuration;
    this.#condition = loaded.condition.kind;
    this.#lastIndex = loaded.lastIndex;
    this.#timeMilliseconds = loaded.snapshot.timeMilliseconds;
    this.#term = loaded.hardState.term + 1;
    await this.#log.append({
      entries: [],
      hardState: { term: this.#term, votedFor: this.#options.id, commitIndex: loaded.hardState.commitIndex },
    });
    for (let index = this.#machine.appliedIndex + 1; index <= loaded.lastIndex; ) {
      const entries = await this.#log.entries(index, loaded.lastIndex + 1, 1024 * 1024);
      await this.#machine.apply(entries);
      index += entries.length;
      this.#timeMilliseconds = entries.at(-1)!.timeMilliseconds;
    }
    this.#append('empty', new Uint8Array(0));
    await this.#working;
  }

  logTimeMilliseconds(): number {
    return Math.max(this.#timeMilliseconds, Math.floor(this.#options.clock.monotonicMilliseconds()));
  }

  #append(kind: Entry['kind'], data: Uint8Array): Entry {
    this.#lastIndex += 1;
    this.#timeMilliseconds = this.logTimeMilliseconds();
    const entry: Entry = {
      index: this.#lastIndex,
      term: this.#term,
      timeMilliseconds: this.#timeMilliseconds,
      kind,
      data,
    };
    this.#waiting.push({ entry });
    this.#working ??= this.#work();
    return entry;
  }

  async #work(): Promise<void> {
    // What arrives in this turn goes into one batch.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        const entries = this.#waiting.map(({ entry }) => entry);
        this.#waiting = [];
        await this.#log.append({ entries });
        await this.#machine.apply(entries);
      }
    } catch (error) {
      this.#failure = String(error);
    } finally {
      this.#working = undefined;
    }
  }

  async propose(command: Uint8Array): Promise<ProposeResult> {
    if (this.#stopped || this.#failure !== undefined) return { kind: 'refused', reason: 'stopping' };
    const entry = this.#append('command', command);
    return { kind: 'appended', index: entry.index, term: entry.term };
  }

  async readIndex(): ReturnType<RaftNode['readIndex']> {
    if (this.#stopped) return { kind: 'refused', reason: 'stopping' };
    return { kind: 'index', index: this.#machine.appliedIndex };
  }

  async sendSnapshot(): Promise<boolean> {
    return false;
  }

  async transferLeadership(): ReturnType<RaftNode['transferLeadership']> {
    return 'refused';
  }

  async changeMembership(): ReturnType<RaftNode['changeMembership']> {
    return { kind: 'refused', reason: 'not-leader', message: 'a member on its own has no changes' };
  }

  /** Nobody who tests with this one looks at how much work it was. */
  statistics(): RaftStatistics {
    return new RaftCounters().statistics;
  }

  status(): RaftStatus {
    return {
      id: this.#options.id,
      role: 'leader',
      term: this.#term,
      leaderId: this.#options.id,
      commitIndex: this.#lastIndex,
      appliedIndex: this.#machine.appliedIndex,
      firstIndex: 1,
      lastIndex: this.#lastIndex,
      durableIndex: this.#lastIndex,
      configuration: this.#configuration,
      condition: this.#condition,
      hasQuorum: true,
      failure: this.#failure,
      peers: [],
    };
  }

  onStatusChange(): () => void {
    return () => {};
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }
}

export function createSingleMemberRaft(options: RaftNodeOptions): RaftNode {
  return new SingleMember(options);
}

/** A transport with nobody at the other end. */
export const nowhereTransport = {
  start: async () => {},
  send: () => {},
  sendSnapshot: async () => {
    throw new Error('nobody is there');
  },
  setPeers: () => {},
  lastHeardMilliseconds: () => undefined,
  stop: async () => {},
};
