/**
 * Entry of a member's process. The main thread has the disk, the peers and the store; a worker thread serves
 * the API. Its life is its supervisor's: it starts, changes faults and stops on the supervisor's word, leaves
 * the terminal's signals alone (the supervisor gets them too and orders the stop), and ends when the pipe to
 * the supervisor does.
 */

import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Clock, ClockFault, DiskFault, LinkFaults, Logger } from '../../platform/index.js';
import { createLogger, systemClock, systemRandom, withClockFaults } from '../../platform/index.js';
import { serveStore } from '../../storage/index.js';
import { type LogFile, openLogFile } from '../log-file.js';
import type { SnapshotAnswer } from '../snapshot/write-snapshot.js';
import { isUserError } from '../user-error.js';
import type { ApiWorkerAnswer, ApiWorkerRequest } from './api-worker.js';
import { lastingReason } from './lasting-refusal.js';
import { type MemberCore, startMemberCore } from './member-core.js';
import type { AdminAnswer, MemberConfig, MemberMessage, PeerAddress, SupervisorMessage } from './protocol.js';

/** Requests that run get this long to end when the member stops. */
const stopGraceMilliseconds = 500;

/** How long the whole farewell may take before the process ends all the same: the log has what matters. */
const stopLimitMilliseconds = 5_000;

interface Running {
  readonly logFile: LogFile;
  readonly logger: Logger;
  core: MemberCore | undefined;
}

function say(message: MemberMessage): void {
  // The supervisor may be gone already: then `disconnect` ends this process.
  if (process.connected) process.send?.(message, () => {});
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Ends the process once the message is on its way. */
function endWith(message: MemberMessage): void {
  if (!process.connected || process.send === undefined) process.exit(1);
  process.send(message, () => process.exit(1));
}

function startWorker(): Worker {
  return new Worker(fileURLToPath(new URL('./api-worker.js', import.meta.url)), {
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
}

/** What the supervisor said while the member was not there yet to hear it. */
interface Early {
  peers: readonly PeerAddress[] | undefined;
  linkFaults: LinkFaults | undefined;
  /** `undefined` in it: the disk was set right. */
  diskFault: { readonly fault: DiskFault | undefined } | undefined;
}

async function runMember(
  config: MemberConfig,
  worker: Worker,
  clock: Clock,
  early: Readonly<Early>,
  onEnded: (refusal: Error) => void,
): Promise<Running> {
  const logFile = openLogFile(config.logPath);
  const logger = createLogger({ level: config.logLevel, name: config.name, destination: logFile });
  const running: Running = { logFile, logger, core: undefined };
  logger.info('member starts', { pid: process.pid, id: config.id });
  worker.on('message', (answer: ApiWorkerAnswer) => {
    switch (answer.type) {
      case 'listening':
        logger.info('API server listens', { port: answer.apiPort, etcdPort: answer.clientPort });
        say({ type: 'api-listening', port: answer.apiPort, clientPort: answer.clientPort });
        break;
      case 'failed':
        logger.error('API server failed', { reason: answer.message });
        endWith({ type: 'failed', message: answer.message });
        break;
      case 'log':
        logFile.write(answer.line);
        break;
      case 'order':
        say(answer);
        break;
      case 'closed':
        break;
    }
  });
  const core = await startMemberCore({
    config,
    clock,
    random: systemRandom(),
    logger,
    onMembership: (membership) => say({ type: 'membership', membership }),
    onEnded,
  });
  running.core = core;
  say({ type: 'peer-listening', port: core.peerPort });
  if (early.linkFaults !== undefined) core.setLinkFaults(early.linkFaults);
  if (early.diskFault !== undefined) core.setDiskFault(early.diskFault.fault);
  if (early.peers !== undefined) core.setPeers(early.peers);
  const { port1, port2 } = new MessageChannel();
  serveStore(core, {
    postMessage: (value, transferList) => port1.postMessage(value, transferList as ArrayBuffer[] | undefined),
    on: (event, listener) => port1.on(event, listener as (value: unknown) => void),
    close: () => port1.close(),
  });
  const request: ApiWorkerRequest = {
    type: 'serve',
    config: {
      name: config.name,
      apiPort: config.apiPort,
      apiTls: config.apiTls,
      clientPort: config.clientPort,
      peerTls: config.peerTls,
      logLevel: config.logLevel,
    },
    storePort: port2,
  };
  worker.postMessage(request, [port2]);
  return running;
}

async function closeWorker(worker: Worker): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    worker.on('message', (answer: ApiWorkerAnswer) => {
      if (answer.type === 'closed') resolve();
    });
    worker.once('exit', () => resolve());
  });
  const request: ApiWorkerRequest = { type: 'close', graceMilliseconds: stopGraceMilliseconds };
  worker.postMessage(request);
  await closed;
}

