/** A port of the last run is taken again when it is free, so that what people have written down stays true. */
import type { Logger } from '../../platform/index.js';
import { errorCode } from '../atomic-file.js';

/** `wanted` 0: any. `what` is for the log. */
export async function listenAgain<Server>(
  what: string,
  wanted: number,
  start: (port: number) => Promise<Server>,
  logger: Logger,
): Promise<Server> {
  if (wanted === 0) return start(0);
  try {
    return await start(wanted);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    logger.warn(`the ${what} port of the last run is not free`, { port: wanted });
    return start(0);
  }
}
