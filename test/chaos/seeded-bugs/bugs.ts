/**
 * Mistakes that implementations of Raft and of stores have really made, each as a patch of one source. The
 * simulator must find every one of them by the monitor that is meant for it.
 */
import type { SourcePatch } from './build-patched.js';
import type { SeedsToRun } from './run-seeds.js';

export interface SeededBug extends SourcePatch {
  readonly name: string;
  /** What must notice: any of these. */
  readonly caughtBy: readonly string[];
  /** Of the batch of seeds that the unpatched code passes. */
  readonly maxSeeds: number;
  /** What makes it show soon. */
  readonly options: SeedsToRun['options'];
}

type Options = SeedsToRun['options'];

/** Whatever each seed draws, and more of it. */
const lively: Options = { durationMilliseconds: 30_000, intensity: 3 };
const electing: Options = {
  durationMilliseconds: 20_000,
  intensity: 5,
  faults: ['kill', 'restart', 'power-loss', 'isolate', 'delay', 'reorder', 'drop', 'transfer'],
};
const racing: Options = {
  durationMilliseconds: 30_000,
  intensity: 8,
  members: [5, 7],
  faults: ['delay', 'kill', 'restart', 'transfer', 'pause', 'isolate', 'reorder', 'clog'],
};
const changing: Options = {
  durationMilliseconds: 20_000,
  intensity: 5,
  faults: [
    'kill',
    'isolate',
    'split',
    'drop',
    'add-voter',
    'remove',
    'replace',
    'resize',
    'demote',
    'promote',
    'transfer',
  ],
};
const splitting: Options = {
  durationMilliseconds: 30_000,
  intensity: 8,
  faults: ['isolate', 'split', 'one-way-cut', 'mute', 'pause', 'delay'],
};
const lagging: Options = {
  durationMilliseconds: 30_000,
  intensity: 6,
  faults: ['isolate', 'power-loss', 'power-loss-of-all', 'slow-disk', 'clog', 'delay', 'drop'],
};
const damaging: Options = {
  durationMilliseconds: 20_000,
  intensity: 5,
  faults: ['lost-batches', 'log-bit-flip', 'witness-bit-flip', 'power-loss', 'isolate', 'drop'],
};
const copying: Options = {
  durationMilliseconds: 60_000,
  intensity: 6,
  faults: ['old-copy', 'transfer', 'restart', 'kill'],
};

const core = (file: string): string => `raft/core/${file}.ts`;

const elections: readonly SeededBug[] = [
  {
    name: 'two votes in one term',
    file: core('election'),
    find: '(state.votedFor === undefined || state.votedFor === from) &&',
    replace: '',
    caughtBy: ['election-safety', 'durability'],
    maxSeeds: 60,
    options: lagging,
  },
  {
    name: 'the vote is forgotten at a restart',
    file: 'storage/log/log-records.ts',
    find: 'sealRecord(HARD_STATE_KEY, [term, votedFor ?? null, commitIndex])',
    replace: 'sealRecord(HARD_STATE_KEY, [term, null, commitIndex])',
    caughtBy: ['election-safety', 'durability'],
    maxSeeds: 10,
    options: electing,
  },
  {
    name: 'a vote leaves before it is durable',
    file: core('persistence'),
    find: 'if (this.hardStateDurable) return promise;',
    replace: 'if (term >= 0) return promise;',
    caughtBy: ['durability', 'election-safety'],
    maxSeeds: 5,
    options: electing,
  },
  {
    name: 'a new term is not written down',
    file: core('roles'),
    find: '  state.persistence.hardStateChanged();',
    replace: '',
    caughtBy: ['durability', 'election-safety', 'no-going-back'],
    maxSeeds: 5,
    options: electing,
  },
  {
    name: 'votes go to logs that are behind',
    file: core('log'),
    find: 'return lastTerm > this.lastTerm || (lastTerm === this.lastTerm && lastIndex >= this.#lastIndex);',
    replace: 'return lastTerm >= 0 && lastIndex >= 0;',
    caughtBy: ['leader-completeness', 'committed-history', 'unexpected-failure'],
    maxSeeds: 40,
    options: electing,
  },
  {
    name: 'a recovering member votes',
    file: core('standing'),
    find: 'state.recovering === undefined && ',
    replace: '',
    caughtBy: ['word-of-the-unproven'],
    maxSeeds: 10,
    options: damaging,
  },
  {
    name: 'an old copy of a folder is taken at its word',
    file: core('start-proof'),
    find: 'if (state.recovering !== undefined) return;',
    replace: 'return;',
    caughtBy: ['word-of-the-unproven'],
    maxSeeds: 60,
    options: copying,
  },
];

