/** What the benchmark of the log found, as tables for people. Speed is only told in ratios within one run. */
import { textTable } from '../../platform/index.js';
import { milliseconds } from '../report.js';
import type { Layer, RunResult } from './run.js';

const layerNames: Readonly<Record<Layer, string>> = {
  core: 'core alone',
  'in-process': 'three members, one process',
  processes: 'three processes',
};

export interface Ratio {
  readonly what: string;
  readonly payloadBytes: number;
  readonly inFlight: number;
  readonly ratio: number;
}

export interface RaftBenchResults {
  readonly runs: readonly RunResult[];
  readonly ratios: readonly Ratio[];
}

const same = (one: RunResult, other: RunResult): boolean =>
  one.payloadBytes === other.payloadBytes && one.inFlight === other.inFlight;

/** How the layers compare, what sharing writes and messages brings, and what proposing together brings. */
export function ratiosOf(runs: readonly RunResult[]): readonly Ratio[] {
  const ratios: Ratio[] = [];
  const compare = (what: string, run: RunResult, other: RunResult | undefined): void => {
    if (other === undefined || other.perSecond === 0) return;
    const { payloadBytes, inFlight } = run;
    ratios.push({ what, payloadBytes, inFlight, ratio: run.perSecond / other.perSecond });
  };
  const batched = runs.filter(({ batching }) => batching);
  const layer = (run: RunResult, wanted: Layer): RunResult | undefined =>
    batched.find((other) => other.layer === wanted && same(run, other));
  for (const run of batched) {
    if (run.layer === 'in-process')
      compare('three members in one process / core alone', run, layer(run, 'core'));
    if (run.layer === 'processes')
      compare('three processes / three members in one process', run, layer(run, 'in-process'));
  }
  for (const run of batched) {
    const single = runs.find((other) => !other.batching && other.layer === run.layer && same(run, other));
    compare(`${layerNames[run.layer]}: shared / one entry a write and a message`, run, single);
  }
  for (const run of batched) {
    if (run.inFlight === 1) continue;
    const alone = batched.find(
      (other) => other.layer === run.layer && other.inFlight === 1 && other.payloadBytes === run.payloadBytes,
    );
    compare(`${layerNames[run.layer]}: ${run.inFlight} in flight / 1`, run, alone);
  }
  return ratios;
}

const size = (bytes: number): string =>
  bytes % 1024 === 0 && bytes > 0 ? `${bytes / 1024} KiB` : `${bytes} B`;

const figure = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);

export function raftResultsText({ runs, ratios }: RaftBenchResults): string {
  const sections = [
    'core alone: no disk, no network. One process: the store on LevelDB, messages handed over as objects.\n' +
      'Three processes: the store on LevelDB, gRPC under mutual TLS, proposals made at the leader.\n' +
      'A write is one batch of the log, synced once with its witness beside it; a message goes to one follower.',
    textTable([
      [
        'LAYER',
        'PAYLOAD',
        'IN FLIGHT',
        'ENTRIES/S',
        'P50',
        'P99',
        'ENTRIES/WRITE',
        'ENTRIES/MESSAGE',
        'ERRORS',
      ],
      ...runs.map((run) => [
        `${layerNames[run.layer]}${run.batching ? '' : ', nothing shared'}`,
        size(run.payloadBytes),
        String(run.inFlight),
        run.perSecond.toFixed(0),
        milliseconds(run.p50Milliseconds),
        milliseconds(run.p99Milliseconds),
        figure(run.entriesPerWrite),
        figure(run.entriesPerMessage),
        String(run.errors),
      ]),
    ]),
    textTable([
      ['RATIO OF ENTRIES A SECOND', 'PAYLOAD', 'IN FLIGHT', 'RATIO'],
      ...ratios.map(({ what, payloadBytes, inFlight, ratio }) => [
        what,
        size(payloadBytes),
        String(inFlight),
        `${ratio < 0.1 ? ratio.toFixed(4) : figure(ratio)}×`,
      ]),
    ]),
  ];
  return `\n${sections.join('\n\n')}\n`;
}
