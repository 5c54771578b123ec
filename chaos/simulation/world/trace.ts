/**
 * What happened, in order: a rolling hash over all of it (the same seed gives the same hash), the last events
 * for a report, and a readable line for each when somebody listens.
 */
import type { MemberId, Message } from '../../../raft/index.js';
import { describeMessage } from './describe-message.js';

export type WorldEvent =
  | { readonly kind: 'message'; readonly from: MemberId; readonly to: MemberId; readonly message: Message }
  | {
      readonly kind: 'lost';
      readonly from: MemberId;
      readonly to: MemberId;
      readonly message: Message;
      readonly why: 'cut' | 'dropped' | 'down';
    }
  | { readonly kind: 'fault'; readonly text: string }
  | { readonly kind: 'member'; readonly member: MemberId; readonly text: string }
  | { readonly kind: 'client'; readonly process: number; readonly text: string; readonly revision: number };

const KEPT_EVENTS = 256;

const kinds: readonly WorldEvent['kind'][] = ['message', 'lost', 'fault', 'member', 'client'];
const messageTypes = new Map<Message['type'], number>();

function codeOf(type: Message['type']): number {
  let code = messageTypes.get(type);
  if (code === undefined) {
    code = 0;
    for (let index = 0; index < type.length; index += 1) code = Math.imul(code, 31) + type.charCodeAt(index);
    messageTypes.set(type, code);
  }
  return code;
}

/** Numbers that tell one message of a type from another. */
function weigh(message: Message): number {
  switch (message.type) {
    case 'append-request':
      return message.term * 31 + message.previousIndex * 7 + message.entries.length + message.commitIndex * 3;
    case 'append-accepted':
      return message.term * 31 + message.matchIndex + (message.counts ? 1 : 0);
    case 'append-rejected':
      return message.term * 31 + message.rejectedIndex * 7 + message.hintIndex;
    case 'commit-notice':
      return message.term * 31 + message.commitIndex * 7;
    case 'heartbeat':
      return message.term * 31 + message.commitIndex * 7 + message.readRound;
    case 'heartbeat-response':
      return message.term * 31 + message.readRound + (message.counts ? 1 : 0);
    case 'propose-request':
      return message.term * 31 + message.data.length;
    case 'read-response':
      return message.index ?? -1;
    case 'pre-vote-request':
      return message.campaignTerm * 31 + message.lastLogIndex;
    case 'vote-request':
      return message.term * 31 + message.lastLogIndex;
    default:
      return 'term' in message ? message.term : 0;
  }
}

export class Trace {
  readonly #now: () => number;
  /** Called with each event while somebody wants to read along. */
  readonly #listener: ((line: string) => void) | undefined;
  #first = 0x2545_f491;
  #second = 0x6c07_8965;
  readonly #keptEvents: WorldEvent[] = [];
  readonly #keptTimes: number[] = [];
  #next = 0;

  constructor(now: () => number, listener: ((line: string) => void) | undefined) {
    this.#now = now;
    this.#listener = listener;
  }

  add(event: WorldEvent): void {
    const atMilliseconds = this.#now();
    this.#mix(atMilliseconds * 1024);
    this.#mixEvent(event);
    this.#keptEvents[this.#next] = event;
    this.#keptTimes[this.#next] = atMilliseconds;
    this.#next = (this.#next + 1) % KEPT_EVENTS;
    this.#listener?.(lineOf(atMilliseconds, event));
  }

  #mixEvent(event: WorldEvent): void {
    switch (event.kind) {
      case 'message':
      case 'lost':
        this.#mix((event.kind === 'lost' ? 1 << 20 : 0) + event.from * 1024 + event.to);
        this.#mix(codeOf(event.message.type));
        this.#mix(weigh(event.message));
        return;
      case 'fault':
      case 'member':
      case 'client':
        this.#mix(kinds.indexOf(event.kind));
        for (let index = 0; index < event.text.length; index += 1) this.#mix(event.text.charCodeAt(index));
        if (event.kind === 'client') this.#mix(event.revision);
        return;
    }
  }

  #mix(value: number): void {
    this.#first = Math.imul(this.#first ^ (value | 0), 0x9e37_79b1);
    this.#first ^= this.#first >>> 15;
    this.#second = Math.imul((this.#second + this.#first) ^ (value / 4_294_967_296), 0x85eb_ca6b);
    this.#second ^= this.#second >>> 13;
  }

  /** 16 hex digits. */
  hash(): string {
    const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return word(this.#first) + word(this.#second);
  }

  /** The last events as lines, oldest first. */
  lastLines(count: number): readonly string[] {
    const lines = this.#keptEvents.map((event, place) => lineOf(this.#keptTimes[place]!, event));
    return [...lines.slice(this.#next), ...lines.slice(0, this.#next)].slice(-count);
  }
}

function lineOf(atMilliseconds: number, event: WorldEvent): string {
  return `${(atMilliseconds / 1000).toFixed(6).padStart(11)} ${textOf(event)}`;
}

function textOf(event: WorldEvent): string {
  switch (event.kind) {
    case 'message':
      return `m${event.from} → m${event.to} ${describeMessage(event.message)}`;
    case 'lost':
      return `m${event.from} ✗ m${event.to} ${describeMessage(event.message)} (${event.why})`;
    case 'fault':
      return `fault ${event.text}`;
    case 'member':
      return `m${event.member} ${event.text}`;
    case 'client':
      return `client ${event.process} ${event.text}${event.revision < 0 ? '' : ` at revision ${event.revision}`}`;
  }
}
