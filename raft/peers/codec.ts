/**
 * Messages to bytes and back. What comes from the network is checked here, field by field, so that the core
 * only meets well-formed messages; anything else throws `MalformedFrameError` and ends the stream.
 */
import type { CommitHint } from '../core/commit-hint.js';
import { decodeConfiguration, encodeConfiguration } from '../core/configuration.js';
import type { ForwardRefusal, Message, PlacedConfiguration, ProposeOutcome } from '../core/messages.js';
import type { Entry, EntryKind } from '../core/types.js';
import { encodeFrame, MalformedFrameError } from './frames.js';
import { type BodyName, frameType } from './schema.js';

const ENTRY_KINDS: readonly EntryKind[] = ['command', 'configuration', 'empty'];
const REFUSALS: readonly ForwardRefusal[] = ['no-leader', 'queue-full', 'too-large', 'transferring'];

type Fields = Readonly<Record<string, unknown>>;

function wireEntry(entry: Entry): Fields {
  const { term, timeMilliseconds, kind, data } = entry;
  return { term, timeMilliseconds, kind: ENTRY_KINDS.indexOf(kind), data };
}

function wireOutcome(outcome: ProposeOutcome): Fields {
  return outcome.kind === 'appended'
    ? { outcome: 0, index: outcome.index, term: outcome.term }
    : { outcome: REFUSALS.indexOf(outcome.reason) + 1 };
}

type PlaceName = 'inForce' | 'committed';

function wireConfiguration(name: PlaceName, placed: PlacedConfiguration | undefined): Fields {
  if (placed === undefined) return {};
  return {
    [`${name}Index`]: placed.index,
    [`${name}Configuration`]: encodeConfiguration(placed.configuration),
  };
}

function envelope(message: Message): { readonly [Name in BodyName]?: Fields } {
  switch (message.type) {
    case 'pre-vote-request':
      return { preVoteRequest: { ...message } };
    case 'pre-vote-response':
      return { preVoteResponse: { ...message } };
    case 'vote-request':
      return { voteRequest: { ...message } };
    case 'vote-response':
      return { voteResponse: { ...message } };
    case 'append-request':
      return { appendRequest: { ...message, entries: message.entries.map(wireEntry) } };
    case 'append-accepted':
      return { appendAccepted: { ...message } };
    case 'append-rejected':
      return { appendRejected: { ...message } };
    case 'commit-notice':
      return { commitNotice: { ...message } };
    case 'heartbeat':
      return { heartbeat: { ...message } };
    case 'heartbeat-response':
      return { heartbeatResponse: { ...message } };
    case 'timeout-now':
      return { timeoutNow: { ...message } };
    case 'propose-request':
      return { proposeRequest: { ...message } };
    case 'propose-response':
      return { proposeResponse: { requestId: message.requestId, ...wireOutcome(message.outcome) } };
    case 'read-request':
      return { readRequest: { ...message } };
    case 'read-response':
      return {
        readResponse: {
          requestId: message.requestId,
          refused: message.index === undefined,
          index: message.index ?? 0,
        },
      };
    case 'hello':
      return { hello: { ...message } };
    case 'hello-response':
      return {
        helloResponse: {
          requestId: message.requestId,
          outdated: message.outdated,
          ...wireConfiguration('inForce', message.inForce),
          ...wireConfiguration('committed', message.committed),
        },
      };
    case 'removed':
      return { removed: {} };
    case 'term-passed':
      return { termPassed: { ...message } };
  }
}

/** One frame; without messages it is a ping. */
export function encodeMessages(messages: readonly Message[]): Buffer {
  return encodeFrame(frameType, { messages: messages.map(envelope) });
}

/** About what the message takes on the wire. */
export function messageBytes(message: Message): number {
  switch (message.type) {
    case 'append-request':
      return message.entries.reduce((bytes, entry) => bytes + entry.data.length + 32, 64);
    case 'propose-request':
      return message.data.length + 64;
    default:
      return 64;
  }
}

function numberField(body: Fields, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new MalformedFrameError(`${name} is no index, term or id`);
  }
  // It came as a double, which each entry would keep in a box of its own; a small integer needs none.
  const small = value | 0;
  return small === value ? small : value;
}

function placedConfiguration(body: Fields, name: PlaceName): PlacedConfiguration | undefined {
  const bytes = bytesField(body, `${name}Configuration`);
  if (bytes.length === 0) return undefined;
  try {
    return { index: numberField(body, `${name}Index`), configuration: decodeConfiguration(bytes) };
  } catch (error) {
    throw new MalformedFrameError(`${name}Configuration is none`, { cause: error });
  }
}

function commitFields(body: Fields): CommitHint {
  return { commitIndex: numberField(body, 'commitIndex'), commitTerm: numberField(body, 'commitTerm') };
}

function flag(body: Fields, name: string): boolean {
  return body[name] === true;
}

function bytesField(body: Fields, name: string): Uint8Array {
  const value = body[name];
  if (!(value instanceof Uint8Array)) return new Uint8Array(0);
  return value;
}

function choice<Value>(body: Fields, name: string, choices: readonly Value[]): Value {
  const value = choices[numberField(body, name)];
  if (value === undefined) throw new MalformedFrameError(`${name} is unknown`);
  return value;
}

