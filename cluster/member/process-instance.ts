/**
 * A member as a child process. Signals go to this process's own children only, through the handle and never
 * to a bare pid that might be somebody else's by now.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../platform/index.js';
import type { SnapshotAnswer } from '../snapshot/write-snapshot.js';
import type { LaunchMember, MemberEvents, MemberInstance } from './instance.js';
import type { AdminAnswer, MemberMessage, MemberReport, SupervisorMessage } from './protocol.js';

export interface ProcessLaunchOptions {
  /** Holds `member.js`. */
  readonly programFolder: string;
  readonly clock: Clock;
  logPath(name: string): string;
}

/**
 * A put lives for as long as its quorum takes, and what outlives the young generation is copied twice: with a thousand
 * clients a 4 MiB one spends 22% of a member's processor time on garbage, 16 MiB 17%. Idle members stay as small.
 */
export const memberFlags: readonly string[] = ['--max-semi-space-size=16', '--no-warnings'];

/** What a child gets of our environment: not the options of the program that started us. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  return {
    ...rest,
    // A stalled LevelDB write holds a libuv thread for seconds; four would leave none for anything else.
    UV_THREADPOOL_SIZE: '16',
    // glibc gives each of so many threads an arena, and all keep what they once held: 50 MB of a member under load.
    MALLOC_ARENA_MAX: '2',
    MSGPACKR_NATIVE_ACCELERATION_DISABLED: 'true',
  };
}

/** Starts `program` with a pipe for messages and everything it prints in its log file. */
export function spawnProgram(options: {
  readonly program: string;
  readonly name: string;
  readonly logPath: string;
  readonly flags: readonly string[];
}): ChildProcess {
  const log = openSync(options.logPath, 'a', 0o644);
  try {
    return spawn(process.execPath, [...options.flags, options.program, options.name], {
      stdio: ['ignore', log, log, 'ipc'],
      env: childEnvironment(),
    });
  } finally {
    closeSync(log);
  }
}

export function launchMemberProcess(options: ProcessLaunchOptions): LaunchMember {
  return (name, events) => {
    const child = spawnProgram({
      program: join(options.programFolder, 'member.js'),
      name,
      logPath: options.logPath(name),
      flags: memberFlags,
    });
    return memberProcess(child, events, options.clock);
  };
}

const answerGraceMilliseconds = 500;

/** Questions over the pipe and their answers. */
class Requests<Answer> {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #next = 1;
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask(timeoutMilliseconds: number, send: (request: number) => void): Promise<Answer | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    const request = this.#next;
    this.#next += 1;
    return new Promise((resolve) => {
      const settle = (answer: Answer | undefined): void => {
        timer.cancel();
        this.#waiting.delete(request);
        resolve(answer);
      };
      const timer = this.#clock.setTimer(timeoutMilliseconds, () => settle(undefined));
      this.#waiting.set(request, settle);
      send(request);
    });
  }

  answer(request: number, answer: Answer | undefined): void {
    this.#waiting.get(request)?.(answer);
  }

  end(): void {
    this.#ended = true;
    for (const settle of this.#waiting.values()) settle(undefined);
  }
}

function memberProcess(child: ChildProcess, events: MemberEvents, clock: Clock): MemberInstance {
  const reports = new Requests<MemberReport>(clock);
  const calls = new Requests<AdminAnswer>(clock);
  const snapshots = new Requests<SnapshotAnswer>(clock);
  let refusal: Extract<MemberMessage, { type: 'refused' }> | undefined;
  let failure: string | undefined;
  let ended = false;

  const end = (reason: string): void => {
    if (ended) return;
    ended = true;
    reports.end();
    calls.end();
    snapshots.end();
    events.onExit({
      reason: failure ?? reason,
      userMessage: refusal?.message,
      lasting: refusal?.lasting,
    });
  };
  child.on('message', (message: MemberMessage) => {
    switch (message.type) {
      case 'peer-listening':
        events.onPeerListening(message.port);
        break;
      case 'api-listening':
        events.onApiListening(message.port, message.clientPort);
        break;
      case 'report':
        reports.answer(message.request, message.report);
        break;
      case 'admin-answer':
        calls.answer(message.request, message.answer);
        break;
      case 'snapshot-answer':
        snapshots.answer(message.request, message.answer);
        break;
      case 'membership':
        events.onMembership(message.membership);
        break;
      case 'order': {
        const { request, order, timeoutMilliseconds } = message;
        void events.onOrder(order, timeoutMilliseconds).then((outcome) => {
          send({ type: 'order-answer', request, outcome });
        });
        break;
      }
      case 'refused':
        refusal = message;
        failure = message.message;
        break;
      case 'failed':
        failure = message.message;
        break;
    }
  });
  child.once('error', (error) => end(`the process could not be started: ${error.message}`));
  child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));

  // A pipe that breaks because the process ended is told by `exit`.
  const send = (message: SupervisorMessage): void => {
    if (child.connected) child.send(message, () => {});
  };
  return {
    pid: child.pid,
    send,
    report: (timeoutMilliseconds) =>
      reports.ask(timeoutMilliseconds, (request) => send({ type: 'status', request })),
    call: (call, timeoutMilliseconds) =>
      // The member knows the limit too; its own word about what became of the call is the better one.
      calls.ask(timeoutMilliseconds + answerGraceMilliseconds, (request) =>
        send({ type: 'admin', request, call, timeoutMilliseconds }),
      ),
    writeSnapshot: (order, timeoutMilliseconds) =>
      snapshots.ask(timeoutMilliseconds, (request) => send({ type: 'snapshot', request, order })),
    stop: () => send({ type: 'stop' }),
    kill: () => {
      child.kill('SIGKILL');
    },
    pause: () => {
      child.kill('SIGSTOP');
    },
    resume: () => {
      child.kill('SIGCONT');
    },
  };
}
