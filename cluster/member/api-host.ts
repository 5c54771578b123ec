/** The API half of a member: an API server over a store, with the port of the last run when it is free. */

import { type ApiServer, startApiServer } from '../../apiserver/index.js';
import type { Clock, Logger, Random } from '../../platform/index.js';
import type { ClusterAdmin, Store } from '../../storage/index.js';
import { errorCode } from '../atomic-file.js';
import type { MemberConfig } from './protocol.js';

export interface ApiHostOptions {
  readonly config: Pick<MemberConfig, 'name' | 'apiPort' | 'apiTls'>;
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export async function startApiHost(options: ApiHostOptions): Promise<ApiServer> {
  const { config, store, admin, clock, random, logger } = options;
  const start = (port: number): Promise<ApiServer> =>
    startApiServer({
      store,
      admin,
      clock,
      random,
      logger,
      memberName: config.name,
      host: '127.0.0.1',
      port,
      tls: config.apiTls,
    });
  if (config.apiPort === 0) return start(0);
  try {
    return await start(config.apiPort);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    logger.warn('the API port of the last run is not free', { port: config.apiPort });
    return start(0);
  }
}