async function answerAdmin(
  core: MemberCore | undefined,
  { request, call, timeoutMilliseconds }: Extract<SupervisorMessage, { type: 'admin' }>,
): Promise<MemberMessage> {
  const answer: AdminAnswer =
    core === undefined
      ? { kind: 'refused', refusal: { reason: 'no-leader', message: 'the member is just starting' } }
      : await core.call(call, timeoutMilliseconds);
  return { type: 'admin-answer', request, answer };
}

async function answerSnapshot(
  core: MemberCore | undefined,
  { request, order }: Extract<SupervisorMessage, { type: 'snapshot' }>,
): Promise<MemberMessage> {
  const answer: SnapshotAnswer =
    core === undefined
      ? { kind: 'failed', message: 'the member is just starting', elsewhere: true }
      : await core.writeSnapshot(order);
  return { type: 'snapshot-answer', request, answer };
}

function main(): void {
  // Ctrl-C reaches the whole foreground group; the supervisor decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const worker = startWorker();
  let running: Running | undefined;
  let starting: Promise<void> | undefined;
  const clock = withClockFaults(systemClock());
  const early: Early = { peers: undefined, linkFaults: undefined, diskFault: undefined };
  let stopping = false;

  const fail = (error: unknown): void => {
    const message = error instanceof Error && isUserError(error) ? error.message : describe(error);
    running?.logger.error('member ends', { reason: message });
    endWith(
      isUserError(error)
        ? { type: 'refused', message, lasting: lastingReason(error) }
        : { type: 'failed', message },
    );
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  worker.on('error', fail);
  worker.on('exit', () => {
    if (!stopping) fail(new Error('the API thread ended'));
  });

  const tellWorker = (request: ApiWorkerRequest): void => worker.postMessage(request);

  /** Both threads read the same wrong clock. */
  function setClockFault(fault: ClockFault | undefined): void {
    clock.setClockFault(fault);
    tellWorker({ type: 'clock-fault', fault });
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    const limit = systemClock({ unref: true }).setTimer(stopLimitMilliseconds, () => process.exit(1));
    try {
      await starting;
      await closeWorker(worker);
      await running?.core?.close();
      running?.logger.info('member stopped');
    } finally {
      limit.cancel();
      process.exit(0);
    }
  }

  const alone = (): void => {
    running?.logger.warn('the supervisor is gone');
    void stop();
  };
  process.on('disconnect', alone);
  process.on('message', (message: SupervisorMessage) => {
    switch (message.type) {
      case 'start':
        setClockFault(message.config.clockFault);
        starting = runMember(message.config, worker, clock, early, fail).then((value) => {
          running = value;
        }, fail);
        break;
      case 'peers':
        early.peers = message.peers;
        tellWorker({ type: 'peers', peers: message.peers });
        running?.core?.setPeers(message.peers);
        break;
      case 'link-faults':
        early.linkFaults = message.faults;
        running?.core?.setLinkFaults(message.faults);
        break;
      case 'clock-fault':
        setClockFault(message.fault);
        break;
      case 'disk-fault':
        early.diskFault = message;
        running?.core?.setDiskFault(message.fault);
        break;
      case 'status':
        void (running?.core?.report() ?? Promise.resolve(undefined))
          .catch(() => undefined)
          .then((report) => say({ type: 'report', request: message.request, report }));
        break;
      case 'admin':
        void answerAdmin(running?.core, message).then(say);
        break;
      case 'snapshot':
        void answerSnapshot(running?.core, message).then(say);
        break;
      case 'order-answer':
        tellWorker(message);
        break;
      case 'stop':
        void stop();
        break;
    }
  });
  // A supervisor that died while this program was being loaded was heard by nobody.
  if (!process.connected) alone();
}

main();