function readEntries(body: Fields, previousIndex: number): readonly Entry[] {
  const { entries } = body;
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: Fields, position) => ({
    index: previousIndex + 1 + position,
    term: numberField(entry, 'term'),
    timeMilliseconds: numberField(entry, 'timeMilliseconds'),
    kind: choice(entry, 'kind', ENTRY_KINDS),
    data: bytesField(entry, 'data'),
  }));
}

const readers: { readonly [Name in BodyName]: (body: Fields) => Message } = {
  preVoteRequest: (body) => ({
    type: 'pre-vote-request',
    campaignTerm: numberField(body, 'campaignTerm'),
    round: numberField(body, 'round'),
    lastLogIndex: numberField(body, 'lastLogIndex'),
    lastLogTerm: numberField(body, 'lastLogTerm'),
    ...commitFields(body),
  }),
  preVoteResponse: (body) => ({
    type: 'pre-vote-response',
    term: numberField(body, 'term'),
    campaignTerm: numberField(body, 'campaignTerm'),
    round: numberField(body, 'round'),
    granted: flag(body, 'granted'),
    ...commitFields(body),
  }),
  voteRequest: (body) => ({
    type: 'vote-request',
    term: numberField(body, 'term'),
    lastLogIndex: numberField(body, 'lastLogIndex'),
    lastLogTerm: numberField(body, 'lastLogTerm'),
    leadershipTransfer: flag(body, 'leadershipTransfer'),
    ...commitFields(body),
  }),
  voteResponse: (body) => ({
    type: 'vote-response',
    term: numberField(body, 'term'),
    granted: flag(body, 'granted'),
    ...commitFields(body),
  }),
  appendRequest: (body) => {
    const previousIndex = numberField(body, 'previousIndex');
    return {
      type: 'append-request',
      term: numberField(body, 'term'),
      previousIndex,
      previousTerm: numberField(body, 'previousTerm'),
      entries: readEntries(body, previousIndex),
      commitIndex: numberField(body, 'commitIndex'),
    };
  },
  appendAccepted: (body) => ({
    type: 'append-accepted',
    term: numberField(body, 'term'),
    matchIndex: numberField(body, 'matchIndex'),
    counts: flag(body, 'counts'),
  }),
  appendRejected: (body) => ({
    type: 'append-rejected',
    term: numberField(body, 'term'),
    rejectedIndex: numberField(body, 'rejectedIndex'),
    hintIndex: numberField(body, 'hintIndex'),
    hintTerm: numberField(body, 'hintTerm'),
  }),
  commitNotice: (body) => ({
    type: 'commit-notice',
    term: numberField(body, 'term'),
    commitIndex: numberField(body, 'commitIndex'),
  }),
  heartbeat: (body) => ({
    type: 'heartbeat',
    term: numberField(body, 'term'),
    commitIndex: numberField(body, 'commitIndex'),
    readRound: numberField(body, 'readRound'),
    quorumAnswers: flag(body, 'quorumAnswers'),
  }),
  heartbeatResponse: (body) => ({
    type: 'heartbeat-response',
    term: numberField(body, 'term'),
    readRound: numberField(body, 'readRound'),
    counts: flag(body, 'counts'),
  }),
  timeoutNow: (body) => ({ type: 'timeout-now', term: numberField(body, 'term') }),
  proposeRequest: (body) => ({
    type: 'propose-request',
    term: numberField(body, 'term'),
    requestId: numberField(body, 'requestId'),
    data: bytesField(body, 'data'),
  }),
  proposeResponse: (body) => ({
    type: 'propose-response',
    requestId: numberField(body, 'requestId'),
    outcome:
      numberField(body, 'outcome') === 0
        ? { kind: 'appended', index: numberField(body, 'index'), term: numberField(body, 'term') }
        : { kind: 'refused', reason: REFUSALS[numberField(body, 'outcome') - 1] ?? 'no-leader' },
  }),
  readRequest: (body) => ({ type: 'read-request', requestId: numberField(body, 'requestId') }),
  readResponse: (body) => ({
    type: 'read-response',
    requestId: numberField(body, 'requestId'),
    index: flag(body, 'refused') ? undefined : numberField(body, 'index'),
  }),
  hello: (body) => ({
    type: 'hello',
    requestId: numberField(body, 'requestId'),
    term: numberField(body, 'term'),
    lastIndex: numberField(body, 'lastIndex'),
    configurationIndex: numberField(body, 'configurationIndex'),
  }),
  helloResponse: (body) => ({
    type: 'hello-response',
    requestId: numberField(body, 'requestId'),
    outdated: flag(body, 'outdated'),
    inForce: placedConfiguration(body, 'inForce'),
    committed: placedConfiguration(body, 'committed'),
  }),
  removed: () => ({ type: 'removed' }),
  termPassed: (body) => ({ type: 'term-passed', term: numberField(body, 'term') }),
};

/** A message of a kind that this version does not know is skipped. */
export function decodeMessages(bytes: Uint8Array): readonly Message[] {
  let frame: Fields;
  try {
    frame = frameType.decode(bytes) as unknown as Fields;
  } catch (error) {
    throw new MalformedFrameError('the frame cannot be decoded', { cause: error });
  }
  const { messages } = frame;
  if (!Array.isArray(messages)) return [];
  const decoded: Message[] = [];
  for (const wire of messages as readonly Fields[]) {
    const name = wire['body'] as BodyName | undefined;
    if (name !== undefined) decoded.push(readers[name](wire[name] as Fields));
  }
  return decoded;
}
