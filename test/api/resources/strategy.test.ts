import { describe, expect, it } from 'vitest';
import { podGracePeriodSeconds } from '../../../api/strategies/pod.js';
import { cloneValue, getPath } from '../../../api/value.js';
import { created, defaulted, index, servedFor } from '../support/kinds.js';
import { object, plain } from '../support/values.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd' },
  spec: { containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', podIP: '10.0.0.1' },
};

describe('what a create makes of an object', () => {
  it('starts a pod pending with its quality of service, whatever status was sent', () => {
    expect(plain(created(pod)['status'])).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it.each([
    [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [{ requests: { cpu: '1' } }, 'Burstable'],
    [{ limits: { cpu: '1' } }, 'Burstable'],
    [{ requests: { cpu: '0' } }, 'BestEffort'],
  ])('classes a pod of resources %j as %s', (resources, expected) => {
    const result = created({ ...pod, spec: { containers: [{ name: 'c', image: 'i', resources }] } });
    expect(getPath(result, 'status', 'qosClass')).toBe(expected);
  });

  it('gives a namespace its finalizer, phase and name label', () => {
    const result = created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } });
    expect(plain(result)).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('ties a job to its pods by its uid', () => {
    const result = created({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', uid: 'u-1' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
    });
    expect(plain(getPath(result, 'spec', 'selector'))).toEqual({
      matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' },
    });
    expect(plain(getPath(result, 'spec', 'template', 'metadata', 'labels'))).toEqual({
      'batch.kubernetes.io/controller-uid': 'u-1',
      'batch.kubernetes.io/job-name': 'j',
      'controller-uid': 'u-1',
      'job-name': 'j',
    });
  });

  it('leaves a manual job selector alone', () => {
    const spec = {
      manualSelector: true,
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] },
      },
    };
    const result = created({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', uid: 'u' }, spec });
    expect(plain(getPath(result, 'spec', 'selector'))).toEqual({ matchLabels: { a: 'b' } });
  });

  it("merges a secret's stringData into its data and does not keep it", () => {
    const result = created({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'b2xk', c: 'Yw==' },
      stringData: { a: 'ä' },
    });
    expect(plain(result['data'])).toEqual({ a: 'w6Q=', c: 'Yw==' });
    expect(result).not.toHaveProperty('stringData');
  });

  it('writes the zero counts that the original always writes', () => {
    const result = created({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'r' },
      spec: { selector: { matchLabels: { a: 'b' } } },
      status: { replicas: 7 },
    });
    expect(plain(result['status'])).toEqual({ replicas: 0 });
  });

  it("remembers a definition's storage versions", () => {
    const result = created({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'foos.example.com' },
      spec: {
        versions: [
          { name: 'v1', storage: true, served: true },
          { name: 'v2', storage: false, served: true },
        ],
      },
    });
    expect(getPath(result, 'status', 'storedVersions')).toEqual(['v1']);
  });
});

