/**
 * A member inside this process, for tests that want no processes: the same core and the same APIs, on
 * this thread. `kill` cannot be abrupt here: it closes without answering, and what was promised is on disk
 * all the same.
 */
import {
  type Clock,
  createLogger,
  type DiskFault,
  type FaultyClock,
  type LinkFaults,
  type Random,
  withClockFaults,
} from '../../platform/index.js';
import { openLogFile } from '../log-file.js';
import { isUserError, UserError } from '../user-error.js';
import { type ApiHost, startApiHost } from './api-host.js';
import type { LaunchMember, MemberEvents, MemberExit, MemberInstance } from './instance.js';
import { lastingReason } from './lasting-refusal.js';
import { type MemberCore, startMemberCore } from './member-core.js';
import { PeerAddresses } from './peer-addresses.js';
import type { MemberConfig, PeerAddress } from './protocol.js';

export interface InProcessOptions {
  readonly clock: Clock;
  readonly random: Random;
}

const stopGraceMilliseconds = 500;

class InProcessMember implements MemberInstance {
  readonly pid = process.pid;
  readonly #options: InProcessOptions;
  readonly #events: MemberEvents;
  readonly #clock: FaultyClock;
  #core: MemberCore | undefined;
  #server: ApiHost | undefined;
  #peers: readonly PeerAddress[] | undefined;
  readonly #addresses = new PeerAddresses();
  #linkFaults: LinkFaults | undefined;
  /** `undefined` in it: the disk was set right. */
  #diskFault: { readonly fault: DiskFault | undefined } | undefined;
  #starting: Promise<void> = Promise.resolve();
  #ending = false;
  #closeLog: () => void = () => {};

  constructor(options: InProcessOptions, events: MemberEvents) {
    this.#options = options;
    this.#clock = withClockFaults(options.clock);
    this.#events = events;
  }

  send(message: Parameters<MemberInstance['send']>[0]): void {
    switch (message.type) {
      case 'start':
        this.#starting = this.#start(message.config).catch((error: unknown) => this.#fail(error));
        break;
      case 'peers':
        this.#peers = message.peers;
        this.#addresses.set(message.peers);
        this.#core?.setPeers(message.peers);
        break;
      case 'link-faults':
        this.#linkFaults = message.faults;
        this.#core?.setLinkFaults(message.faults);
        break;
      case 'clock-fault':
        this.#clock.setClockFault(message.fault);
        break;
      case 'disk-fault':
        this.#diskFault = message;
        this.#core?.setDiskFault(message.fault);
        break;
    }
  }

  async #start(config: MemberConfig): Promise<void> {
    const { random } = this.#options;
    const clock = this.#clock;
    clock.setClockFault(config.clockFault);
    const destination = openLogFile(config.logPath);
    this.#closeLog = () => destination.close();
    const logger = createLogger({ level: config.logLevel, name: config.name, destination });
    const core = await startMemberCore({
      config,
      clock,
      random,
      logger,
      onMembership: (membership) => this.#events.onMembership(membership),
      onEnded: (refusal) => void this.#starting.then(() => this.#fail(refusal)),
    });
    this.#core = core;
    this.#events.onPeerListening(core.peerPort);
    // Said while the core was not there yet to hear it.
    if (this.#linkFaults !== undefined) core.setLinkFaults(this.#linkFaults);
    if (this.#diskFault !== undefined) core.setDiskFault(this.#diskFault.fault);
    if (this.#peers !== undefined) core.setPeers(this.#peers);
    this.#server = await startApiHost({
      config,
      store: core.store,
      admin: core.admin,
      addresses: this.#addresses,
      orders: {
        give: (order, { timeoutMilliseconds }) => this.#events.onOrder(order, timeoutMilliseconds),
      },
      clock,
      random,
      logger,
    });
    this.#events.onApiListening(this.#server.apiPort, this.#server.clientPort);
  }

  #fail(error: unknown): void {
    void this.#end(0, {
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      userMessage: isUserError(error) ? error.message : undefined,
      lasting: lastingReason(error),
    });
  }

  async #end(graceMilliseconds: number, exit: MemberExit): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    try {
      await this.#server?.close({ graceMilliseconds });
      await this.#core?.close();
    } finally {
      this.#core = undefined;
      this.#closeLog();
      this.#events.onExit(exit);
    }
  }

  async report(): ReturnType<MemberInstance['report']> {
    return this.#core?.report().catch(() => undefined);
  }

  async call(...call: Parameters<MemberInstance['call']>): ReturnType<MemberInstance['call']> {
    return this.#core?.call(...call);
  }

  async writeSnapshot(
    ...[order]: Parameters<MemberInstance['writeSnapshot']>
  ): ReturnType<MemberInstance['writeSnapshot']> {
    return this.#core?.writeSnapshot(order);
  }

  #endAfterStart(graceMilliseconds: number, reason: string): void {
    void this.#starting.then(() =>
      this.#end(graceMilliseconds, { reason, userMessage: undefined, lasting: undefined }),
    );
  }

  stop(): void {
    this.#endAfterStart(stopGraceMilliseconds, 'stopped');
  }

  kill(): void {
    this.#endAfterStart(0, 'killed');
  }

  pause(): void {
    throw new UserError(
      'a member in this process cannot be paused: start the cluster with a process a member',
    );
  }

  resume(): void {
    // Nothing is ever paused here.
  }
}

export function launchMemberInProcess(options: InProcessOptions): LaunchMember {
  return (_name, events) => new InProcessMember(options, events);
}
