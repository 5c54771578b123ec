/** What it takes to ask another process of this machine something: the other thing that every write waits for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { childEnvironment } from '../../cluster/index.js';
import type { Clock } from '../../platform/index.js';

const QUESTION_BYTES = 256;
/** Until both ends have compiled what they do. */
const UNTIMED_QUESTIONS = 100;
const QUESTIONS = 300;
const LIMIT_MILLISECONDS = 3_000;

/** Sends back what it gets, until whoever started it has gone. */
const echoProgram = `
  const server = require('node:net').createServer({ noDelay: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
`;

/** The median time of 256 bytes over loopback to another process and back: plain TCP, no encryption. */
export async function roundTripMilliseconds(clock: Clock): Promise<number> {
  const child = spawn(process.execPath, ['-e', echoProgram], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: childEnvironment(),
  });
  const exited = once(child, 'exit');
  try {
    return await timeQuestions(await connectTo(child), clock);
  } finally {
    if (child.connected) child.disconnect();
    await exited;
  }
}

async function connectTo(child: ChildProcess): Promise<Socket> {
  const [port] = (await once(child, 'message')) as [number];
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

async function timeQuestions(socket: Socket, clock: Clock): Promise<number> {
  const question = Buffer.alloc(QUESTION_BYTES, 'x');
  const times: number[] = [];
  try {
    const startedAt = clock.monotonicMilliseconds();
    for (let asked = 0; asked < UNTIMED_QUESTIONS + QUESTIONS; asked += 1) {
      const before = clock.monotonicMilliseconds();
      await ask(socket, question);
      const now = clock.monotonicMilliseconds();
      if (asked >= UNTIMED_QUESTIONS) times.push(now - before);
      if (times.length > 0 && now - startedAt > LIMIT_MILLISECONDS) break;
    }
  } finally {
    socket.destroy();
  }
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)]!;
}

function ask(socket: Socket, question: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const take = (bytes: Buffer): void => {
      received += bytes.length;
      if (received < question.length) return;
      socket.off('data', take);
      socket.off('error', reject);
      resolve();
    };
    socket.on('data', take);
    socket.once('error', reject);
    socket.write(question);
  });
}
