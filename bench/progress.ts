/** How far the benchmark is: a bar on a terminal, one plain line a step elsewhere. */
import type { Clock, Timer } from '../platform/index.js';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Progress {
  /** Begins the next step, which should take about so long. */
  step(name: string, expectedSeconds: number): void;
  /** Wipes the bar. */
  end(): void;
}

const barCells = 24;
const redrawMilliseconds = 200;

export interface ProgressState {
  readonly stepIndex: number;
  readonly steps: number;
  readonly name: string;
  /** Of this step, from 0 to 1. */
  readonly fraction: number;
}

/** `[########----------------]  4/11 creates, 16 clients` */
export function bar({ stepIndex, steps, name, fraction }: ProgressState): string {
  const share = Math.min(1, (stepIndex + Math.min(1, Math.max(0, fraction))) / Math.max(1, steps));
  const full = Math.floor(share * barCells);
  const cells = '#'.repeat(full) + '-'.repeat(barCells - full);
  return `[${cells}] ${String(stepIndex + 1).padStart(String(steps).length)}/${steps} ${name}`;
}

export function createProgress(output: Output, clock: Clock, steps: number): Progress {
  let stepIndex = -1;
  let name = '';
  let startedAt = 0;
  let expectedMilliseconds = 1;
  let timer: Timer | undefined;

  function draw(): void {
    const fraction = (clock.monotonicMilliseconds() - startedAt) / expectedMilliseconds;
    const line = bar({ stepIndex, steps, name, fraction }).slice(0, (output.columns ?? 80) - 1);
    output.write(`\r${line}\u001b[K`);
    timer = clock.setTimer(redrawMilliseconds, draw);
  }

  return {
    step(next, expectedSeconds) {
      timer?.cancel();
      stepIndex += 1;
      name = next;
      startedAt = clock.monotonicMilliseconds();
      expectedMilliseconds = Math.max(1, expectedSeconds * 1000);
      if (output.isTTY === true) draw();
      else output.write(`${stepIndex + 1}/${steps} ${name}\n`);
    },
    end() {
      timer?.cancel();
      if (output.isTTY === true) output.write('\r\u001b[K');
    },
  };
}
