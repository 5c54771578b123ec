/**
 * Whether watchers saw what happened: in order, once, each revision whole, nothing left out, and nothing that
 * did not happen; a resumed watch goes on exactly where it was asked to, a list shows what there was, and nobody is
 * told "complete up to N" before N is.
 */
import type { HistoryValue } from '../history.js';
import { KnownRevisions } from './known-revisions.js';
import type {
  CommittedRevision,
  WatchedEvent,
  WatcherHistory,
  WatcherStep,
  WatchKnowledge,
} from './watcher-history.js';

export type WatchFindingKind =
  /** A revision after a higher one. */
  | 'out-of-order'
  /** An event of a revision again. */
  | 'duplicate'
  /** More of a revision that had been called complete. */
  | 'split'
  /** Some of a revision's events, not all. */
  | 'partial'
  /** Nothing of a revision. */
  | 'missing'
  /** An event that the revision did not do. */
  | 'foreign'
  /** A first event of a revision that had been called complete: a bookmark ran ahead. */
  | 'ahead'
  /** Complete up to a lower revision than before, or than what came with it; or listed at one. */
  | 'back'
  /** An event from before the start that was asked for. */
  | 'early'
  /** A start that skips what was not seen yet. */
  | 'gap'
  /** A list of what was not there, or without what was. */
  | 'wrong-list'
  /** An end before everything was seen. */
  | 'short'
  /** Steps in an order that no watch has. */
  | 'malformed';

export interface WatchFinding {
  readonly kind: WatchFindingKind;
  readonly watcher: string;
  /** Which of its steps, from 0; absent: found at the end of a watch. */
  readonly step?: number;
  readonly revision?: number;
  readonly message: string;
}

export interface WatchVerdict {
  readonly kind: 'complete' | 'violation';
  readonly findings: readonly WatchFinding[];
  readonly watchers: number;
  readonly events: number;
}

const show = (value: HistoryValue | undefined): string => JSON.stringify(value ?? null);

function eventText({ key, value }: { readonly key: string; readonly value: HistoryValue }): string {
  return value === null ? `delete of ${JSON.stringify(key)}` : `${JSON.stringify(key)} = ${show(value)}`;
}

/** One watch from a start to its end. */
interface Watching {
  /** What it asked for; "from now on" is known once something was said. */
  from: number | undefined;
  /** The highest revision that it saw, 0 before the first. */
  last: number;
  /** What it was told to be complete up to, 0 before that. */
  complete: number;
  readonly seen: Map<number, Set<string>>;
}

class WatcherCheck {
  readonly #watcher: WatcherHistory;
  readonly #known: KnownRevisions;
  readonly #until: number | undefined;
  readonly #findings: WatchFinding[] = [];
  #watching: Watching | undefined;
  #ended = false;
  /** Where it stands; undefined before its first list or watch and after a compaction. */
  #position: number | undefined;

  constructor(watcher: WatcherHistory, known: KnownRevisions, until: number | undefined) {
    this.#watcher = watcher;
    this.#known = known;
    this.#until = until;
  }

