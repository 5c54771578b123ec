/** The package as npm would publish it, installed where nothing of the project is. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFolder } from './support/project.js';
import { type RunResult, run, start } from './support/run.js';
import { report, until } from './support/until.js';

describe('the packed project', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kuorum-pack-'));
    const startedAt = performance.now();
    await succeed('npm', ['pack', '--pack-destination', folder], projectFolder);
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    expect(tarball).toBeDefined();
    await mkdir(join(folder, 'user'));
    await writeFile(join(folder, 'user', 'package.json'), '{"name":"user","private":true,"type":"module"}');
    await succeed(
      'npm',
      ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball!)],
      join(folder, 'user'),
    );
    report('npm pack and npm install of the tarball', startedAt);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function succeed(program: string, args: readonly string[], cwd: string): Promise<RunResult> {
    const result = await run(program, args, {
      cwd,
      timeoutMilliseconds: 300_000,
      env: { NODE_ENV: undefined },
    });
    if (result.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stdout}${result.stderr}`);
    return result;
  }

  it('installs without any dependency', async () => {
    expect(
      (await readdir(join(folder, 'user', 'node_modules'))).filter((name) => !name.startsWith('.')),
    ).toEqual(['kuorum']);
  });

  it('starts with npx kuorum up', async () => {
    const user = join(folder, 'user');
    const up = start('npx', ['kuorum', 'up', '--api-port', '0'], { cwd: user, timeoutMilliseconds: 120_000 });
    await until(
      'it is ready',
      () => up.process.exitCode !== null || /^ready: .*3 members/m.test(up.output()),
    );
    expect(up.output()).toMatch(/^ready: .*3 members/m);
    const status = await succeed('npx', ['kuorum', 'status'], user);
    expect(status.stdout).toContain('m3');
    await succeed('npx', ['kuorum', 'down'], user);
    expect((await up.ended).code).toBe(0);
  });

  it.each([{ inProcess: false }, { inProcess: true }])(
    'starts from JavaScript, $inProcess in process',
    async ({ inProcess }) => {
      const user = join(folder, 'user');
      const program = `
      import { startCluster } from 'kuorum';
      const cluster = await startCluster({ members: 3, inProcess: ${inProcess} });
      const killed = await cluster.faults.kill('leader');
      const { members } = await cluster.status();
      console.log(cluster.members.length, members.find(({ name }) => name === killed).process, cluster.kubeconfig.includes('kuorum-m3'));
      await cluster.stop();
    `;
      await writeFile(join(user, 'start.js'), program);
      expect((await succeed(process.execPath, ['start.js'], user)).stdout.trim()).toBe('3 killed true');
    },
  );

  it('has types that a strict TypeScript program compiles against', async () => {
    const user = join(folder, 'user');
    await writeFile(
      join(user, 'typed.ts'),
      `import { type Cluster, startCluster } from 'kuorum';
       export async function use(): Promise<string> {
         const cluster: Cluster = await startCluster({ members: 3 });
         await cluster.faults.partition([['m1'], ['m2', 'm3']]);
         const first: string | undefined = cluster.members[0]?.url;
         await cluster.stop();
         return first ?? cluster.kubeconfig;
       }
       // @ts-expect-error a number of members is a number
       void startCluster({ members: 'three' });
      `,
    );
    // Node's own types are the one thing that a user of TypeScript brings along.
    await mkdir(join(user, 'types'), { recursive: true });
    await symlink(join(projectFolder, 'node_modules', '@types', 'node'), join(user, 'types', 'node'));
    const tsc = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'NodeNext',
      '--target',
      'ES2022',
      '--skipLibCheck',
      'false',
      '--typeRoots',
      'types',
      '--types',
      'node',
    ];
    const result = await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: user });
    expect(result.stdout).toBe('');
    expect(result.code).toBe(0);
  });
});
