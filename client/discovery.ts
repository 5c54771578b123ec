/** What the server serves, by its aggregated discovery documents. */
import { getPath, isObject, type JsonObject, type JsonValue } from '../api/index.js';
import type { ApiClient, RequestOptions } from './api-client.js';
import { ApiConnectionError } from './errors.js';

export interface DiscoveredResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface Discovery {
  /** Each resource once for each version that serves it, preferred versions first. */
  readonly resources: readonly DiscoveredResource[];
  /** `GROUP/VERSION` whose resources are not known now, because the server behind them does not answer. */
  readonly stale: readonly string[];
  /** Group and version names that no path can be made of. */
  readonly malformed: readonly string[];
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const groupPattern = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$/;
const versionPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Rejects as the client's methods do. */
export async function discoverResources(client: ApiClient, options: RequestOptions = {}): Promise<Discovery> {
  const documents = await Promise.all([
    client.getDocument('/api', { ...options, accept }),
    client.getDocument('/apis', { ...options, accept }),
  ]);
  const resources: DiscoveredResource[] = [];
  const stale: string[] = [];
  const malformed: string[] = [];
  for (const document of documents) {
    if (getPath(document, 'kind') !== 'APIGroupDiscoveryList') {
      throw new ApiConnectionError('invalid-response', 'the server does not serve aggregated discovery');
    }
    for (const group of objectsOf(getPath(document, 'items'))) {
      const groupName = textOf(getPath(group, 'metadata', 'name'));
      for (const version of objectsOf(group['versions'])) {
        const versionName = textOf(version['version']);
        const label = groupName === '' ? versionName : `${groupName}/${versionName}`;
        if (!groupPattern.test(groupName) || !versionPattern.test(versionName)) malformed.push(label);
        else if (version['freshness'] === 'Stale') stale.push(label);
        else resources.push(...resourcesOf(groupName, versionName, version));
      }
    }
  }
  return { resources, stale, malformed };
}

function resourcesOf(group: string, version: string, document: JsonObject): readonly DiscoveredResource[] {
  return objectsOf(document['resources']).map((resource) => ({
    group,
    version,
    resource: textOf(resource['resource']),
    kind: textOf(getPath(resource, 'responseKind', 'kind')),
    namespaced: resource['scope'] === 'Namespaced',
    verbs: Array.isArray(resource['verbs']) ? resource['verbs'].map(textOf) : [],
  }));
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