describe('what an update may change', () => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', labels: { a: 'b' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  };

  it('is everything but status on the main endpoint', () => {
    const old = defaulted({ ...deployment, status: { replicas: 3 } });
    const next = defaulted({
      ...deployment,
      spec: { ...deployment.spec, replicas: 9 },
      status: { replicas: 99 },
    });
    servedFor(next).descriptor.strategy.prepareForUpdate(next, old);
    expect(plain(getPath(next, 'status', 'replicas'))).toBe(3);
    expect(getPath(next, 'spec', 'replicas')).toBe(9);
  });

  it('is status alone on the status endpoint', () => {
    const old = defaulted(deployment);
    const next = defaulted({
      ...deployment,
      metadata: { name: 'x', labels: { a: 'z' } },
      spec: { ...deployment.spec, replicas: 9 },
      status: { replicas: 99 },
    });
    servedFor(next).descriptor.strategy.prepareForStatusUpdate(next, old);
    expect(getPath(next, 'status', 'replicas')).toBe(99);
    expect(getPath(next, 'spec', 'replicas')).toBe(1);
    expect(getPath(next, 'metadata', 'labels', 'a')).toBe('b');
  });

  it('shows in the generation only when it is not metadata or status', () => {
    const { strategy } = index.byResource('apps', 'v1', 'deployments')!.descriptor;
    const before = defaulted(deployment);
    const relabelled = defaulted({ ...deployment, metadata: { name: 'x' }, status: { replicas: 4 } });
    const scaled = defaulted({ ...deployment, spec: { ...deployment.spec, replicas: 2 } });
    expect(strategy.generationView(relabelled)).toEqual(strategy.generationView(before));
    expect(strategy.generationView(scaled)).not.toEqual(strategy.generationView(before));
  });

  it('never takes the name label and the finalizers from a namespace', () => {
    const old = created({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } });
    const next = object({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'x', labels: {} },
      spec: { finalizers: [] },
    });
    servedFor(next).descriptor.strategy.prepareForUpdate(next, old);
    expect(plain(next)).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('is spec.finalizers alone through finalize', () => {
    const old = created({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'x', resourceVersion: '5' },
    });
    const finalize = servedFor(old).descriptor.subresources.find(({ name }) => name === 'finalize');
    if (finalize?.kind !== 'object') throw new Error('no finalize');
    const next = object({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'x', labels: { a: 'b' } },
      spec: { finalizers: [] },
      status: { phase: 'Weird' },
    });
    const result = finalize.prepare(next, old);
    expect(getPath(result, 'spec', 'finalizers')).toEqual([]);
    expect(getPath(result, 'status', 'phase')).toBe('Active');
    expect(getPath(result, 'metadata', 'labels', 'a')).toBeUndefined();
    expect(getPath(result, 'metadata', 'resourceVersion')).toBeUndefined();
  });

  it('is conditions alone through approval, and everything but approvals through status', () => {
    const request = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'r' },
      spec: { request: 'YQ==', signerName: 'a/b', usages: ['client auth'] },
    };
    const old = created(request);
    const { descriptor } = servedFor(old);
    const approval = descriptor.subresources.find(({ name }) => name === 'approval');
    if (approval?.kind !== 'object') throw new Error('no approval');
    const next = cloneValue(old);
    next['status'] = object({ certificate: 'eA==', conditions: [{ type: 'Approved', status: 'True' }] });
    const approved = approval.prepare(next, old);
    expect(plain(approved['status'])).toEqual({ conditions: [{ type: 'Approved', status: 'True' }] });
    const issued = cloneValue(approved);
    issued['status'] = object({ certificate: 'eA==', conditions: [{ type: 'Denied', status: 'True' }] });
    descriptor.strategy.prepareForStatusUpdate(issued, approved);
    expect(plain(issued['status'])).toEqual({
      certificate: 'eA==',
      conditions: [{ type: 'Approved', status: 'True' }],
    });
  });

  it("keeps a service's addresses when a manifest without them is put", () => {
    const old = defaulted({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], ports: [{ port: 80 }] },
    });
    const next = defaulted({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { ports: [{ port: 81 }] },
    });
    servedFor(next).descriptor.strategy.prepareForUpdate(next, old);
    expect(plain(next['spec'])).toMatchObject({
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ports: [{ port: 81 }],
    });
  });
});

describe("the grace of a pod's deletion", () => {
  it.each([
    [{ spec: {} }, 0],
    [{ spec: { nodeName: 'n' } }, 30],
    [{ spec: { nodeName: 'n', terminationGracePeriodSeconds: 5 } }, 5],
    [{ spec: { nodeName: 'n', terminationGracePeriodSeconds: -1 } }, 1],
    [{ spec: { nodeName: 'n' }, status: { phase: 'Succeeded' } }, 0],
    [{ spec: { nodeName: 'n' }, status: { phase: 'Failed' } }, 0],
  ])('of %j is %i s', (literal, seconds) => {
    expect(podGracePeriodSeconds(object(literal))).toBe(seconds);
  });
});
