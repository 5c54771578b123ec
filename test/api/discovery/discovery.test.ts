import { describe, expect, it } from 'vitest';
import {
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  compareVersions,
} from '../../../api/discovery/index.js';
import { objectsAt, stringAt } from '../../../api/read.js';
import type { JsonObject } from '../../../api/value.js';
import { index } from '../support/kinds.js';
import { plain } from '../support/values.js';

const { descriptors } = index;

function row(list: JsonObject | undefined, name: string): unknown {
  return plain(objectsAt(list, 'resources').find((entry) => stringAt(entry, 'name') === name));
}

describe('aggregated discovery', () => {
  const groups = aggregatedDiscovery(descriptors, { root: 'groups', version: 'v2' });

  it('lists every group but the core one, in the order in which clients prefer them', () => {
    expect(stringAt(groups, 'apiVersion')).toBe('apidiscovery.k8s.io/v2');
    expect(stringAt(groups, 'kind')).toBe('APIGroupDiscoveryList');
    const names = objectsAt(groups, 'items').map((item) => stringAt(item, 'metadata', 'name'));
    expect(names.slice(0, 3)).toEqual(['apiregistration.k8s.io', 'apps', 'events.k8s.io']);
    expect(names).toHaveLength(20);
    expect(names).not.toContain('');
  });

  it('describes a resource whole', () => {
    const apps = objectsAt(groups, 'items').find((item) => stringAt(item, 'metadata', 'name') === 'apps');
    const version = objectsAt(apps, 'versions')[0];
    expect(version).toMatchObject({ version: 'v1', freshness: 'Current' });
    const deployments = objectsAt(version, 'resources').find(
      (entry) => stringAt(entry, 'resource') === 'deployments',
    );
    expect(plain(deployments)).toEqual({
      resource: 'deployments',
      responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: [
        {
          subresource: 'scale',
          responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          verbs: ['get', 'patch', 'update'],
        },
        {
          subresource: 'status',
          responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
          verbs: ['get', 'patch', 'update'],
        },
      ],
    });
  });

  it('offers the preferred version first', () => {
    const autoscaling = objectsAt(groups, 'items').find(
      (item) => stringAt(item, 'metadata', 'name') === 'autoscaling',
    );
    expect(objectsAt(autoscaling, 'versions').map((version) => stringAt(version, 'version'))).toEqual([
      'v2',
      'v1',
    ]);
  });

  it('has the core group alone at the other root, also in v2beta1', () => {
    const core = aggregatedDiscovery(descriptors, { root: 'core', version: 'v2beta1' });
    expect(stringAt(core, 'apiVersion')).toBe('apidiscovery.k8s.io/v2beta1');
    expect(objectsAt(core, 'items')).toHaveLength(1);
    const pods = objectsAt(
      core['items'] === undefined ? undefined : (core['items'] as JsonObject[])[0],
      'versions',
    )
      .flatMap((version) => objectsAt(version, 'resources'))
      .find((entry) => stringAt(entry, 'resource') === 'pods');
    expect(objectsAt(pods, 'subresources').map((entry) => stringAt(entry, 'subresource'))).toEqual([
      'attach',
      'binding',
      'ephemeralcontainers',
      'eviction',
      'exec',
      'log',
      'portforward',
      'proxy',
      'resize',
      'status',
    ]);
  });
});

describe('legacy discovery', () => {
  it('names the core versions', () => {
    expect(plain(apiVersions(descriptors, '127.0.0.1:6443'))).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    });
  });

  it('lists groups with their preferred versions', () => {
    const list = apiGroupList(descriptors);
    const autoscaling = objectsAt(list, 'groups').find((group) => stringAt(group, 'name') === 'autoscaling');
    const expected = {
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    };
    expect(plain(autoscaling)).toEqual(expected);
    expect(plain(apiGroup(descriptors, 'autoscaling'))).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...expected,
    });
    expect(apiGroup(descriptors, 'nothing.example.com')).toBeUndefined();
  });

  it('lists subresources as rows of their own', () => {
    const core = apiResourceList(descriptors, '', 'v1');
    expect(core).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    expect(core).not.toHaveProperty('apiVersion');
    expect(row(core, 'pods')).toEqual({
      name: 'pods',
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['po'],
      categories: ['all'],
    });
    expect(row(core, 'pods/eviction')).toEqual({
      name: 'pods/eviction',
      singularName: '',
      namespaced: true,
      group: 'policy',
      version: 'v1',
      kind: 'Eviction',
      verbs: ['create'],
    });
    expect(row(core, 'pods/exec')).toMatchObject({ kind: 'PodExecOptions', verbs: ['create', 'get'] });
    expect(row(core, 'pods/log')).toMatchObject({ kind: 'Pod', verbs: ['get'] });
    expect(row(core, 'nodes/proxy')).toMatchObject({ kind: 'NodeProxyOptions', namespaced: false });
    expect(row(core, 'serviceaccounts/token')).toMatchObject({
      group: 'authentication.k8s.io',
      kind: 'TokenRequest',
    });
    expect(row(core, 'namespaces/finalize')).toMatchObject({ kind: 'Namespace', verbs: ['update'] });
    expect(row(apiResourceList(descriptors, 'apps', 'v1'), 'deployments/scale')).toMatchObject({
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
  });

  it('knows no group version that nobody serves', () => {
    expect(apiResourceList(descriptors, 'apps', 'v1beta1')).toBeUndefined();
  });
});

describe('versions', () => {
  it('stand in the order of their stability', () => {
    const sorted = ['v1alpha1', 'foo', 'v2beta1', 'v1', 'v10', 'v2', 'v1beta2', 'v2alpha3', 'bar'].sort(
      compareVersions,
    );
    expect(sorted).toEqual(['v10', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v2alpha3', 'v1alpha1', 'bar', 'foo']);
  });
});
