/** A state machine that remembers its commands. */

import { decodeConfiguration } from '../../../raft/core/configuration.js';
import type { Configuration, Entry } from '../../../raft/core/types.js';
import type { SnapshotSource, StateMachine } from '../../../raft/state-machine.js';
import { untext } from './cluster.js';

export class MemoryState implements StateMachine {
  commands: string[] = [];
  appliedIndex = 0;
  failure: Error | undefined;
  installed = 0;
  /** Nothing is applied to it until it is replaced. */
  awaitsSnapshot = false;
  /** What applying, and installing a snapshot, wait for. */
  applyGate: Promise<void> | undefined;
  installGate: Promise<void> | undefined;
  #term = 0;
  #timeMilliseconds = 0;
  #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  async apply(entries: readonly Entry[]): Promise<void> {
    await this.applyGate;
    if (this.failure !== undefined) throw this.failure;
    for (const entry of entries) {
      if (this.awaitsSnapshot) return;
      if (entry.index !== this.appliedIndex + 1)
        throw new Error(`applied ${entry.index} after ${this.appliedIndex}`);
      if (entry.kind === 'command') this.commands.push(untext(entry.data));
      if (entry.kind === 'configuration') this.#configuration = decodeConfiguration(entry.data);
      this.appliedIndex = entry.index;
      this.#term = entry.term;
      this.#timeMilliseconds = entry.timeMilliseconds;
    }
  }

  durableIndex(): number {
    return this.appliedIndex;
  }

  openSnapshot(): Promise<SnapshotSource> {
    const metadata = {
      index: this.appliedIndex,
      term: this.#term,
      timeMilliseconds: this.#timeMilliseconds,
      configuration: this.#configuration,
    };
    const bytes = new TextEncoder().encode(JSON.stringify(this.commands));
    return Promise.resolve({
      metadata,
      async *chunks() {
        for (let at = 0; at < bytes.length; at += 64) yield bytes.subarray(at, at + 64);
      },
      close: () => Promise.resolve(),
    });
  }

  async installSnapshot(
    metadata: Awaited<ReturnType<StateMachine['openSnapshot']>>['metadata'],
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    await this.installGate;
    this.commands = JSON.parse(Buffer.concat(parts).toString()) as string[];
    this.appliedIndex = metadata.index;
    this.#term = metadata.term;
    this.#timeMilliseconds = metadata.timeMilliseconds;
    this.#configuration = metadata.configuration;
    this.installed += 1;
    this.awaitsSnapshot = false;
  }
}
