/**
 * A watch over everything on one member, begun again where it stands whenever it ends. It sees all keys, so
 * every revision brings it something: none may be missing, come twice, be split or be out of order.
 */
import type { Store, WatchStep } from '../../../storage/index.js';
import type { Report } from '../invariants/violation.js';
import type { ClientHistory, Value } from './client-history.js';

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

export class Watcher {
  readonly #name: string;
  readonly #history: ClientHistory;
  readonly #report: Report;
  readonly #isDamaged: () => boolean;
  /** Everything through here was seen. */
  #complete = 1;
  /** Watches begun: an older one that still waits is not listened to any more. */
  #attempt = 0;
  /** How often history was compacted away before it was seen. */
  gaps = 0;
  resumed = 0;
  /** The member said that what it has is damaged; it may be brought back without being started again. */
  endedAsCorrupt = false;

  /** `isDamaged`: the member's disk was damaged, so it may say that it cannot read its history. */
  constructor(name: string, history: ClientHistory, report: Report, isDamaged: () => boolean) {
    this.#isDamaged = isDamaged;
    this.#name = name;
    this.#history = history;
    this.#report = report;
  }

  get completeRevision(): number {
    return this.#complete;
  }

  /** The member runs (again). */
  async follow(store: Store): Promise<void> {
    this.#attempt += 1;
    this.endedAsCorrupt = false;
    const attempt = this.#attempt;
    for (;;) {
      const watch = store.watch({
        key: new Uint8Array(1),
        end: new Uint8Array(0),
        startRevision: this.#complete + 1,
      });
      this.resumed += 1;
      for (;;) {
        const step = await watch.next();
        if (attempt !== this.#attempt) return;
        if (step.kind === 'end') {
          if (!this.#goesOn(step)) return;
          break;
        }
        this.#take(step);
      }
    }
  }

  #goesOn(end: Extract<WatchStep, { kind: 'end' }>): boolean {
    const { reason } = end;
    switch (reason.kind) {
      case 'compacted':
        if (reason.compactRevision <= this.#complete) {
          this.#report(
            'watch-completeness',
            `${this.#name} asks for ${this.#complete + 1}, is told that it ends at ${reason.compactRevision}`,
          );
          return false;
        }
        this.gaps += 1;
        this.#complete = reason.compactRevision;
        return true;
      case 'too-slow':
        return true;
      case 'corrupt':
        if (!this.#isDamaged())
          this.#report(
            'watch-completeness',
            `${this.#name} ends as corrupt, and nothing was done to its disk`,
          );
        this.endedAsCorrupt = true;
        return false;
      case 'stopping':
      case 'cancelled':
        return false;
    }
  }

  #take(batch: Extract<WatchStep, { kind: 'batch' }>): void {
    let revision = this.#complete;
    let changes = new Map<string, Value>();
    const finish = (): void => {
      if (changes.size > 0) this.#history.watched(revision, changes, this.#name);
    };
    for (const { type, item } of batch.events) {
      if (item.modRevision !== revision) {
        finish();
        if (item.modRevision !== revision + 1)
          this.#report('watch-completeness', `${this.#name} sees ${item.modRevision} after ${revision}`);
        revision = item.modRevision;
        changes = new Map();
      } else if (changes.size === 0) {
        this.#report(
          'watch-completeness',
          `${this.#name} sees more of revision ${revision}, which was complete`,
        );
      }
      changes.set(text(item.key), type === 'delete' ? null : text(item.value));
    }
    finish();
    if (batch.completeRevision !== revision)
      this.#report(
        'watch-completeness',
        `${this.#name} is complete up to ${batch.completeRevision}, but saw ${revision}`,
      );
    this.#complete = revision;
  }
}
