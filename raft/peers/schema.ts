/**
 * The wire format between members, as protobufjs descriptors. Integers up to 2^53 travel as `double`, which
 * holds them exactly and needs no Long. An entry's index is implied by its place, so it cannot contradict it.
 */
import protobuf from 'protobufjs/light.js';

const fields = (names: Readonly<Record<string, string>>): protobuf.IType => ({
  fields: Object.fromEntries(
    Object.entries(names).map(([name, type], position) => {
      const repeated = type.endsWith('[]');
      const field: protobuf.IField = { type: repeated ? type.slice(0, -2) : type, id: position + 1 };
      return [name, repeated ? { ...field, rule: 'repeated' } : field];
    }),
  ),
});

/** One shape for each message type; the names are those of `core/messages.ts`. New fields go to the end. */
const bodies = {
  preVoteRequest: {
    campaignTerm: 'double',
    round: 'double',
    lastLogIndex: 'double',
    lastLogTerm: 'double',
    commitIndex: 'double',
    commitTerm: 'double',
  },
  preVoteResponse: {
    term: 'double',
    campaignTerm: 'double',
    round: 'double',
    granted: 'bool',
    commitIndex: 'double',
    commitTerm: 'double',
  },
  voteRequest: {
    term: 'double',
    lastLogIndex: 'double',
    lastLogTerm: 'double',
    leadershipTransfer: 'bool',
    commitIndex: 'double',
    commitTerm: 'double',
  },
  voteResponse: { term: 'double', granted: 'bool', commitIndex: 'double', commitTerm: 'double' },
  appendRequest: {
    term: 'double',
    previousIndex: 'double',
    previousTerm: 'double',
    entries: 'Entry[]',
    commitIndex: 'double',
  },
  appendAccepted: { term: 'double', matchIndex: 'double', counts: 'bool' },
  appendRejected: { term: 'double', rejectedIndex: 'double', hintIndex: 'double', hintTerm: 'double' },
  heartbeat: { term: 'double', commitIndex: 'double', readRound: 'double', quorumAnswers: 'bool' },
  heartbeatResponse: { term: 'double', readRound: 'double', counts: 'bool' },
  timeoutNow: { term: 'double' },
  proposeRequest: { term: 'double', requestId: 'double', data: 'bytes' },
  /** `outcome` 0: appended at index and term; else a refusal by number. */
  proposeResponse: { requestId: 'double', outcome: 'uint32', index: 'double', term: 'double' },
  readRequest: { requestId: 'double' },
  readResponse: { requestId: 'double', refused: 'bool', index: 'double' },
  hello: { requestId: 'double', term: 'double', lastIndex: 'double', configurationIndex: 'double' },
  helloResponse: {
    requestId: 'double',
    outdated: 'bool',
    inForceConfiguration: 'bytes',
    committedIndex: 'double',
    committedConfiguration: 'bytes',
    inForceIndex: 'double',
  },
  removed: {},
  termPassed: { term: 'double' },
  commitNotice: { term: 'double', commitIndex: 'double' },
} as const;

export type BodyName = keyof typeof bodies;

const typeName = (body: string): string => body.charAt(0).toUpperCase() + body.slice(1);

const root = protobuf.Root.fromJSON({
  nested: {
    Entry: fields({ term: 'double', timeMilliseconds: 'double', kind: 'uint32', data: 'bytes' }),
    ...Object.fromEntries(Object.entries(bodies).map(([name, body]) => [typeName(name), fields(body)])),
    Envelope: {
      ...fields(Object.fromEntries(Object.keys(bodies).map((name) => [name, typeName(name)]))),
      oneofs: { body: { oneof: Object.keys(bodies) } },
    },
    /** No messages: a ping. */
    Frame: fields({ messages: 'Envelope[]' }),
    /** The first carries `header` (JSON), the last `end`; `checksum` runs over all data so far. */
    SnapshotPart: fields({ header: 'bytes', data: 'bytes', checksum: 'bytes', end: 'bool' }),
    Greeting: fields({ clusterId: 'string', memberId: 'double', purpose: 'uint32' }),
    /** Empty: yes. */
    Answer: fields({ refusal: 'string' }),
  },
});

export const frameType = root.lookupType('Frame');
export const snapshotPartType = root.lookupType('SnapshotPart');
export const greetingType = root.lookupType('Greeting');
export const answerType = root.lookupType('Answer');
