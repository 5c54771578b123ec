/** One call as a handler sees it, whatever carries it. */
import type { KeyRange } from '../../storage/index.js';
import type { Init } from '../proto/codec.js';

/** Who called, as the TLS layer verified it. */
export interface Peer {
  readonly commonName: string;
}

/** What a call may do, as it was judged before it was handled. */
export interface Permit {
  /** The users and roles that it was judged by. */
  readonly authRevision: number;
  /** Whose right to the keys of leases has still to be judged; undefined: nobody's. */
  readonly user: string | undefined;
  mayRead(range: KeyRange): boolean;
  /** Users and roles have changed: judges again by the newer ones. Rejects with what the client is to be told. */
  renew(): Promise<void>;
}

export interface Call {
  readonly peer: Peer;
  /** Given before the method is handled; absent: nobody judged it, and nothing is compared. */
  permit?: Permit | undefined;
  /** The first value of a header; names in lower case. */
  header(name: string): string | undefined;
  /** What is left of the time that the client gives itself; undefined: no limit. */
  remainingMilliseconds(): number | undefined;
  /** The client has gone, or called it off. */
  readonly cancelled: boolean;
  /** At once when it has been cancelled already. */
  onCancel(listener: () => void): void;
}

export interface ReplyStream<Response> extends Call {
  /**
   * Resolves once the message is on its way or among the few that may wait in this process: waiting for it is what
   * keeps a slow reader from filling our memory. Those who wait are served in turn. Rejects when the call is over.
   */
  send(message: Init<Response>): Promise<void>;
}

export interface MessageStream<Request, Response> extends ReplyStream<Response> {
  /** The next message; undefined when the client has said all. Rejects when the call is over or a message is broken. */
  receive(): Promise<Request | undefined>;
}