const replication: readonly SeededBug[] = [
  {
    name: 'an entry of an older term is committed by counting',
    file: core('replication'),
    find: 'if (candidate <= state.commitIndex || state.log.termAt(candidate) !== state.term) return;',
    replace: 'if (candidate <= state.commitIndex) return;',
    caughtBy: ['commit-rule', 'leader-completeness', 'committed-history'],
    maxSeeds: 40,
    options: electing,
  },
  {
    name: 'entries are acknowledged before they are durable',
    file: core('follower'),
    find: 'const matchIndex = Math.min(state.verifiedIndex, state.persistence.durableIndex);',
    replace: 'const matchIndex = state.verifiedIndex;',
    caughtBy: ['durability'],
    maxSeeds: 5,
    options: lively,
  },
  {
    name: 'the leader counts its own entries before they are durable',
    file: core('replication'),
    find: 'if (id === state.id) return state.persistence.durableIndex;',
    replace: 'if (id === state.id) return state.log.lastIndex;',
    caughtBy: ['durability'],
    maxSeeds: 60,
    options: damaging,
  },
  {
    name: 'the previous entry is not compared',
    file: core('follower'),
    find: 'if (log.termAt(message.previousIndex) !== message.previousTerm) {',
    replace: 'if (log.termAt(message.previousIndex) === undefined) {',
    caughtBy: ['log-matching', 'durability', 'committed-history', 'unexpected-failure'],
    maxSeeds: 400,
    options: racing,
  },
  {
    name: 'an entry at the same index counts as the same',
    file: core('follower'),
    find: '(entry) => entry.index > log.base.index && log.termAt(entry.index) !== entry.term,',
    replace: '(entry) => entry.index > log.base.index && log.termAt(entry.index) === undefined,',
    caughtBy: ['log-matching', 'durability', 'committed-history', 'unexpected-failure'],
    maxSeeds: 40,
    options: splitting,
  },
  {
    name: 'half of an even number of voters is a majority',
    file: core('quorum'),
    find: 'return Math.floor(voterCount / 2) + 1;',
    replace: 'return Math.floor((voterCount + 1) / 2);',
    caughtBy: ['durability', 'election-safety'],
    maxSeeds: 40,
    options: changing,
  },
  {
    name: 'heartbeats tell followers to commit what they may not hold',
    file: core('replication'),
    find: 'commitIndex: Math.min(state.commitIndex, peer.matchIndex),',
    replace: 'commitIndex: state.commitIndex,',
    caughtBy: ['committed-history', 'unexpected-failure', 'state-machine-safety'],
    maxSeeds: 60,
    options: changing,
  },
  {
    name: 'any answer acknowledges everything',
    file: core('replication'),
    find: '  peer.accepted(message.matchIndex);',
    replace: '  peer.accepted(state.log.lastIndex);',
    caughtBy: ['durability'],
    maxSeeds: 5,
    options: lively,
  },
  {
    name: 'a member that lost entries acknowledges as if it had not',
    file: core('follower'),
    find: '    matchIndex,\n    counts: wordCounts(state),',
    replace: '    matchIndex,\n    counts: true,',
    caughtBy: ['word-of-the-unproven'],
    maxSeeds: 20,
    options: damaging,
  },
  {
    name: 'committed entries are applied before they are in the own log',
    file: core('core'),
    find: 'const through = Math.min(commitIndex, persistence.durableIndex);',
    replace: 'const through = commitIndex;',
    caughtBy: ['state-machine-safety', 'durability', 'unexpected-failure'],
    maxSeeds: 60,
    options: changing,
  },
];

