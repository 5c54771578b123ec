/** What a chaos run is asked for, checked before anything starts. */
import { UserError } from '../../cluster/index.js';
import { isPace, type Pace, paceNames } from './pace.js';
import { type NemesisName, nemesisNames } from './plan.js';

export interface ChaosOptions {
  /** 5 when absent. */
  readonly members?: number;
  /** Of faults; 60 s when absent. Starting, healing and checking come on top, each with a bound. */
  readonly durationMilliseconds?: number;
  /** Drawn when absent; the verdict names it. */
  readonly seed?: number;
  /** All but `member` when absent. */
  readonly nemeses?: readonly string[];
  /** Concurrent clients; 8 when absent. */
  readonly clients?: number;
  /** Operations a second, of all clients together; 150 when absent. */
  readonly rate?: number;
  /** How quickly faults follow each other; `usual` when absent. */
  readonly pace?: string;
  /** Where the history goes, as JSON lines in Jepsen's form. */
  readonly history?: string;
  /** Where the timeline goes, as an HTML page. */
  readonly report?: string;
  /** Keep keys, data and logs of the members in this folder, which must not exist or be empty. */
  readonly dataDir?: string;
  /** Steps of the run, for people. */
  readonly onProgress?: (step: string) => void;
  /** Aborted: stop, tear down, reject. */
  readonly signal?: AbortSignal;
}

export interface ChaosPlan {
  readonly members: number;
  readonly durationMilliseconds: number;
  readonly seed: number;
  readonly nemeses: readonly NemesisName[];
  readonly clients: number;
  readonly rate: number;
  readonly pace: Pace;
}

const defaultNemeses: readonly NemesisName[] = ['partition', 'kill', 'pause', 'clock', 'link'];
const longestMilliseconds = 3_600_000;
/** What the checkers take in reasonable time, and a report can show. */
const mostOperations = 500_000;

const isNemesisName = (name: string): name is NemesisName => nemesisNames.some((known) => known === name);

function nemesesOf(asked: readonly string[] | undefined): readonly NemesisName[] {
  if (asked === undefined) return defaultNemeses;
  const names = [...new Set(asked)];
  const known = names.filter(isNemesisName);
  const unknown = names.filter((name) => !isNemesisName(name));
  if (unknown.length > 0) {
    throw new UserError(`unknown nemesis ${unknown.join(', ')}: take some of ${nemesisNames.join(', ')}`);
  }
  if (known.length === 0) throw new UserError(`a chaos run needs a nemesis: ${nemesisNames.join(', ')}`);
  return known;
}

function paceOf(asked: string | undefined): Pace {
  if (asked === undefined) return 'usual';
  if (isPace(asked)) return asked;
  throw new UserError(`unknown pace ${asked}: take one of ${paceNames.join(', ')}`);
}

/** `drawSeed` is asked when no seed is given. @throws UserError */
export function chaosPlan(options: ChaosOptions, drawSeed: () => number): ChaosPlan {
  const { members = 5, durationMilliseconds = 60_000, clients = 8, rate = 150 } = options;
  if (!(durationMilliseconds >= 1_000 && durationMilliseconds <= longestMilliseconds)) {
    throw new UserError('a chaos run lasts from one second to one hour');
  }
  if ((durationMilliseconds / 1000) * rate > mostOperations) {
    throw new UserError(`that is more than ${mostOperations} operations: take a lower --rate or --duration`);
  }
  return {
    members,
    durationMilliseconds,
    seed: options.seed ?? drawSeed(),
    nemeses: nemesesOf(options.nemeses),
    clients,
    rate,
    pace: paceOf(options.pace),
  };
}
