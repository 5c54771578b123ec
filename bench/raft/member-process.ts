/**
 * Entry of a member's process in the benchmark: a member as a cluster runs it, without the API before it, so
 * that what is measured is the log and its replication. It answers one request after the other and ends with
 * the pipe to the benchmark.
 */
import { silentLogger, systemClock, systemRandom } from '../../platform/index.js';
import { createPeerTransport, type PeerTransport } from '../../raft/index.js';
import type { MemberStore } from '../../storage/index.js';
import { clusterId, measureMember, memberIds, memberName, openBareMember } from './member.js';
import type { BenchAnswer, BenchMemberConfig, BenchRequest } from './protocol.js';

const host = '127.0.0.1';

interface Started {
  readonly transport: PeerTransport;
  readonly member: MemberStore;
}

async function start(config: BenchMemberConfig): Promise<Started> {
  const { id, folder, batching, tls } = config;
  const clock = systemClock();
  const random = systemRandom();
  const transport = await createPeerTransport({
    localId: id,
    localName: memberName(id),
    clusterId,
    host,
    port: 0,
    tls,
    isMemberName: (name) => memberIds.some((other) => memberName(other) === name),
    clock,
    random,
    logger: silentLogger,
  });
  const member = await openBareMember({ id, folder, transport, batching, clock, random });
  return { transport, member };
}

function serve(): void {
  const end = new AbortController();
  let started: Started | undefined;
  const answer = async (request: BenchRequest): Promise<BenchAnswer> => {
    if (request.kind === 'start') {
      started = await start(request.config);
      return { kind: 'listening', port: started.transport.port };
    }
    if (started === undefined) throw new Error('the member has not been started');
    const { transport, member } = started;
    switch (request.kind) {
      case 'peers':
        transport.setPeers(
          new Map(
            request.ports.map(([id, port]) => [id, { name: memberName(id), address: `${host}:${port}` }]),
          ),
        );
        return { kind: 'connected' };
      case 'role': {
        const { role, appliedIndex } = member.raft.status();
        return { kind: 'role', leads: role === 'leader' && appliedIndex > 0 };
      }
      case 'run':
        return {
          kind: 'result',
          result: await measureMember(member, 'processes', request.options, systemClock(), end.signal),
        };
    }
  };
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (request: BenchRequest) => {
    turn = turn
      .then(() => answer(request))
      .catch(
        (error: unknown): BenchAnswer => ({
          kind: 'failed',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then((said) => {
        if (process.connected) process.send?.(said);
      });
  });
  // Ctrl-C reaches the whole foreground group; the benchmark decides what it means.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => {
    end.abort();
    void turn.then(async () => {
      await started?.member.close();
      process.exit(0);
    });
  });
}

serve();