const membership: readonly SeededBug[] = [
  {
    name: 'a learner counts in the quorum',
    file: core('quorum'),
    find: 'voters.votersOutgoing.length === 0 ? [voters.voters] :',
    replace:
      'voters.votersOutgoing.length === 0 ? [[...voters.voters, ...((voters as { learners?: readonly MemberId[] }).learners ?? [])]] :',
    // Learners make a quorum where there is none, and keep one from being one where they are down.
    caughtBy: ['durability', 'election-safety', 'liveness'],
    maxSeeds: 20,
    options: changing,
  },
  {
    name: 'the outgoing majority is forgotten',
    file: core('quorum'),
    find: 'voters.votersOutgoing.length === 0 ? [voters.voters] : [voters.voters, voters.votersOutgoing]',
    replace: '[voters.voters]',
    caughtBy: ['durability', 'election-safety', 'configuration-safety'],
    maxSeeds: 60,
    options: changing,
  },
  {
    name: 'two voters change at once without a joint configuration',
    file: core('membership'),
    find: 'changed <= 1 ? dropUnneeded(tidy(wanted)) : enterJoint(current, tidy(wanted))',
    replace: 'changed <= 9 ? dropUnneeded(tidy(wanted)) : enterJoint(current, tidy(wanted))',
    caughtBy: ['configuration-safety', 'unexpected-failure'],
    maxSeeds: 20,
    options: changing,
  },
  {
    name: 'a configuration stays in force although its entry was cut off',
    file: core('state'),
    find: 'if (this.configurations.truncateFrom(index)) this.outbox.statusChanged = true;',
    replace: '',
    caughtBy: ['configuration-safety'],
    maxSeeds: 120,
    options: changing,
  },
  {
    name: 'a change begins before the last one is committed',
    file: core('change-membership'),
    find: 'if (state.configurations.latestIndex > state.commitIndex || isJoint(state.configurations.latest)) {',
    replace: 'if (isJoint(state.configurations.latest)) {',
    caughtBy: ['configuration-safety'],
    maxSeeds: 20,
    options: changing,
  },
  {
    name: 'a new leader changes the membership before it has committed in its term',
    file: core('change-membership'),
    find: "if (state.commitIndex < leader.termStartIndex) return 'the leader has just taken office';",
    replace: '',
    caughtBy: ['configuration-safety'],
    maxSeeds: 30,
    options: changing,
  },
];

const reads: readonly SeededBug[] = [
  {
    name: 'a read index without a quorum round',
    file: core('read-index'),
    find: '  if (!confirmed) return;',
    replace: '',
    caughtBy: ['read-index', 'client-history'],
    maxSeeds: 120,
    options: splitting,
  },
  {
    name: 'a read joins the round that was sent before it arrived',
    file: core('read-index'),
    find: "if (state.role.role === 'leader') state.role.reads.waiting.push({ kind: 'local', id });",
    replace:
      "if (state.role.role === 'leader') ((state.role.reads.active?.origins ?? state.role.reads.waiting) as ReadOrigin[]).push({ kind: 'local', id });",
    caughtBy: ['read-index', 'client-history'],
    maxSeeds: 20,
    options: electing,
  },
  {
    name: 'a new leader serves reads before it has committed in its term',
    file: core('read-index'),
    find: '  if (state.commitIndex < leader.termStartIndex) return;',
    replace: '',
    caughtBy: ['read-index', 'client-history'],
    maxSeeds: 40,
    options: lagging,
  },
  {
    name: 'a lease that outlasts the voters’ patience',
    file: core('lease'),
    find: 'state.monotonicMilliseconds < sent + leaseMilliseconds',
    replace: 'state.monotonicMilliseconds < sent + leaseMilliseconds * 5',
    caughtBy: ['read-index', 'client-history'],
    maxSeeds: 600,
    options: splitting,
  },
];

