/** Unmodified etcdctl against a running cluster, with what `kuorum etcd-env` prints. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { etcdctl, etcdEnvironment } from './support/etcdctl.js';
import { type Workplace, workplace } from './support/kuorum.js';
import { type RunningProgram, type RunOptions, run, start } from './support/run.js';
import { until } from './support/until.js';

describe.skipIf(etcdctl === undefined)('etcdctl', () => {
  let place: Workplace;
  let environment: Record<string, string>;

  beforeAll(async () => {
    place = await workplace();
    await place.up(['--members', '3', '--api-port', '0']);
    environment = await etcdEnvironment(place);
  });
  afterAll(() => place?.leave());

  const options = (more: RunOptions = {}): RunOptions => ({
    ...more,
    env: { ...environment, HOME: place.folder, ...more.env },
    timeoutMilliseconds: 60_000,
  });

  async function ctl(args: readonly string[], more?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await run(etcdctl ?? '', args, options(more));
    if (code !== 0) throw new Error(`etcdctl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  async function refused(args: readonly string[]): Promise<string> {
    const { code, stderr } = await run(etcdctl ?? '', args, options());
    expect(code).not.toBe(0);
    return stderr;
  }

  const watching = (args: readonly string[]): RunningProgram =>
    start(etcdctl ?? '', ['watch', ...args], options());

  it('reaches every member, and is told so', async () => {
    expect(environment['ETCDCTL_ENDPOINTS']?.split(',')).toHaveLength(3);
    const { code, stderr } = await run(etcdctl ?? '', ['endpoint', 'health'], options());
    expect(code).toBe(0);
    expect(stderr.match(/is healthy/g)).toHaveLength(3);
  });

  it('puts, gets and deletes', async () => {
    expect(await ctl(['put', 'a', '1'])).toBe('OK\n');
    expect(await ctl(['put', 'a', '2', '--prev-kv'])).toBe('OK\na\n1\n');
    await ctl(['put', 'b', '1']);
    await ctl(['put', 'b/1', '']);
    expect(await ctl(['get', 'a'])).toBe('a\n2\n');
    expect(await ctl(['get', 'a', '--print-value-only', '--consistency', 's'])).toBe('2\n');
    expect(await ctl(['get', 'b', '--prefix', '--keys-only'])).toBe('b\n\nb/1\n\n');
    expect(await ctl(['get', 'a', 'c', '--limit', '1', '-w', 'fields'])).toContain('"Count" : 3');
    expect(await ctl(['get', 'a', 'c', '--limit', '1'])).toBe('a\n2\n');
    expect(await ctl(['get', 'a', 'c', '--sort-by', 'create', '--order', 'descend', '--keys-only'])).toBe(
      'b/1\n\nb\n\na\n\n',
    );
    expect(await ctl(['get', 'a', '--from-key', '--limit', '2', '--keys-only'])).toBe('a\n\nb\n\n');
    const { header } = JSON.parse(await ctl(['get', 'a', '-w', 'json'])) as { header: { revision: number } };
    expect(await ctl(['del', 'b', '--prefix', '--prev-kv'])).toBe('2\nb\n1\nb/1\n\n');
    expect(await ctl(['get', 'b', '--prefix'])).toBe('');
    expect(await ctl(['get', 'b', '--rev', String(header.revision)])).toBe('b\n1\n');
  });

  it('runs transactions', async () => {
    await ctl(['put', 't', '1']);
    const swap = 'value("t") = "1"\n\nput t 2\nget t\n\nget t\n\n';
    expect(await ctl(['txn'], { input: swap })).toBe('SUCCESS\n\nOK\n\nt\n2\n');
    expect(await ctl(['txn'], { input: swap })).toBe('FAILURE\n\nt\n2\n');
  });

  it('watches, from now and from the past', async () => {
    await ctl(['put', 'w', '1']);
    const { header } = JSON.parse(await ctl(['put', 'w', '2', '-w', 'json'])) as {
      header: { revision: number };
    };
    await ctl(['del', 'w']);
    const program = watching(['w', '--rev', String(header.revision), '--prev-kv']);
    await until('the past was seen', async () => program.output().includes('DELETE\n'));
    await ctl(['put', 'w', '3']);
    await until('the present was seen', async () => program.output().includes('w\n3\n'));
    program.process.kill('SIGINT');
    await program.ended;
    expect(program.output()).toContain('PUT\nw\n1\nw\n2\nDELETE\nw\n2\nw\n\nPUT\nw\n3\n');
  });

  it('keeps a lease alive, and sees its keys go with it', async () => {
    const id =
      /lease ([0-9a-f]+) granted with TTL\(\d+s\)/.exec(await ctl(['lease', 'grant', '600']))?.[1] ?? '';
    await ctl(['put', 'l', '1', `--lease=${id}`]);
    expect(await ctl(['lease', 'keep-alive', '--once', id])).toContain(
      `lease ${id} keepalived with TTL(600)`,
    );
    expect(await ctl(['lease', 'timetolive', id, '--keys'])).toMatch(
      new RegExp(`^lease ${id} granted with TTL\\(600s\\), remaining\\(\\d+s\\), attached keys\\(\\[l\\]\\)`),
    );
    expect(await ctl(['lease', 'list'])).toContain(id);
    await ctl(['lease', 'revoke', id]);
    expect(await ctl(['get', 'l'])).toBe('');
    expect(await ctl(['lease', 'timetolive', id])).toContain('already expired');
    expect(await refused(['put', 'l', '1', `--lease=${id}`])).toContain(
      'etcdserver: requested lease not found',
    );
  });

  it('locks, one after the other', async () => {
    expect(await ctl(['lock', 'x', 'echo', 'held'])).toBe('held\n');
    const first = start(etcdctl ?? '', ['lock', 'y'], options());
    await until('the lock is held', () => /^y\/[0-9a-f]+$/m.test(first.output()));
    const second = start(etcdctl ?? '', ['lock', 'y', 'echo', 'mine now'], options());
    await until(
      'somebody waits',
      async () => (await ctl(['get', 'y/', '--prefix', '--keys-only'])).trim().split('\n\n').length === 2,
    );
    expect(second.output()).toBe('');
    first.process.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
    expect(second.output()).toBe('mine now\n');
    await first.ended;
  });

  it('elects, and listens to who leads', async () => {
    const candidate = start(etcdctl ?? '', ['elect', 'chief', 'me'], options());
    await until('it leads', () => /^chief\/[0-9a-f]+\nme$/m.test(candidate.output()));
    const listener = start(etcdctl ?? '', ['elect', '-l', 'chief'], options());
    await until('it is heard of', () => listener.output().includes('me\n'));
    for (const program of [candidate, listener]) {
      program.process.kill('SIGINT');
      await program.ended;
    }
  });

  it('lists the members, how they do, and what they hold', async () => {
    const members = (await ctl(['member', 'list'])).trim().split('\n');
    expect(members).toHaveLength(3);
    for (const name of ['m1', 'm2', 'm3']) {
      const line = new RegExp(`^[0-9a-f]+, started, ${name}, https://[\\d.:]+, https://[\\d.:]+, false$`);
      expect(members.some((member) => line.test(member))).toBe(true);
    }
    expect((await ctl(['endpoint', 'status', '-w', 'table'])).match(/\|\s+3\.6\.0 \|/g)).toHaveLength(3);
    const { header } = JSON.parse(await ctl(['put', 'h', '1', '-w', 'json'])) as {
      header: { revision: number };
    };
    const hashes = await ctl(['endpoint', 'hashkv', '--rev', String(header.revision), '-w', 'json']);
    const each = JSON.parse(hashes) as readonly { readonly HashKV: { readonly hash: number } }[];
    expect(each).toHaveLength(3);
    expect(new Set(each.map(({ HashKV }) => HashKV.hash)).size).toBe(1);
    expect((await ctl(['defrag'])).match(/Finished defragmenting/g)).toHaveLength(3);
  });

  it('moves the leader', async () => {
    interface Status {
      readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
    }
    const statuses = async (): Promise<readonly Status['Status'][]> =>
      (JSON.parse(await ctl(['endpoint', 'status', '-w', 'json'])) as readonly Status[]).map(
        ({ Status: each }) => each,
      );
    const before = await statuses();
    const target = before.find(({ leader, header }) => leader !== header.member_id)?.header.member_id ?? 0;
    expect(await ctl(['move-leader', target.toString(16)])).toContain('Leadership transferred');
    await until('all know the new leader', async () =>
      (await statuses()).every(({ leader }) => leader === target),
    );
  });

  it('lists and disarms alarms', async () => {
    expect(await ctl(['alarm', 'list'])).toBe('');
    expect(await ctl(['alarm', 'disarm'])).toBe('');
  });

  it('promotes and removes a member that kuorum has added, and says how to add one', async () => {
    const added = await refused(['member', 'add', 'm9', '--peer-urls', 'https://127.0.0.1:1']);
    expect(added).toContain('use kuorum member add');
    expect((await place.run(['member', 'add', '--learner'])).code).toBe(0);
    const find = async (): Promise<readonly string[]> =>
      (await ctl(['member', 'list']))
        .split('\n')
        .find((line) => line.includes(', m4, '))
        ?.split(', ') ?? [];
    const [id = ''] = await find();
    await until('it has caught up', async () => {
      const { code } = await run(etcdctl ?? '', ['member', 'promote', id], options());
      return code === 0;
    });
    expect((await find()).at(-1)).toBe('false');
    expect(await ctl(['member', 'remove', id])).toContain(`Member ${id.padStart(16, ' ')} removed`);
    expect(await find()).toEqual([]);
    expect(await refused(['member', 'remove', id])).toContain('etcdserver: member not found');
  });

  it('saves a snapshot', async () => {
    const path = join(place.folder, 'etcdctl.snapshot');
    const endpoint = environment['ETCDCTL_ENDPOINTS']?.split(',')[0] ?? '';
    await ctl(['snapshot', 'save', path], { env: { ETCDCTL_ENDPOINTS: endpoint } });
    expect((await place.run(['snapshot', 'status', path])).code).toBe(0);
  });

  it('is told what cannot be read any more, or not yet', async () => {
    const { header } = JSON.parse(await ctl(['put', 'c', '1', '-w', 'json'])) as {
      header: { revision: number };
    };
    await ctl(['put', 'c', '2']);
    expect(await ctl(['compact', String(header.revision + 1)])).toContain(
      `compacted revision ${header.revision + 1}`,
    );
    expect(await refused(['get', 'c', '--rev', String(header.revision)])).toContain(
      'etcdserver: mvcc: required revision has been compacted',
    );
    expect(await refused(['get', 'c', '--rev', String(header.revision + 100_000)])).toContain(
      'etcdserver: mvcc: required revision is a future revision',
    );
    const program = watching(['c', '--rev', String(header.revision)]);
    expect((await program.ended).code).not.toBe(0);
    expect(program.output()).toContain('required revision has been compacted');
  });

  it('is let in by certificate only', async () => {
    const { code } = await run(
      etcdctl ?? '',
      ['get', 'a', '--dial-timeout', '2s', '--command-timeout', '2s'],
      options({ env: { ETCDCTL_CERT: undefined, ETCDCTL_KEY: undefined } }),
    );
    expect(code).not.toBe(0);
  });

  it('is run by kuorum with the right environment', async () => {
    await ctl(['put', 'k', 'v']);
    expect(await place.run(['etcdctl', 'get', 'k', '--print-value-only'])).toMatchObject({
      code: 0,
      stdout: 'v\n',
    });
  });
});
