/** Three members in three processes, as a cluster has them: LevelDB, mutual TLS; without the API. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment, ensurePki, memberFlags, pkiLayout } from '../../cluster/index.js';
import { type Clock, systemRandom } from '../../platform/index.js';
import { untilDefined } from '../until.js';
import { memberIds, memberName } from './member.js';
import type { BenchAnswer, BenchRequest } from './protocol.js';
import type { OpenSubject, RunOptions, RunResult } from './run.js';

/** Where the built benchmark finds its member. */
export const memberProgram = (): string => fileURLToPath(new URL('./bench-member.js', import.meta.url));

type AnswerTo<Kind extends BenchAnswer['kind']> = Extract<BenchAnswer, { kind: Kind }>;

class MemberProcess {
  readonly id: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(id: number, program: string) {
    this.id = id;
    this.#child = fork(program, [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...memberFlags],
      env: childEnvironment(),
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** One request at a time; after an abort none. */
  async ask<Kind extends BenchAnswer['kind']>(
    request: BenchRequest,
    kind: Kind,
    signal?: AbortSignal,
  ): Promise<AnswerTo<Kind>> {
    const answered = once(this.#child, 'message', signal === undefined ? {} : { signal });
    this.#child.send(request);
    const ended = this.#exited.then(() => {
      throw new Error(`the process of ${memberName(this.id)} ended`);
    });
    const [answer] = (await Promise.race([answered, ended])) as [BenchAnswer];
    if (answer.kind === 'failed') throw new Error(`${memberName(this.id)}: ${answer.message}`);
    if (answer.kind !== kind) throw new Error(`${memberName(this.id)} answered ${answer.kind}, not ${kind}`);
    return answer as AnswerTo<Kind>;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.disconnect();
    await this.#exited;
  }
}

export interface ProcessesOptions {
  readonly folder: string;
  readonly program: string;
  readonly clock: Clock;
  readonly batching: boolean;
}

export async function openProcesses(options: ProcessesOptions): Promise<OpenSubject> {
  const { folder, clock, batching, program } = options;
  const members = memberIds.map((id) => new MemberProcess(id, program));
  const close = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.end()));
  };
  try {
    const pki = await ensurePki({
      folder: join(folder, 'pki'),
      layout: pkiLayout(memberIds.map(memberName), hostname(), []),
      clock,
      random: systemRandom(),
      forming: true,
    });
    const ports = await Promise.all(
      members.map(async (member): Promise<[number, number]> => {
        const name = memberName(member.id);
        const tls = { ...pki.pair(`etcd/${name}`), authority: pki.authorities['etcd/ca'] };
        const config = { id: member.id, folder: join(folder, name), batching, tls };
        const { port } = await member.ask({ kind: 'start', config }, 'listening');
        return [member.id, port];
      }),
    );
    await Promise.all(members.map((member) => member.ask({ kind: 'peers', ports }, 'connected')));
  } catch (error) {
    await close();
    throw error;
  }
  const findLeader = async (): Promise<MemberProcess | undefined> => {
    for (const member of members) {
      if ((await member.ask({ kind: 'role' }, 'role')).leads) return member;
    }
    return undefined;
  };
  const run = async (runOptions: RunOptions, signal: AbortSignal): Promise<RunResult> => {
    const leader = await untilDefined('a leader', { clock, signal, pollMilliseconds: 20 }, findLeader);
    const { result } = await leader.ask({ kind: 'run', options: runOptions }, 'result', signal);
    return result;
  };
  return { layer: 'processes', batching, run, close };
}
