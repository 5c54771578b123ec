/**
 * Unmodified kubectl of every minor version at hand, against one running cluster.
 * `KUORUM_RECORD_REQUESTS=1` also writes each session's requests to fixtures/, for the replay without kubectl.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Cluster, startCluster } from '../../cluster/index.js';
import { type KubectlRunner, kubectlRunner } from './support/kubectl.js';
import { projectFolder } from './support/project.js';
import { type Recorder, startRecorder } from './support/recorder.js';
import { report, until } from './support/until.js';

const fixtures = join(projectFolder, 'test', 'e2e', 'fixtures');
const shop = join(fixtures, 'shop.yaml');
const shopChanged = join(fixtures, 'shop-changed.yaml');
const isRecording = process.env['KUORUM_RECORD_REQUESTS'] === '1';
const kubectls = inject('kubectls');

describe.skipIf(kubectls.length === 0)('kubectl', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ members: 3 });
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  describe.each(kubectls)('$version', (kubectl) => {
    const namespace = `suite-${kubectl.minor}`;
    let startedAt = 0;
    let recorder: Recorder | undefined;
    let runner: KubectlRunner;
    let scratch: string;

    function k(...args: string[]): Promise<string> {
      if (recorder !== undefined)
        recorder.command = `kubectl ${args.join(' ').replaceAll(projectFolder, '.')}`;
      return runner.run(args);
    }

    async function refused(...args: string[]): Promise<string> {
      if (recorder !== undefined) recorder.command = `kubectl ${args.join(' ')}`;
      const { code, stderr } = await runner.try(args);
      expect(code).toBe(1);
      return stderr;
    }

    beforeAll(async () => {
      startedAt = performance.now();
      scratch = await mkdtemp(join(tmpdir(), 'kuorum-suite-'));
      if (isRecording) recorder = await startRecorder(cluster.kubeconfig);
      runner = await kubectlRunner(kubectl, recorder?.kubeconfig ?? cluster.kubeconfig, namespace);
    });
    afterAll(async () => {
      if (recorder !== undefined) {
        const recording = { kubectl: kubectl.version, requests: recorder.requests };
        await writeFile(
          join(fixtures, `requests-v1.${kubectl.minor}.json`),
          `${JSON.stringify(recording, null, 1)}\n`,
        );
        await recorder.close();
      }
      await runner?.remove();
      await rm(scratch, { recursive: true, force: true });
      report(`the suite with kubectl ${kubectl.version}`, startedAt);
    });

    it('creates a namespace', async () => {
      expect(await k('create', 'namespace', namespace)).toBe(`namespace/${namespace} created\n`);
      expect(await refused('create', 'namespace', namespace)).toContain(
        `namespaces "${namespace}" already exists`,
      );
    });

    it('applies a file of several documents', async () => {
      expect((await k('apply', '-f', shop)).split('\n')).toEqual([
        'configmap/shop-settings created',
        'secret/shop-password created',
        'service/shop created',
        'deployment.apps/shop created',
        '',
      ]);
    });

    it('applies again: unchanged, then with a change', async () => {
      // A Secret's stringData is not in what the server keeps, so kubectl itself calls it configured.
      const again = await k('apply', '-f', shop);
      expect(again).toContain('deployment.apps/shop unchanged');
      expect(again).toContain('configmap/shop-settings unchanged');
      expect(again).toContain('service/shop unchanged');
      const changed = await k('apply', '-f', shopChanged);
      expect(changed).toContain('configmap/shop-settings configured');
      expect(changed).toContain('service/shop configured');
      expect(changed).toContain('deployment.apps/shop configured');
      expect(await k('get', 'configmap', 'shop-settings', '-o', 'jsonpath={.data}')).toBe(
        '{"10":"ten","greeting":"good day"}',
      );
    });

    it('gets as table, wide, yaml, json, name and jsonpath', async () => {
      const table = (await k('get', 'deployments')).trimEnd().split('\n');
      expect(table[0]).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$/);
      expect(table[1]).toMatch(/^shop +0\/3 +0 +0 +\d+m?s$/);
      const wide = (await k('get', 'deployments', '-o', 'wide')).split('\n');
      expect(wide[0]).toMatch(/CONTAINERS +IMAGES +SELECTOR/);
      expect(wide[1]).toMatch(/web,helper +example\.com\/shop:1,example\.com\/helper:1 +app=shop$/);
      expect(await k('get', 'service', 'shop')).toMatch(/shop +ClusterIP +\S+ +<none> +81\/TCP/);
      const yaml = await k('get', 'deployment', 'shop', '-o', 'yaml');
      expect(yaml).toContain('apiVersion: apps/v1\nkind: Deployment\n');
      expect(yaml).toContain('    type: RollingUpdate');
      expect(yaml).toContain('  revisionHistoryLimit: 10');
      const json = JSON.parse(await k('get', 'secret', 'shop-password', '-o', 'json')) as {
        data: Record<string, string>;
      };
      expect(Buffer.from(json.data['password']!, 'base64').toString()).toBe('not-a-real-one');
      expect(await k('get', 'all', '-o', 'name')).toBe('service/shop\ndeployment.apps/shop\n');
      expect(
        await k('get', 'deployment', 'shop', '-o', 'jsonpath={.spec.replicas} {.metadata.generation}'),
      ).toBe('3 2');
    });

    it('selects by labels and fields', async () => {
      expect(await k('get', 'deployments', '-l', 'app=shop', '-o', 'name')).toBe('deployment.apps/shop\n');
      expect(await k('get', 'deployments', '-l', 'app in (other)', '-o', 'name')).toBe('');
      expect(await k('get', 'secrets', '--field-selector', 'type=Opaque', '-o', 'name')).toBe(
        'secret/shop-password\n',
      );
    });

    it('watches', async () => {
      if (recorder !== undefined) recorder.command = 'kubectl get configmaps -w';
      const watching = runner.start(['get', 'configmaps', '-w', '-o', 'name']);
      try {
        await until('the watch shows what is there', () =>
          watching.output().includes('configmap/shop-settings'),
        );
        if (recorder !== undefined) recorder.command = 'kubectl create configmap';
        await runner.run(['create', 'configmap', 'seen-by-watch', '--from-literal=a=b']);
        await until('the watch shows what came', () => watching.output().includes('configmap/seen-by-watch'));
      } finally {
        watching.process.kill('SIGTERM');
        await watching.ended;
      }
    });

    it('describes', async () => {
      const deployment = await k('describe', 'deployment', 'shop');
      expect(deployment).toMatch(/Name: +shop/);
      expect(deployment).toMatch(/StrategyType: +RollingUpdate/);
      expect(deployment).toMatch(/Replicas: +3 desired/);
      expect(await k('describe', 'service', 'shop')).toMatch(/Port: +http +81\/TCP/);
      expect(await k('describe', 'configmap', 'shop-settings')).toContain('good day');
      expect(await k('describe', 'secret', 'shop-password')).toContain('password:  14 bytes');
      expect(await k('describe', 'namespace', namespace)).toMatch(/Status: +Active/);
    });

    it('edits by patch of each type', async () => {
      await k(
        'patch',
        'deployment',
        'shop',
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"web","tty":true}]}}}}',
      );
      await k('patch', 'deployment', 'shop', '--type=merge', '-p', '{"spec":{"minReadySeconds":5}}');
      await k(
        'patch',
        'deployment',
        'shop',
        '--type=json',
        '-p',
        '[{"op":"replace","path":"/spec/revisionHistoryLimit","value":4}]',
      );
      const path =
        '{.spec.template.spec.containers[*].name} {.spec.template.spec.containers[0].tty} {.spec.minReadySeconds} {.spec.revisionHistoryLimit}';
      expect(await k('get', 'deployment', 'shop', '-o', `jsonpath=${path}`)).toBe('web helper true 5 4');
    });

    it('labels and annotates', async () => {
      expect(await k('label', 'configmap', 'shop-settings', 'tier=front')).toContain(
        'configmap/shop-settings labeled',
      );
      expect(await refused('label', 'configmap', 'shop-settings', 'tier=back')).toContain(
        'overwrite is false',
      );
      expect(await k('annotate', 'configmap', 'shop-settings', 'note=kept')).toMatch(
        /configmap\/shop-settings annotated?\n/,
      );
      expect(
        await k(
          'get',
          'configmap',
          'shop-settings',
          '-o',
          'jsonpath={.metadata.labels.tier} {.metadata.annotations.note}',
        ),
      ).toBe('front kept');
    });

    it('sets an image', async () => {
      expect(await k('set', 'image', 'deployment/shop', 'web=example.com/shop:2')).toContain(
        'deployment.apps/shop image updated',
      );
      expect(
        await k('get', 'deployment', 'shop', '-o', 'jsonpath={.spec.template.spec.containers[*].image}'),
      ).toBe('example.com/shop:2 example.com/helper:1');
    });

    it('scales', async () => {
      expect(await k('scale', 'deployment', 'shop', '--replicas=5')).toContain('deployment.apps/shop scaled');
      expect(await k('get', 'deployment', 'shop', '-o', 'jsonpath={.spec.replicas}')).toBe('5');
      await refused('scale', 'deployment', 'shop', '--current-replicas=1', '--replicas=2');
    });

    it('replaces, and is refused with a stale resource version', async () => {
      const stale = await k('get', 'configmap', 'shop-settings', '-o', 'json');
      const path = join(scratch, 'stale.json');
      await writeFile(path, stale);
      expect(await k('replace', '-f', path)).toBe('configmap/shop-settings replaced\n');
      await k('annotate', 'configmap', 'shop-settings', 'note=changed', '--overwrite');
      expect(await refused('replace', '-f', path)).toContain(
        'Operation cannot be fulfilled on configmaps "shop-settings": the object has been modified; please apply your changes to the latest version and try again',
      );
    });

    it('creates with --dry-run=server and keeps nothing', async () => {
      expect(await k('create', 'configmap', 'ghost', '--dry-run=server')).toContain(
        'configmap/ghost created (server dry run)',
      );
      expect(await refused('get', 'configmap', 'ghost')).toContain('configmaps "ghost" not found');
    });

    it('shows a diff', async () => {
      if (recorder !== undefined) recorder.command = 'kubectl diff -f ./test/e2e/fixtures/shop.yaml';
      const { code, stdout, stderr } = await runner.try(['diff', '-f', shop]);
      expect(stderr).toBe('');
      expect(code).toBe(1);
      expect(stdout).toContain('-  greeting: good day');
      expect(stdout).toContain('+  greeting: hello');
    });

    it('explains a field', async () => {
      const text = await k('explain', 'deployment.spec.strategy');
      expect(text).toMatch(/KIND: +Deployment/);
      expect(text).toContain('rollingUpdate');
    });

    it('knows the resources and versions', async () => {
      const resources = await k('api-resources');
      expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
      expect(resources).toMatch(/^namespaces +ns +v1 +false +Namespace$/m);
      expect(await k('api-versions')).toContain('networking.k8s.io/v1\n');
      expect(await k('version')).toMatch(/Server Version: .*v1\.36\.0\+kuorum/);
    });

    it('waits for a condition', async () => {
      const waiting = runner.start([
        'wait',
        'deployment/shop',
        '--for=jsonpath={.spec.paused}=true',
        '--timeout=60s',
      ]);
      await k('patch', 'deployment', 'shop', '--type=merge', '-p', '{"spec":{"paused":true}}');
      expect((await waiting.ended).stdout).toBe('deployment.apps/shop condition met\n');
    });

    it('refuses an unknown field and explains invalid input', async () => {
      const path = join(scratch, 'bad.yaml');
      await writeFile(path, (await readFile(shop, 'utf8')).replaceAll('replicas: 2', 'replicaz: 2'));
      expect(await refused('apply', '-f', path)).toContain('unknown field "spec.replicaz"');
      expect(await refused('create', 'configmap', 'Not_A_Name')).toContain('Invalid value: "Not_A_Name"');
    });

    it('reads health and component statuses', async () => {
      const verbose = await k('get', '--raw=/readyz?verbose');
      expect(verbose).toContain('[+]ping ok\n');
      expect(verbose.trimEnd().endsWith('readyz check passed')).toBe(true);
      const components = await k('get', 'componentstatuses');
      expect(components).toMatch(/NAME +STATUS +MESSAGE +ERROR/);
      expect(components.match(/Healthy +ok/g)).toHaveLength(3);
    });

    it('deletes, one, by label, and the whole namespace', async () => {
      expect(await k('delete', 'deployment', 'shop')).toContain('deployment.apps "shop" deleted');
      // `replace` has put the label into what apply believes it applied, and the later apply has removed it.
      await k('label', 'configmap', 'shop-settings', 'tier=back');
      await k('delete', 'configmaps', '-l', 'tier=back');
      expect(await k('get', 'configmaps', '-o', 'name')).toBe('configmap/seen-by-watch\n');
      const deletedAt = performance.now();
      await k('delete', 'namespace', namespace, '--timeout=60s');
      report('delete namespace with --wait', deletedAt);
      expect(await refused('get', 'namespace', namespace)).toContain(`namespaces "${namespace}" not found`);
    });
  });
});
