/**
 * DIR/kubeconfig: the context `kuorum` (the front door) and one context a member, with the certificates
 * embedded so that the file can be copied. Merging into the user's own file keeps everything else in it.
 */
import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, replaceFile } from './atomic-file.js';
import type { PemPair } from './pki/pem.js';
import { UserError } from './user-error.js';

export interface KubeconfigInput {
  /** The cluster's name; contexts are `NAME` and `NAME-MEMBER`. */
  readonly name: string;
  readonly frontDoorPort: number;
  readonly members: readonly { readonly name: string; readonly apiPort: number }[];
  /** PEM of the authority that signs the API servers. */
  readonly authority: string;
  readonly admin: PemPair;
}

export function kubeconfigPath(dataDir: string): string {
  return join(dataDir, 'kubeconfig');
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Written by hand, since nothing in it needs quoting and every start would load a YAML library for it. */
export function kubeconfigText(input: KubeconfigInput): string {
  const targets = [
    { name: input.name, port: input.frontDoorPort },
    ...input.members.map((member) => ({ name: `${input.name}-${member.name}`, port: member.apiPort })),
  ];
  const user = `${input.name}-admin`;
  const lines = [
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${input.name}`,
    'preferences: {}',
    'clusters:',
  ];
  for (const target of targets) {
    lines.push(
      `- name: ${target.name}`,
      '  cluster:',
      `    server: https://127.0.0.1:${target.port}`,
      `    certificate-authority-data: ${base64(input.authority)}`,
    );
  }
  lines.push('contexts:');
  for (const target of targets) {
    lines.push(`- name: ${target.name}`, '  context:', `    cluster: ${target.name}`, `    user: ${user}`);
  }
  lines.push(
    'users:',
    `- name: ${user}`,
    '  user:',
    `    client-certificate-data: ${base64(input.admin.certificate)}`,
    `    client-key-data: ${base64(input.admin.key)}`,
    '',
  );
  return lines.join('\n');
}

/** Writes the file when its text has changed. Resolves with whether it has. */
export async function writeKubeconfig(dataDir: string, text: string): Promise<boolean> {
  const path = kubeconfigPath(dataDir);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === text && ((await stat(path)).mode & 0o777) === 0o600) return false;
  await replaceFile(path, text, { mode: 0o600 });
  return true;
}

/** What is wrong with a document that is to be merged into; the file is left alone. */
function refuseMerge(path: string, why: string): never {
  throw new UserError(`${path} ${why}; nothing was changed`);
}

type Entries = readonly { readonly name: string }[];

/** Contexts that an earlier merge made for members that are gone: of the same cluster's user, and not there any more. */
function staleContexts(before: unknown, addition: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const names = (section: string): ReadonlySet<unknown> =>
    new Set((addition[section] as Entries).map(({ name }) => name));
  const [live, users, prefix] = [
    names('contexts'),
    names('users'),
    `${String(addition['current-context'])}-`,
  ];
  const stale = new Set<string>();
  for (const entry of Array.isArray(before) ? before : []) {
    const { name, context } = (entry ?? {}) as { readonly name?: unknown; readonly context?: unknown };
    const { user, cluster } = (context ?? {}) as { readonly user?: unknown; readonly cluster?: unknown };
    if (typeof name !== 'string' || !name.startsWith(prefix) || live.has(name)) continue;
    if (cluster === name && users.has(user)) stale.add(name);
  }
  return stale;
}

/**
 * The target's text with the source's clusters, contexts and users added, or replaced where the names are the
 * same; those of members that are gone are taken out. Comments, other entries and the current context stay.
 */
export async function mergeKubeconfigText(target: string, source: string, path: string): Promise<string> {
  const { isMap, isSeq, parse, parseDocument } = await import('yaml');
  const document = parseDocument(target.trim() === '' ? 'apiVersion: v1\nkind: Config\n' : target);
  const [problem] = document.errors;
  if (problem !== undefined) refuseMerge(path, `is not valid YAML (${problem.message.split('\n')[0]})`);
  if (!isMap(document.contents)) refuseMerge(path, 'is not a kubeconfig');
  const addition = parse(source) as Readonly<Record<string, unknown>>;
  const before = document.toJS() as Readonly<Record<string, unknown>>;
  const stale = staleContexts(before['contexts'], addition);
  for (const section of ['clusters', 'contexts', 'users']) {
    let list = document.get(section);
    if (list === undefined || list === null) {
      list = document.createNode([]);
      document.set(section, list);
    }
    if (!isSeq(list)) refuseMerge(path, `has no list under ${section}`);
    // An empty list was perhaps written as `[]`; entries read better below each other.
    list.flow = false;
    if (section !== 'users') {
      list.items = list.items.filter((item) => !isMap(item) || !stale.has(String(item.get('name'))));
    }
    for (const entry of addition[section] as Entries) {
      const node = document.createNode(entry);
      const at = list.items.findIndex((item) => isMap(item) && item.get('name') === entry.name);
      if (at === -1) list.items.push(node);
      else list.items[at] = node;
    }
  }
  const current: unknown = document.get('current-context');
  if (typeof current !== 'string' || current === '' || stale.has(current)) {
    document.set('current-context', addition['current-context']);
  }
  return document.toString({ lineWidth: 0 });
}

/** Merges DIR/kubeconfig into the file at `path`, making it when it is not there. */
export async function mergeKubeconfig(dataDir: string, path: string): Promise<void> {
  const source = await readFile(kubeconfigPath(dataDir), 'utf8').catch((error: unknown) => {
    throw new UserError(`${kubeconfigPath(dataDir)} is not there yet: start the cluster first (kuorum up)`, {
      cause: error,
    });
  });
  let target = '';
  let real = path;
  let mode = 0o600;
  try {
    // The file may be a link into a user's dotfiles: replace what it points to, not the link.
    real = await realpath(path);
    target = await readFile(real, 'utf8');
    mode = (await stat(real)).mode & 0o777;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') {
      throw new UserError(`${path} cannot be read (${errorCode(error) ?? String(error)})`, { cause: error });
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  }
  await replaceFile(real, await mergeKubeconfigText(target, source, path), { mode });
}
