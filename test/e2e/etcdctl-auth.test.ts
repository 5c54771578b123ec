/** Users and roles with an unmodified etcdctl, against three members: each command goes to another one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdctl, etcdEnvironment } from './support/etcdctl.js';
import { type Workplace, workplace } from './support/kuorum.js';
import { run } from './support/run.js';

describe.skipIf(etcdctl === undefined)('etcdctl with users and roles', () => {
  let place: Workplace;
  let environment: Record<string, string>;
  let calls = 0;

  beforeAll(async () => {
    place = await workplace();
    await place.up(['--members', '3', '--api-port', '0']);
    environment = await etcdEnvironment(place);
  });
  afterAll(() => place?.leave());

  /** In turn, so that what one member acknowledged is asked of another. */
  function ctl(args: readonly string[], input?: string) {
    const endpoints = (environment['ETCDCTL_ENDPOINTS'] ?? '').split(',');
    calls += 1;
    // Patient: a busy machine is no refusal.
    return run(etcdctl ?? '', ['--command-timeout=60s', '--dial-timeout=30s', ...args], {
      env: {
        ...environment,
        HOME: place.folder,
        ETCDCTL_ENDPOINTS: endpoints[calls % endpoints.length] ?? '',
      },
      timeoutMilliseconds: 120_000,
      ...(input === undefined ? {} : { input }),
    });
  }

  async function done(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await ctl(args);
    if (code !== 0) throw new Error(`etcdctl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function refused(...args: readonly string[]): Promise<string> {
    const { code, stderr } = await ctl(args);
    expect(code).not.toBe(0);
    return stderr;
  }

  it('are made, and authentication is enabled', async () => {
    await done('put', 'shared/a', '1');
    await done('put', 'private', '1');
    expect(await done('user', 'add', 'root:secret')).toBe('User root created\n');
    expect(await done('user', 'add', 'ann:pass')).toBe('User ann created\n');
    expect(await done('user', 'add', 'guest', '--no-password')).toBe('User guest created\n');
    expect(await refused('user', 'add', 'ann:x')).toContain('etcdserver: user name already exists');
    expect(await done('role', 'add', 'sharer')).toBe('Role sharer created\n');
    expect(await done('role', 'grant-permission', 'sharer', '--prefix=true', 'readwrite', 'shared/')).toBe(
      'Role sharer updated\n',
    );
    expect(await done('role', 'grant-permission', 'sharer', 'read', 'notice')).toBe('Role sharer updated\n');
    expect(await done('user', 'grant-role', 'ann', 'sharer')).toBe('Role sharer is granted to user ann\n');
    // Also gives root its role.
    expect(await done('auth', 'enable')).toBe('Authentication Enabled\n');
    expect(await done('user', 'list')).toBe('ann\nguest\nroot\n');
    expect(await done('role', 'list')).toBe('root\nsharer\n');
    expect(await done('role', 'get', 'sharer')).toBe(
      'Role sharer\nKV Read:\n\tnotice\n\t[shared/, shared0) (prefix shared/)\nKV Write:\n\t[shared/, shared0) (prefix shared/)\n',
    );
  });

  it('let everybody do what they may, through any member', async () => {
    const ann = '--user=ann:pass';
    for (let round = 0; round < 3; round += 1) {
      expect(await done(ann, 'put', 'shared/b', `${round}`)).toBe('OK\n');
      expect(await done(ann, 'get', '--prefix', 'shared/', '--keys-only')).toBe('shared/a\n\nshared/b\n\n');
      for (const args of [
        ['get', 'private'],
        ['get', '--prefix', ''],
        ['put', 'notice', '1'],
        ['del', 'private'],
        ['user', 'list'],
        ['auth', 'disable'],
      ]) {
        expect(await refused(ann, ...args)).toContain('etcdserver: permission denied');
      }
      expect(await refused('--user=ann:wrong', 'get', 'shared/a')).toContain(
        'etcdserver: authentication failed, invalid user ID or password',
      );
    }
    expect(await refused(ann, 'watch', 'private')).toContain('watch is canceled by the server');
    expect(await done('--user=root:secret', 'get', 'private')).toBe('private\n1\n');
    // The administrator's certificate names root.
    expect(await done('get', 'private')).toBe('private\n1\n');
  });

  it('see at once what was granted or taken away at another member', async () => {
    const ann = '--user=ann:pass';
    for (let round = 0; round < 3; round += 1) {
      await done('role', 'grant-permission', 'sharer', 'write', 'extra');
      expect(await done(ann, 'put', 'extra', '1')).toBe('OK\n');
      await done('role', 'revoke-permission', 'sharer', 'extra');
      expect(await refused(ann, 'put', 'extra', '2')).toContain('permission denied');
    }
    await done('user', 'revoke-role', 'ann', 'sharer');
    expect(await refused(ann, 'get', 'shared/a')).toContain('permission denied');
    expect((await ctl(['user', 'passwd', 'ann', '--interactive=false'], 'other\n')).code).toBe(0);
    expect(await refused(ann, 'get', 'shared/a')).toContain('authentication failed');
    await done('user', 'grant-role', 'ann', 'sharer');
    expect(await done('--user=ann:other', 'get', 'shared/a')).toBe('shared/a\n1\n');
  });

  it('do not concern the Kubernetes API', async () => {
    const { code, stdout } = await place.run(['status']);
    expect(code).toBe(0);
    expect(stdout).toContain('m1');
    expect(await done('get', '/registry/namespaces/default', '--keys-only')).toContain(
      '/registry/namespaces/default',
    );
  });

  it('keep root from locking everybody out, and end with authentication', async () => {
    expect(await refused('user', 'delete', 'root')).toContain('etcdserver: invalid auth management');
    expect(await done('--user=root:secret', 'auth', 'disable')).toBe('Authentication Disabled\n');
    expect(await done('user', 'delete', 'root')).toBe('User root deleted\n');
    expect(await refused('auth', 'enable')).toContain('etcdserver: root user does not exist');
    expect(await done('get', 'private')).toBe('private\n1\n');
  });
});
