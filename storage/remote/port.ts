/**
 * How the store crosses a thread. All messages of one turn travel as one buffer, which is handed over and not
 * copied: a structured clone of a view on a pooled Buffer would copy the whole pool.
 */
import { Packr } from 'msgpackr';
import type { CallContext } from '../store.js';

/** What the remote store needs of a message port: `MessagePort` of node:worker_threads has it. */
export interface StorePort {
  postMessage(value: unknown, transferList?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  close(): void;
}

export type StoreMethod =
  | 'txn'
  | 'range'
  | 'leaseGrant'
  | 'leaseRevoke'
  | 'leaseKeepAlive'
  | 'leaseTimeToLive'
  | 'leases'
  | 'compact'
  | 'catchUp';
export type PlainMethod =
  | 'store.status'
  | 'admin.status'
  | 'admin.statistics'
  | 'admin.members'
  | 'admin.membership'
  | 'admin.alarms'
  | 'admin.hash'
  | 'admin.health'
  | 'admin.authState';
export type AdminMethod =
  | 'admin.changeMembers'
  | 'admin.moveLeader'
  | 'admin.defragment'
  | 'admin.raiseAlarm'
  | 'admin.disarm'
  | 'admin.hashKv'
  | 'admin.changeAuth';

/** From the client to the server. */
export type Request =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: StoreMethod | AdminMethod;
      readonly argument: unknown;
      readonly context: CallContext;
    }
  | {
      readonly kind: 'plain';
      readonly id: number;
      readonly method: PlainMethod;
      readonly argument?: unknown;
    }
  | { readonly kind: 'watch'; readonly id: number; readonly request: unknown }
  | { readonly kind: 'snapshot'; readonly id: number }
  /** Credit for one step of a watch or a snapshot. */
  | { readonly kind: 'next'; readonly id: number }
  | { readonly kind: 'request-progress'; readonly id: number }
  | { readonly kind: 'cancel'; readonly id: number };

/** From the server to the client. */
export type Answer =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly message: string }
  | { readonly kind: 'step'; readonly id: number; readonly step: unknown };

// Both ends are this very code in one process, so records may be written inline; nothing is stored.
const packr = new Packr({
  useRecords: false,
  int64AsType: 'number',
  moreTypes: false,
  encodeUndefinedAsNil: false,
});

/** Only plain data: objects with string keys, arrays, bytes, numbers, strings, booleans, null. */
export function packMessages(messages: readonly unknown[]): ArrayBuffer {
  const packed = packr.pack(messages);
  const own = new ArrayBuffer(packed.length);
  new Uint8Array(own).set(packed);
  return own;
}

/** Byte strings inside are views of the one buffer that came. */
export function unpackMessages(value: unknown): readonly unknown[] {
  if (!(value instanceof ArrayBuffer)) throw new TypeError('not a message of the store');
  const messages: unknown = packr.unpack(new Uint8Array(value));
  if (!Array.isArray(messages)) throw new TypeError('not a message of the store');
  return messages;
}

/** Gathers what is sent in one turn. */
export class TurnQueue<Message> {
  readonly #port: StorePort;
  #messages: Message[] = [];
  #scheduled = false;
  #closed = false;

  constructor(port: StorePort) {
    this.#port = port;
  }

  send(message: Message): void {
    if (this.#closed) return;
    this.#messages.push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After what this turn still resolves: its answers travel together.
    queueMicrotask(() => {
      queueMicrotask(() => this.#flush());
    });
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed || this.#messages.length === 0) return;
    const buffer = packMessages(this.#messages);
    this.#messages = [];
    this.#port.postMessage(buffer, [buffer]);
  }

  close(): void {
    this.#flush();
    this.#closed = true;
  }
}
