/**
 * The Lock service. Whoever's key under the name is the oldest holds the lock, as long as its lease lives. A lease
 * can run out without its holder knowing: what the lock protects has to compare the key's create revision, or keep
 * the revision in the answer's header as a fencing token.
 */
import { etcdError } from '../errors.js';
import { implement, type Method } from '../grpc/service.js';
import { GrpcError, StatusCode } from '../grpc/status.js';
import { noBytes } from '../proto/codec.js';
import { LockService } from '../proto/generated/lock.js';
import { ask, type ServiceTools } from './tools.js';
import { leaseFor, Queue, whileWanted } from './waiting.js';

const sessionExpired = (): GrpcError => new GrpcError(StatusCode.UNKNOWN, 'mutex: session is expired');

export function lockService(tools: ServiceTools): readonly Method[] {
  const { store, facts } = tools;
  return implement(LockService, {
    Lock: ({ name, lease }, call) =>
      whileWanted(tools, call, async (signal) => {
        const queue = new Queue(tools, call, name);
        const place = await queue.takePlace(await leaseFor(tools, call, lease), noBytes);
        const revision = await queue.awaitTurn(place, signal, sessionExpired);
        return { header: facts.header(revision), key: place.key };
      }),
    async Unlock({ key }, call) {
      if (key.length === 0) throw etcdError('emptyKey');
      const { revision } = await ask(tools, call, (context) =>
        store.txn({ compare: [], then: [{ type: 'delete', key }], else: [] }, context),
      );
      return { header: facts.header(revision) };
    },
  });
}
