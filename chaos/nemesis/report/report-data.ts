/** What the page draws from: the run as compact data, times in milliseconds from the first client's start. */
import type { Figures } from '../figures.js';
import type { Judgement } from '../judge.js';
import type { ChaosPlan } from '../options.js';
import { nemesisNames } from '../plan.js';
import type { Storm } from '../storm.js';
import { headline } from '../verdict-text.js';

export interface ReportInput {
  readonly plan: ChaosPlan;
  readonly storm: Storm;
  readonly figures: Figures;
  readonly judgement: Judgement;
  /** When the run began. */
  readonly wallMilliseconds: number;
}

/** client, start, duration (-1: no end), ending, and numbers into `words` for f, subject, target and error. */
type OperationRow = readonly [number, number, number, 0 | 1 | 2, number, number, number, number];

export interface ReportData {
  readonly verdict: Judgement['verdict'];
  readonly headline: string;
  readonly clients: number;
  readonly members: readonly string[];
  readonly nemeses: readonly string[];
  readonly endMilliseconds: number;
  readonly stormEndMilliseconds: number;
  readonly gap: { readonly start: number; readonly milliseconds: number };
  readonly words: readonly string[];
  readonly operations: readonly OperationRow[];
  readonly faults: readonly {
    readonly nemesis: string;
    readonly text: string;
    readonly members: readonly string[];
    readonly start: number;
    readonly end: number;
    readonly trouble: string | null;
  }[];
  /** Time, leader (-1: none), term, how many members are ready. */
  readonly observations: readonly (readonly [number, number, number, number])[];
  readonly violations: readonly {
    readonly title: string;
    readonly text: string;
    readonly operations: readonly number[];
  }[];
}

const endings = { ok: 0, fail: 1, info: 2 } as const;

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

function wordNumbers(): { readonly words: readonly string[]; readonly numberOf: (word: string) => number } {
  const words: string[] = [];
  const numbers = new Map<string, number>();
  return {
    words,
    numberOf(word) {
      const known = numbers.get(word);
      if (known !== undefined) return known;
      numbers.set(word, words.length);
      words.push(word);
      return words.length - 1;
    },
  };
}

/** Every member that was ever seen, in the order of their numbers. */
export function membersSeen({
  observations,
  faults,
}: Pick<Storm, 'observations' | 'faults'>): readonly string[] {
  const seen = new Set([
    ...observations.flatMap(({ members }) => members),
    ...faults.flatMap(({ members }) => members),
  ]);
  return [...seen].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export function reportData({ plan, storm, figures, judgement }: ReportInput): ReportData {
  const start = storm.startMilliseconds;
  const since = (milliseconds: number): number => rounded(milliseconds - start);
  const members = membersSeen(storm);
  const { words, numberOf } = wordNumbers();
  return {
    verdict: judgement.verdict,
    headline: headline(judgement),
    clients: plan.clients,
    members,
    nemeses: nemesisNames.filter((name) => plan.nemeses.includes(name)),
    endMilliseconds: since(storm.endMilliseconds),
    stormEndMilliseconds: since(storm.stormEndMilliseconds),
    gap: {
      start: since(figures.longestWriteGap.fromMilliseconds),
      milliseconds: rounded(figures.longestWriteGap.milliseconds),
    },
    words,
    operations: storm.operations.map(
      (record): OperationRow => [
        record.client,
        since(record.startMilliseconds),
        record.endMilliseconds === undefined
          ? -1
          : rounded(record.endMilliseconds - record.startMilliseconds),
        endings[record.ending ?? 'info'],
        numberOf(record.f === 'txn' && record.isRead ? 'txn read' : record.f),
        numberOf(record.subject),
        numberOf(record.target),
        record.error === undefined ? -1 : numberOf(record.error),
      ],
    ),
    faults: storm.faults.map((fault) => ({
      nemesis: fault.nemesis,
      text: fault.text,
      members: fault.members,
      start: since(fault.startMilliseconds),
      end: since(fault.endMilliseconds ?? storm.stormEndMilliseconds),
      trouble: fault.trouble ?? null,
    })),
    observations: storm.observations.map(({ atMilliseconds, leader, term, ready }) => [
      since(atMilliseconds),
      leader === undefined ? -1 : members.indexOf(leader),
      term ?? 0,
      ready.length,
    ]),
    violations: judgement.violations,
  };
}
