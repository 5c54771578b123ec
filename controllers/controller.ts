/**
 * The loop that every controller shares: keys come from a queue, a reconcile function brings the world nearer
 * to what the object asks for, and its result or error decides when the key comes again.
 *
 * Level-based: reconcile gets a key, not an event, and looks at what is. It may be called at any time, any
 * number of times, never twice at once for one key.
 */
import { ApiConnectionError, ApiStatusError, type WorkQueue } from '../client/index.js';
import type { Logger } from '../platform/index.js';

export type ReconcileResult =
  /** Nothing more to do until the object changes. */
  | { readonly kind: 'done' }
  /** Look again after a growing pause: it depends on something that is not watched. */
  | { readonly kind: 'again' }
  | { readonly kind: 'again-after'; readonly delayMilliseconds: number };

export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly logger: Logger;
  readonly workers: number;
  /** Aborted: take no further key. */
  readonly signal: AbortSignal;
  /** Rejects to have the key again after a growing pause. */
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult>;
}

/** Runs the workers; resolves once `signal` is aborted and the keys in hand are done with. */
export async function runController(options: ControllerOptions): Promise<void> {
  const { queue, signal } = options;
  const shutDown = (): void => queue.shutDown();
  signal.addEventListener('abort', shutDown, { once: true });
  if (signal.aborted) shutDown();
  await Promise.all(Array.from({ length: options.workers }, () => work(options)));
}

async function work(options: ControllerOptions): Promise<void> {
  const { queue, signal } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    try {
      if (!signal.aborted) await reconcileOnce(options, key);
    } finally {
      queue.done(key);
    }
  }
}

async function reconcileOnce(options: ControllerOptions, key: string): Promise<void> {
  const { name, queue, logger, signal } = options;
  try {
    const result = await options.reconcile(key, signal);
    switch (result.kind) {
      case 'done':
        queue.forget(key);
        break;
      case 'again':
        queue.addRateLimited(key);
        break;
      case 'again-after':
        queue.forget(key);
        queue.addAfter(key, result.delayMilliseconds);
        break;
    }
  } catch (error) {
    if (signal.aborted) return;
    const expected = error instanceof ApiStatusError || error instanceof ApiConnectionError;
    const fields = { controller: name, key, reason: error instanceof Error ? error.message : String(error) };
    // Conflicts and lost connections are daily life; anything else is a fault of ours and shows its stack.
    if (expected) logger.info('will reconcile again', fields);
    else
      logger.error('reconcile failed', {
        ...fields,
        stack: error instanceof Error ? error.stack : undefined,
      });
    queue.addRateLimited(key);
  }
}
