/** Reading a request's body within its bounds of size and time. */
import { ApiError, badRequest, requestEntityTooLarge } from '../../api/index.js';
import type { Clock } from '../../platform/index.js';
import type { ApiServerLimits } from '../limits.js';
import type { NodeRequest } from './listener.js';

/** @throws ApiError 413, 408 or 400 */
export function readBody(request: NodeRequest, limits: ApiServerLimits, clock: Clock): Promise<Uint8Array> {
  const tooLarge = (): ApiError => requestEntityTooLarge(`limit is ${limits.maxBodyBytes}`);
  const declared = Number(request.headers['content-length'] ?? '0');
  if (declared > limits.maxBodyBytes) {
    request.resume();
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const timer = clock.setTimer(limits.bodyTimeoutMilliseconds, () => {
      settle(() => reject(new ApiError(408, 'Timeout', 'the request body did not arrive in time')));
    });
    const settle = (finish: () => void): void => {
      timer.cancel();
      request.off('data', onData);
      request.resume();
      finish();
    };
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > limits.maxBodyBytes) settle(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () =>
      settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))),
    );
    const broken = (): void => settle(() => reject(badRequest('the request body broke off')));
    request.once('aborted', broken);
    request.once('error', broken);
    request.once('close', broken);
  });
}
