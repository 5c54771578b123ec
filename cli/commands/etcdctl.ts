/** `kuorum etcdctl …` and `kuorum etcd-env`: etcd's own client, with this cluster's addresses and certificate. */
import { etcdAccess, etcdctlEnvironment, UserError } from '../../cluster/index.js';
import { dataDirOf } from '../data-dir.js';
import { findOnPath } from '../kubectl-hint.js';
import { runWith } from '../run-with.js';
import { shellQuote } from '../shell-quote.js';

interface Options {
  readonly dataDir?: string;
}

/** Lines that a POSIX shell can evaluate. */
export async function etcdEnv(options: Options): Promise<void> {
  const environment = etcdctlEnvironment(await etcdAccess(dataDirOf(options)));
  for (const [name, value] of Object.entries(environment)) {
    process.stdout.write(`export ${name}=${shellQuote(value)}\n`);
  }
}

/** Resolves with etcdctl's exit code. */
export async function etcdctl(words: readonly string[], options: Options): Promise<number> {
  const environment = etcdctlEnvironment(await etcdAccess(dataDirOf(options)));
  const program = findOnPath('etcdctl', process.env, process.platform);
  if (program === undefined) {
    throw new UserError('etcdctl is not on PATH; it comes with etcd (Debian: apt install etcd-client)');
  }
  return runWith(program, words, environment);
}