  run(): readonly WatchFinding[] {
    for (const [index, step] of this.#watcher.steps.entries()) this.#step(step, index);
    this.#finish(undefined);
    this.#checkEnd();
    return this.#findings;
  }

  #checkEnd(): void {
    const [until, position] = [this.#until, this.#position];
    if (until === undefined || (position !== undefined && position >= until)) return;
    const seen = position === undefined ? 'nothing' : `nothing past revision ${position}`;
    this.#find('short', `has seen ${seen}, though there were changes up to revision ${until}`, {
      revision: until,
    });
  }

  #find(
    kind: WatchFindingKind,
    message: string,
    at: { readonly step?: number; readonly revision?: number },
  ): void {
    this.#findings.push({ kind, watcher: this.#watcher.name, message, ...at });
  }

  #step(step: WatcherStep, index: number): void {
    switch (step.kind) {
      case 'start':
        return this.#start(step.startRevision, index);
      case 'end':
        this.#ended = true;
        if (step.compacted === true) {
          this.#finish(undefined);
          this.#position = undefined;
        }
        return;
      case 'list':
        return this.#list(step, index);
      case 'batch':
        return this.#batch(step, index);
    }
  }

  #list({ revision, objects }: Extract<WatcherStep, { readonly kind: 'list' }>, step: number): void {
    this.#finish(undefined);
    const position = this.#position;
    const at = { step, revision };
    if (position !== undefined && revision < position) {
      this.#find('back', `was listed revision ${revision} though it stood at revision ${position}`, at);
    }
    this.#ended = true;
    this.#position = revision;
    const state = this.#known.stateAt(revision);
    if (state === undefined) return;
    for (const { key, value, revision: changed } of objects) {
      const actual = state.get(key);
      if (actual?.value === value && actual.revision === changed) continue;
      const text = eventText({ key, value });
      this.#find('wrong-list', `a list at revision ${revision} showed ${text} of revision ${changed}`, at);
    }
    const shown = new Set(objects.map(({ key }) => key));
    for (const key of state.keys()) {
      if (this.#watcher.watches?.(key) === false || shown.has(key)) continue;
      this.#find('wrong-list', `a list at revision ${revision} left out ${JSON.stringify(key)}`, at);
    }
  }

  #start(startRevision: number | undefined, index: number): void {
    this.#finish(startRevision);
    const position = this.#position;
    if (position !== undefined && (startRevision === undefined || startRevision > position + 1)) {
      const from = startRevision === undefined ? 'now' : `revision ${startRevision}`;
      this.#find('gap', `started again from ${from} though it stood at revision ${position}`, {
        step: index,
        ...(startRevision === undefined ? {} : { revision: startRevision }),
      });
    }
    this.#ended = false;
    this.#watching = { from: startRevision, last: 0, complete: 0, seen: new Map() };
  }

  #batch({ events, completeRevision }: Extract<WatcherStep, { readonly kind: 'batch' }>, step: number): void {
    const watching = this.#watching;
    if (watching === undefined || this.#ended) {
      this.#find('malformed', 'a batch outside of any watch', { step });
      return;
    }
    for (const event of events) this.#event(watching, event, step);
    if (completeRevision !== undefined) this.#complete(watching, completeRevision, step);
  }

  #event(watching: Watching, event: WatchedEvent, step: number): void {
    const { key, revision } = event;
    const at = { step, revision };
    const text = `${eventText(event)} of revision ${revision}`;
    const before = watching.seen.get(revision);
    this.#checkTruth(event, text, at);
    if (before?.has(key) === true) this.#find('duplicate', `saw ${text} twice`, at);
    else if (watching.from !== undefined && revision < watching.from) {
      this.#find('early', `saw ${text} though it asked for revision ${watching.from} and later`, at);
    } else if (revision < watching.last) {
      this.#find('out-of-order', `saw ${text} after revision ${watching.last}`, at);
    } else if (revision <= watching.complete) {
      this.#find(
        before === undefined ? 'ahead' : 'split',
        `saw ${text} after it had been told that it had everything up to revision ${watching.complete}`,
        at,
      );
    }
    watching.last = Math.max(watching.last, revision);
    if (before === undefined) watching.seen.set(revision, new Set([key]));
    else before.add(key);
  }

  #checkTruth(
    { key, value, revision, type }: WatchedEvent,
    text: string,
    at: { readonly step: number; readonly revision: number },
  ): void {
    const known = this.#known.changesOf(revision)?.get(key);
    if (this.#watcher.watches?.(key) === false) {
      this.#find('foreign', `saw ${text}, a key that it does not watch`, at);
    } else if (known === undefined) {
      this.#find('foreign', `saw ${text}, which that revision did not do`, at);
    } else if (known.value !== value) {
      this.#find('foreign', `saw ${text}, but that revision made it ${show(known.value)}`, at);
    } else if (type !== undefined && known.type !== undefined && type !== known.type) {
      this.#find('foreign', `saw ${text} as ${type}, but that was ${known.type}`, at);
    }
  }

  #complete(watching: Watching, completeRevision: number, step: number): void {
    const reached = Math.max(watching.last, watching.complete);
    if (completeRevision < reached) {
      this.#find(
        'back',
        `was told that it had everything up to revision ${completeRevision}, though it was at revision ${reached}`,
        { step, revision: completeRevision },
      );
    }
    // "From now on" begins with the first thing that was said.
    watching.from ??= Math.min(completeRevision + 1, ...watching.seen.keys());
    watching.complete = Math.max(completeRevision, watching.complete);
  }

  /**
   * The end of a watch: everything that it must have seen by then. Without having been told, its last revision may
   * still have been arriving, unless the next watch begins after it.
   */
  #finish(nextStart: number | undefined): void {
    const watching = this.#watching;
    this.#watching = undefined;
    if (watching === undefined) return;
    const { last, complete, seen } = watching;
    const from = watching.from ?? Math.min(...seen.keys());
    const mayArrive = nextStart === undefined || nextStart <= last;
    const upTo = Math.max(complete, mayArrive ? last - 1 : last);
    for (const revision of this.#known.between(from, upTo)) this.#checkSeen(watching, revision);
    if (from !== Number.POSITIVE_INFINITY) this.#position = Math.max(complete, last, from - 1);
  }

  #checkSeen(watching: Watching, revision: number): void {
    const seen = watching.seen.get(revision);
    const missing = [...(this.#known.changesOf(revision) ?? [])]
      .map(([key, { value }]) => ({ key, value }))
      .filter(({ key }) => this.#watcher.watches?.(key) !== false && seen?.has(key) !== true);
    if (missing.length === 0) return;
    const text = missing.map(eventText).join(', ');
    if (seen === undefined) this.#find('missing', `never saw revision ${revision}: ${text}`, { revision });
    else this.#find('partial', `saw only a part of revision ${revision}, without ${text}`, { revision });
  }
}

export function checkWatches(
  committed: readonly CommittedRevision[],
  watchers: readonly WatcherHistory[],
  knowledge: WatchKnowledge = {},
): WatchVerdict {
  const known = new KnownRevisions(committed, watchers, knowledge);
  const findings = watchers.flatMap((watcher) => new WatcherCheck(watcher, known, knowledge.until).run());
  const events = watchers
    .flatMap((watcher) => watcher.steps)
    .reduce((sum, step) => sum + (step.kind === 'batch' ? step.events.length : 0), 0);
  return {
    kind: findings.length > 0 ? 'violation' : 'complete',
    findings,
    watchers: watchers.length,
    events,
  };
}

/** One line a finding. */
export function watchVerdictText({ findings, watchers, events }: WatchVerdict): string {
  const size = `${watchers} watchers, ${events} events`;
  if (findings.length === 0) return `watches complete: ${size}`;
  return [
    `watches wrong: ${size}`,
    ...findings.map(({ kind, watcher, message, step }) => {
      const where = step === undefined ? '' : ` (step ${step})`;
      return `watcher ${watcher}${where}: ${message} [${kind}]`;
    }),
  ].join('\n');
}
