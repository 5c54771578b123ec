/**
 * Whether a history of transactions over several keys is strictly serializable, in near-linear time: each answer
 * carries its revision, so the order is given and only has to be tried. The writes, done in the order of their
 * revisions, must explain everything that anybody found, and the order must respect real time: what was answered
 * before another began has no higher revision, and a lower one when the other wrote.
 *
 * A violation is called one only when it does not depend on a choice among unknown outcomes (attribute.ts,
 * place-unknown.ts).
 */
import type { Operation } from '../history.js';
import { firstBeyond } from '../sorted.js';
import { type Verdict, type Violation, verdictOf } from '../verdict.js';
import { attributeUnknown, type Slot, Writers } from './attribute.js';
import { show, strangeValue, violationOf } from './explain.js';
import { isExplained, observationsOf } from './observations.js';
import { placeUnknown } from './place-unknown.js';
import { type Answered, answeredOf, type Transaction, transactionOf } from './transaction.js';
import { Versions, type Writing } from './versions.js';

/** The highest revision that was answered before a time: a staircase, searched by halving. */
class AnsweredBefore {
  readonly #stairs: Answered[] = [];

  constructor(answered: readonly Answered[]) {
    const byReturn = [...answered].sort(
      (left, right) => left.returnedNanoseconds - right.returnedNanoseconds,
    );
    for (const transaction of byReturn) {
      const highest = this.#stairs.at(-1)?.revision ?? -1;
      if (transaction.revision > highest) this.#stairs.push(transaction);
    }
  }

  at(timeNanoseconds: number): Answered | undefined {
    const beyond = firstBeyond(this.#stairs, (stair) => stair.returnedNanoseconds >= timeNanoseconds);
    return this.#stairs[beyond - 1];
  }
}

/** What was read after it was written by the same operation is what was written. */
function againstThemselves(answered: readonly Answered[]): readonly Violation[] {
  return answered
    .filter((transaction) => transaction.contradictsItself)
    .map((transaction) =>
      violationOf(
        `revision ${transaction.revision}`,
        `process ${transaction.operation.process} did not find what it had just written`,
        [transaction],
      ),
    );
}

/** Who changed something has its revision to itself; the first is 1. */
function sharedRevisions(answered: readonly Answered[]): readonly Violation[] {
  const makers = new Map<number, Answered>();
  return answered.flatMap((transaction): readonly Violation[] => {
    if (transaction.effect !== 'changes') return [];
    const { revision } = transaction;
    if (revision < 1)
      return [violationOf(`revision ${revision}`, 'no write can have made it', [transaction])];
    const other = makers.get(revision);
    makers.set(revision, transaction);
    if (other === undefined) return [];
    return [
      violationOf(`revision ${revision}`, 'two writes were told that they made it', [other, transaction]),
    ];
  });
}

function againstRealTime(answered: readonly Answered[], before: AnsweredBefore): readonly Violation[] {
  return answered.flatMap((later): readonly Violation[] => {
    const earlier = before.at(later.operation.invokedNanoseconds);
    if (earlier === undefined || earlier.revision < later.revision) return [];
    if (earlier.revision === later.revision && later.effect !== 'changes') return [];
    const did = later.effect === 'changes' ? 'made' : 'was answered as of';
    return [
      violationOf(
        `revision ${later.revision}`,
        `process ${later.operation.process} ${did} revision ${later.revision}, though revision ${earlier.revision} had been answered before it began`,
        [earlier, later],
      ),
    ];
  });
}

/** What was seen of an unknown outcome that has no place. */
function withoutPlace(slot: Slot, known: Versions): Violation {
  const [first] = slot.observations;
  const { transaction } = slot;
  return violationOf(
    first === undefined ? 'an unknown outcome' : `key ${show(first.found.key)}`,
    slot.contradicted
      ? 'a compare-and-set of unknown outcome was seen to have happened, though the key never held what it expected'
      : 'what an operation of unknown outcome wrote was seen where it cannot have been: before it began, more than once, or beside what others saw',
    [
      transaction,
      first === undefined ? undefined : known.at(first.found.key, first.at)?.writer,
      ...slot.observations.slice(0, 3).map(({ observer }) => observer),
    ],
  );
}

/** A compare-and-set that was seen to have happened must have found what it expected. */
function againstExpectation({ transaction, revision }: Writing, all: Versions): readonly Violation[] {
  return transaction.found.flatMap((found): readonly Violation[] => {
    const version = all.at(found.key, revision - 1);
    if (isExplained(found, version)) return [];
    const held = show(version?.value ?? null);
    return [
      violationOf(
        `key ${show(found.key)}`,
        `a compare-and-set of unknown outcome was seen to have happened at revision ${revision}, when the key held ${held}`,
        [version?.writer, transaction],
      ),
    ];
  });
}

/** The whole order, with the unknown outcomes in their places, tried on every answer. */
function replay(
  answered: readonly Answered[],
  all: Versions,
  failed: readonly Transaction[],
): readonly Violation[] {
  return [...observationsOf(answered, all).values()]
    .flat()
    .filter((observation) => observation.explainedBy === undefined)
    .map((observation) => strangeValue(observation, all, failed));
}

function keysOf(transactions: readonly Transaction[]): ReadonlySet<string> {
  return new Set(
    transactions.flatMap(({ found, writes }) => [...found.map(({ key }) => key), ...writes.keys()]),
  );
}

/** Checks operations whose answers carry revisions: read, write, cas and txn. */
export function checkTransactions(operations: readonly Operation[]): Verdict {
  const transactions = operations.map(transactionOf);
  const answered = transactions.flatMap((transaction) => answeredOf(transaction) ?? []);
  const writing = (kind: 'unknown' | 'failed'): readonly Transaction[] =>
    transactions.filter(({ operation, writes }) => operation.outcome.kind === kind && writes.size > 0);
  const unknown = writing('unknown');
  const failed = writing('failed');
  const writings = answered.map((transaction) => ({ transaction, revision: transaction.revision }));
  const known = new Versions(writings);
  const before = new AnsweredBefore(answered);
  const observations = observationsOf(answered, known);
  const attribution = attributeUnknown({
    unknown,
    versions: known,
    observations,
    revisionBefore: (timeNanoseconds) => before.at(timeNanoseconds)?.revision ?? 0,
  });
  const placement = placeUnknown({
    attribution,
    observations,
    unknown: new Writers(unknown),
    taken: new Set(answered.filter(({ effect }) => effect === 'changes').map(({ revision }) => revision)),
  });
  const certain = [
    ...againstThemselves(answered),
    ...sharedRevisions(answered),
    ...againstRealTime(answered, before),
    ...attribution.unexplained.map((observation) => strangeValue(observation, known, failed)),
    ...placement.impossible.flatMap(({ slot, certain }) => (certain ? [withoutPlace(slot, known)] : [])),
  ];
  const size = { operations: operations.length, keys: keysOf(transactions).size };
  if (certain.length > 0) return verdictOf(size, certain, []);
  const all = new Versions([...writings, ...placement.placed]);
  const open = [
    ...placement.placed.flatMap((placed) => againstExpectation(placed, all)),
    ...replay(answered, all, failed),
  ];
  const chosen = placement.chosen || placement.impossible.length > 0;
  if (!chosen) return verdictOf(size, open, []);
  const undecided = open.map(({ subject, explanation }) => ({
    subject,
    reason: `operations of unknown outcome can be placed in several ways; in the one tried, ${explanation}`,
  }));
  return verdictOf(size, [], undecided);
}
