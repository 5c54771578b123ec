/** What each key held from which revision on, by the answers of those that wrote it. */
import type { HistoryValue } from '../history.js';
import { firstBeyond } from '../sorted.js';
import type { Transaction } from './transaction.js';

export interface Version {
  readonly revision: number;
  readonly value: HistoryValue;
  readonly writer: Transaction;
}

export interface Writing {
  readonly transaction: Transaction;
  readonly revision: number;
}

export class Versions {
  readonly #byKey = new Map<string, Version[]>();

  constructor(writings: readonly Writing[]) {
    for (const { transaction, revision } of writings) {
      for (const [key, value] of transaction.writes) {
        const version = { revision, value, writer: transaction };
        const versions = this.#byKey.get(key);
        if (versions === undefined) this.#byKey.set(key, [version]);
        else versions.push(version);
      }
    }
    for (const versions of this.#byKey.values()) {
      versions.sort((left, right) => left.revision - right.revision);
    }
  }

  of(key: string): readonly Version[] {
    return this.#byKey.get(key) ?? [];
  }

  /** What the key held at this revision; undefined: nothing was ever written by then. */
  at(key: string, revision: number): Version | undefined {
    const versions = this.of(key);
    return versions[firstBeyond(versions, (version) => version.revision > revision) - 1];
  }
}
