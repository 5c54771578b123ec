/**
 * Asks each member's /readyz again and again. A member that pauses stops answering and is found out by the
 * timeout: at most 250 ms until the next question, 500 ms for the answer, so within a second.
 */
import { Agent, request } from 'node:https';
import type { Clock, Timer } from '../../platform/index.js';

export const probeIntervalMilliseconds = 250;
/** Until a member was ready for the first time in its life, so that a start is not rounded up. */
export const startingProbeIntervalMilliseconds = 40;
export const probeTimeoutMilliseconds = 500;

export type ProbeAnswer =
  | { readonly kind: 'ready' }
  /** It answered, but not with 200; the text says why. */
  | { readonly kind: 'unready'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface ProbeTarget {
  /** Sends one question; `cancel` ends it unanswered. */
  ask(answered: (answer: ProbeAnswer) => void): { cancel(): void };
  close(): void;
}

export interface Prober {
  /** Begins asking, at once; replaces the target asked before under the same name. */
  watch(name: string, target: ProbeTarget): void;
  forget(name: string): void;
  stop(): void;
}

export interface ProberOptions {
  readonly clock: Clock;
  onAnswer(name: string, answer: ProbeAnswer): void;
}

class Probe {
  readonly #target: ProbeTarget;
  readonly #clock: Clock;
  readonly #onAnswer: (answer: ProbeAnswer) => void;
  #timer: Timer | undefined;
  #question: { cancel(): void } | undefined;
  #wasReady = false;
  #stopped = false;

  constructor(target: ProbeTarget, clock: Clock, onAnswer: (answer: ProbeAnswer) => void) {
    this.#target = target;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
    this.#ask();
  }

  #ask(): void {
    if (this.#stopped) return;
    const asked = this.#clock.monotonicMilliseconds();
    let settled = false;
    const settle = (answer: ProbeAnswer): void => {
      if (settled || this.#stopped) return;
      settled = true;
      this.#timer?.cancel();
      this.#question = undefined;
      if (answer.kind === 'ready') this.#wasReady = true;
      this.#onAnswer(answer);
      const interval = this.#wasReady ? probeIntervalMilliseconds : startingProbeIntervalMilliseconds;
      const spent = this.#clock.monotonicMilliseconds() - asked;
      this.#timer = this.#clock.setTimer(Math.max(0, interval - spent), () => this.#ask());
    };
    this.#timer = this.#clock.setTimer(probeTimeoutMilliseconds, () => {
      // If this process was the one that stalled, the answer lies in the socket: read it before judging.
      this.#clock.defer(() => {
        if (settled) return;
        this.#question?.cancel();
        settle({ kind: 'unreachable', reason: `no answer within ${probeTimeoutMilliseconds} ms` });
      });
    });
    this.#question = this.#target.ask(settle);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#question?.cancel();
    this.#target.close();
  }
}

export function createProber(options: ProberOptions): Prober {
  const probes = new Map<string, Probe>();
  const forget = (name: string): void => {
    probes.get(name)?.stop();
    probes.delete(name);
  };
  return {
    watch(name, target) {
      forget(name);
      probes.set(name, new Probe(target, options.clock, (answer) => options.onAnswer(name, answer)));
    },
    forget,
    stop() {
      for (const name of probes.keys()) forget(name);
    },
  };
}

const maxReasonBytes = 4096;

/** /readyz of the API server at a port, over one kept TLS connection. Health needs no credentials. */
export function readyzTarget(options: { readonly port: number; readonly authority: string }): ProbeTarget {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1, ca: options.authority });
  return {
    ask(answered) {
      const outgoing = request(
        {
          agent,
          host: '127.0.0.1',
          port: options.port,
          path: '/readyz',
          headers: { 'user-agent': 'kuorum-front-door' },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            if (text.length < maxReasonBytes) text += chunk;
          });
          response.once('end', () =>
            answered(
              response.statusCode === 200
                ? { kind: 'ready' }
                : { kind: 'unready', reason: unreadyReason(response.statusCode ?? 0, text) },
            ),
          );
        },
      );
      outgoing.once('error', (error) => answered({ kind: 'unreachable', reason: error.message }));
      outgoing.end();
      return { cancel: () => outgoing.destroy() };
    },
    close: () => agent.destroy(),
  };
}

/** The failed checks of a verbose answer, or its first line. */
function unreadyReason(statusCode: number, text: string): string {
  const failed = text.split('\n').filter((line) => line.startsWith('[-]'));
  return failed.length > 0
    ? failed.join('; ')
    : `/readyz answered ${statusCode} ${text.split('\n')[0] ?? ''}`.trim();
}
