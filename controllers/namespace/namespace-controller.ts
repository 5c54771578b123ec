/**
 * Empties a namespace that is being deleted, tells what keeps it, and lets it go once it is empty.
 *
 * The server refuses new content from the moment the namespace is Terminating, so what a list shows empty
 * afterwards stays empty.
 */
import { formatTime, getPath, isObject, type JsonObject } from '../../api/index.js';
import {
  createInformer,
  createWorkQueue,
  discoverResources,
  isNotFound,
  objectKey,
  type ResourceReference,
} from '../../client/index.js';
import { type ReconcileResult, runController } from '../controller.js';
import type { ControllerContext } from '../run-controllers.js';
import { type DeletionProgress, isEmpty, nextConditions } from './conditions.js';
import { deletableResources, deleteContent } from './content.js';
import { deleteStrandedPods } from './stranded-pods.js';

const namespaces: ResourceReference = { group: '', version: 'v1', resource: 'namespaces' };
/** The finalizer that is this controller's to remove. */
const ownFinalizer = 'kubernetes';
const workers = 4;
const initialRetryMilliseconds = 100;
const maxRetryMilliseconds = 10_000;

/** Runs until `signal` is aborted. */
export async function runNamespaceController(context: ControllerContext, signal: AbortSignal): Promise<void> {
  const { client, clock, random, logger } = context;
  const queue = createWorkQueue({ clock, random, initialRetryMilliseconds, maxRetryMilliseconds });
  const informer = createInformer({ client, clock, random, logger, resource: namespaces });
  informer.onChange((change) => {
    if (change.type !== 'deleted' && isTerminating(change.object)) queue.add(objectKey(change.object));
  });
  await Promise.all([
    informer.run(signal),
    runController({
      name: 'namespace',
      queue,
      logger,
      workers,
      signal,
      reconcile: (name) => reconcileNamespace(context, name, signal),
    }),
  ]);
}

function isTerminating(namespace: JsonObject): boolean {
  return getPath(namespace, 'metadata', 'deletionTimestamp') !== undefined;
}

/** One look at one namespace. Rejects with the client's errors. */
export async function reconcileNamespace(
  context: Pick<ControllerContext, 'client' | 'clock' | 'logger'>,
  name: string,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { client, clock, logger } = context;
  const namespace = await readNamespace(context, name, signal);
  if (namespace === undefined || !isTerminating(namespace)) return { kind: 'done' };
  if (!finalizersOf(namespace).includes(ownFinalizer)) return { kind: 'done' };

  const discovery = await discoverResources(client, { signal });
  const content = await deleteContent(client, name, deletableResources(discovery.resources), signal);
  const progress: DeletionProgress = { discovery, content };
  if (content.remaining.some(({ resource }) => resource === 'pods')) {
    await deleteStrandedPods(client, clock, name, signal);
  }
  const current = await writeConditions(context, namespace, progress, signal);
  if (!isEmpty(progress)) return { kind: 'again' };

  await releaseNamespace(context, current, signal);
  logger.info('the namespace is empty', { namespace: name });
  return { kind: 'done' };
}

async function readNamespace(
  { client }: Pick<ControllerContext, 'client'>,
  name: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  try {
    return await client.get(namespaces, name, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function finalizersOf(namespace: JsonObject): readonly string[] {
  const finalizers = getPath(namespace, 'spec', 'finalizers');
  return Array.isArray(finalizers) ? finalizers.filter((name) => typeof name === 'string') : [];
}

async function writeConditions(
  { client, clock }: Pick<ControllerContext, 'client' | 'clock'>,
  namespace: JsonObject,
  progress: DeletionProgress,
  signal: AbortSignal,
): Promise<JsonObject> {
  const conditions = nextConditions(namespace, progress, formatTime(clock.wallMilliseconds()));
  if (conditions === undefined) return namespace;
  const status = getPath(namespace, 'status');
  const next: JsonObject = { ...namespace, status: { ...(isObject(status) ? status : {}), conditions } };
  return client.update(namespaces, next, { subresource: 'status', signal });
}

async function releaseNamespace(
  { client }: Pick<ControllerContext, 'client'>,
  namespace: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const spec = getPath(namespace, 'spec');
  const finalizers = finalizersOf(namespace).filter((finalizer) => finalizer !== ownFinalizer);
  const next: JsonObject = { ...namespace, spec: { ...(isObject(spec) ? spec : {}), finalizers } };
  try {
    await client.update(namespaces, next, { subresource: 'finalize', signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