const snapshots: readonly SeededBug[] = [
  {
    name: 'the log that begins anew after a snapshot is not written down',
    file: core('snapshots'),
    find: '    state.persistence.reset(snapshot);\n',
    replace: '',
    caughtBy: ['durability', 'unexpected-failure', 'state-machine-safety'],
    maxSeeds: 40,
    options: lagging,
  },
  {
    name: 'a snapshot lacks the table of proposals that were applied',
    file: 'storage/mvcc/state.ts',
    find: 'for (const { key, value } of page) this.sessions.restore(textOf(key), value);',
    replace: '',
    caughtBy: ['client-history', 'state-hash', 'state-machine-safety'],
    maxSeeds: 60,
    options: lagging,
  },
];

const store: readonly SeededBug[] = [
  {
    name: 'log batches are not synced',
    file: 'storage/log/member-log.ts',
    find: '      const results = await Promise.allSettled([\n        this.#database.batch(all, { sync: true }),',
    replace:
      '      const results = await Promise.allSettled([\n        this.#database.batch(all, { sync: false }),',
    caughtBy: ['durability', 'unexpected-failure'],
    maxSeeds: 5,
    options: lively,
  },
  {
    name: 'state batches are not synced',
    file: 'storage/mvcc/write-behind.ts',
    find: 'await this.#options.database.batch(operations, { sync: true });',
    replace: 'await this.#options.database.batch(operations, { sync: false });',
    caughtBy: ['unexpected-failure', 'state-machine-safety', 'durability', 'liveness', 'watch-completeness'],
    maxSeeds: 40,
    options: lagging,
  },
  {
    name: 'a repeated proposal is applied again',
    file: 'storage/commands/sessions.ts',
    find: "if (remembered?.sequence === envelope.sequence) return { kind: 'repeat', result: remembered.result };",
    replace: '',
    caughtBy: ['client-history', 'watch-completeness'],
    maxSeeds: 20,
    options: lively,
  },
  {
    name: 'a comparison of mod revisions is skipped',
    file: 'storage/mvcc/compare.ts',
    find: 'Math.sign((item?.modRevision ?? 0) - compare.operand)',
    replace: '0',
    caughtBy: ['client-history'],
    maxSeeds: 20,
    options: lively,
  },
  {
    name: 'a keep-alive is acknowledged and not written',
    file: 'storage/commands/apply-lease.ts',
    find: '{ id, ttlSeconds, expiresMilliseconds: expiry(ttlSeconds, timeMilliseconds) }, lease);',
    replace: 'lease, lease);',
    caughtBy: ['lease-lifetime'],
    maxSeeds: 20,
    options: lively,
  },
  {
    name: 'a new leader takes the log’s clock further than it was',
    file: core('log-clock'),
    find: 'logMilliseconds: state.log.lastTimeMilliseconds,',
    replace: 'logMilliseconds: state.log.lastTimeMilliseconds + 5_000,',
    caughtBy: ['lease-lifetime'],
    maxSeeds: 20,
    options: lively,
  },
  {
    name: 'a watcher that begins late misses the revision at which it goes live',
    file: 'storage/watches/watcher.ts',
    find: 'this.#host.readHistory(this.request, this.#position + 1)',
    replace: 'this.#host.readHistory(this.request, this.#position + 2)',
    caughtBy: ['watch-completeness'],
    maxSeeds: 20,
    options: lively,
  },
];

export const seededBugs: readonly SeededBug[] = [
  ...elections,
  ...replication,
  ...membership,
  ...reads,
  ...snapshots,
  ...store,
];
