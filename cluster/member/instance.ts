/** One life of a member, as its supervisor holds it: a process of its own, or a part of this one. */
import type { MemberReport, SupervisorMessage } from './protocol.js';

export interface MemberEvents {
  onPeerListening(port: number): void;
  onApiListening(port: number): void;
  /** Exactly once, when nothing of it is left. `userMessage`: why it refused to run, for the user to mend. */
  onExit(exit: { readonly reason: string; readonly userMessage: string | undefined }): void;
}

export interface MemberInstance {
  /** undefined for a process that could not be started. */
  readonly pid: number | undefined;
  send(message: Exclude<SupervisorMessage, { type: 'status' | 'stop' }>): void;
  /** undefined when it does not answer in time. */
  report(timeoutMilliseconds: number): Promise<MemberReport | undefined>;
  /** Asks it to end; `onExit` follows. */
  stop(): void;
  /** Ends it at once, without a farewell. */
  kill(): void;
  /** Throws a UserError where that is impossible. */
  pause(): void;
  resume(): void;
}

export type LaunchMember = (name: string, events: MemberEvents) => MemberInstance;
