/** Says what is going on during a start: a spinner on a terminal, plain lines elsewhere. Goes to stderr. */
import type { Clock, Timer } from '../platform/index.js';

export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface Progress {
  step(text: string): void;
  /** A line that stays. */
  note(line: string): void;
  /** Takes the spinner away. */
  end(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMilliseconds = 80;
const clearLine = '\r\u001b[2K';

export function createProgress(stream: ProgressStream, clock: Clock): Progress {
  if (stream.isTTY !== true) {
    return {
      step: (text) => stream.write(`${text} …\n`),
      note: (line) => stream.write(`${line}\n`),
      end: () => {},
    };
  }
  let text: string | undefined;
  let frame = 0;
  let timer: Timer | undefined;
  const draw = (): void => {
    if (text === undefined) return;
    stream.write(`${clearLine}${frames[frame % frames.length]} ${text} …`);
    frame += 1;
    timer = clock.setTimer(frameMilliseconds, draw);
  };
  const stop = (): void => {
    timer?.cancel();
    if (text !== undefined) stream.write(clearLine);
    text = undefined;
  };
  return {
    step(next) {
      stop();
      text = next;
      draw();
    },
    note(line) {
      const current = text;
      stop();
      stream.write(`${line}\n`);
      text = current;
      draw();
    },
    end: stop,
  };
}
