/** The control loops over a client of the front door, wherever they run. Resolves when `signal` stopped them. */
import { createApiClient } from '../../client/index.js';
import { runControllers } from '../../controllers/index.js';
import { createLogger, systemClock, systemRandom } from '../../platform/index.js';
import { openLogFile } from '../log-file.js';
import type { ControllersConfig } from './protocol.js';

export async function runControlLoops(config: ControllersConfig, signal: AbortSignal): Promise<void> {
  const clock = systemClock();
  const logFile = openLogFile(config.logPath);
  const logger = createLogger({ level: config.logLevel, name: 'controllers', destination: logFile });
  const client = createApiClient({
    server: config.server,
    tls: { authority: config.authority, certificate: config.client.certificate, key: config.client.key },
    clock,
    logger,
    userAgent: 'kuorum-controllers',
  });
  try {
    await runControllers({
      client,
      clock,
      random: systemRandom(),
      logger,
      identity: config.identity,
      signal,
    });
  } finally {
    client.close();
    logFile.close();
  }
}
