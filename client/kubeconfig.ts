/**
 * Reads a kubeconfig file's text: contexts with the server's address and embedded credentials. Files that a
 * kubeconfig points to, plug-ins and tokens are refused with the reason: our own never use them.
 */
import { getPath, isObject, type JsonObject, type JsonValue, parseYaml } from '../api/index.js';
import type { ClientTls } from './api-client.js';

export interface KubeconfigContext {
  readonly name: string;
  readonly server: string;
  readonly tls: ClientTls;
  readonly namespace: string | undefined;
}

export interface Kubeconfig {
  /** '' when the file names none. */
  readonly currentContext: string;
  readonly contextNames: readonly string[];
  /** The named context, or the current one. Throws `KubeconfigError`. */
  context(name?: string): KubeconfigContext;
}

export class KubeconfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubeconfigError';
  }
}

/** Throws `KubeconfigError` when the text is not a kubeconfig. */
export function parseKubeconfig(text: string): Kubeconfig {
  const document = parseDocument(text);
  if (getPath(document, 'kind') !== 'Config')
    throw new KubeconfigError('this is not a kubeconfig: kind is not Config');
  const contexts = namedEntries(document, 'contexts', 'context');
  const clusters = namedEntries(document, 'clusters', 'cluster');
  const users = namedEntries(document, 'users', 'user');
  const current = getPath(document, 'current-context');
  const currentContext = typeof current === 'string' ? current : '';

  return {
    currentContext,
    contextNames: [...contexts.keys()],
    context(name = currentContext) {
      const context = contexts.get(name);
      if (context === undefined) throw new KubeconfigError(`there is no context ${JSON.stringify(name)}`);
      const cluster = clusters.get(textAt(context, 'cluster', name));
      const user = users.get(textAt(context, 'user', name));
      if (cluster === undefined || user === undefined) {
        throw new KubeconfigError(
          `the context ${JSON.stringify(name)} names a cluster or user that is missing`,
        );
      }
      const namespace = context['namespace'];
      return {
        name,
        server: textAt(cluster, 'server', name),
        tls: {
          authority: embedded(cluster, 'certificate-authority-data', name),
          certificate: embedded(user, 'client-certificate-data', name),
          key: embedded(user, 'client-key-data', name),
        },
        namespace: typeof namespace === 'string' ? namespace : undefined,
      };
    },
  };
}

function parseDocument(text: string): JsonValue {
  try {
    return parseYaml(Buffer.from(text, 'utf8')).documents[0] ?? null;
  } catch (error) {
    throw new KubeconfigError('this is not a kubeconfig: it is not YAML', { cause: error });
  }
}

function namedEntries(document: JsonValue, list: string, field: string): ReadonlyMap<string, JsonObject> {
  const entries = getPath(document, list);
  const found = new Map<string, JsonObject>();
  if (!Array.isArray(entries)) return found;
  for (const entry of entries) {
    const name = getPath(entry, 'name');
    const value = getPath(entry, field);
    if (typeof name === 'string' && isObject(value)) found.set(name, value);
  }
  return found;
}

function textAt(object: JsonObject, field: string, context: string): string {
  const value = object[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new KubeconfigError(`${field} is missing for the context ${JSON.stringify(context)}`);
}

function embedded(object: JsonObject, field: string, context: string): string {
  return Buffer.from(textAt(object, field, context), 'base64').toString('utf8');
}
