/**
 * The npm client etcd3, where it is installed: beside the project (`npm install --no-save etcd3`), or in the folder that
 * `KUORUM_ETCD3` names. Nothing here installs it. Of its interface stands here what the tests use.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface Get extends PromiseLike<unknown> {
  string(): Promise<string | null>;
  number(): Promise<number | null>;
  exists(): Promise<boolean>;
  exec(): Promise<{
    readonly header: { readonly revision: string };
    readonly kvs: readonly { readonly lease: string; readonly value: Buffer }[];
  }>;
}

export interface Put extends PromiseLike<unknown> {
  value(value: string): Put;
  touch(): Promise<unknown>;
  getPrevious(): Promise<{ readonly value: Buffer }>;
  exec(): Promise<{ readonly header: { readonly revision: string } }>;
}

export interface GetAll {
  all(): GetAll;
  inRange(range: object): GetAll;
  sort(target: 'Key', order: 'Descend'): GetAll;
  limit(count: number): GetAll;
  strings(): Promise<Readonly<Record<string, string>>>;
  keys(): Promise<readonly string[]>;
  count(): Promise<number>;
}

export interface Delete extends PromiseLike<{ readonly deleted: string }> {
  key(key: string): Delete;
  range(range: object): Delete;
  all(): Delete;
  getPrevious(): Promise<readonly { readonly value: Buffer }[]>;
}

export interface KeySpace {
  put(key: string): Put;
  get(key: string): Get;
  getAll(): GetAll;
  delete(): Delete;
}

export interface Emitter {
  on(event: string, listener: (...values: never[]) => void): void;
  once(event: string, listener: (...values: never[]) => void): void;
}

export interface KeyAndValue {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface Watcher extends Emitter {
  cancel(): Promise<void>;
}

export interface WatchBuilder {
  key(key: string): WatchBuilder;
  prefix(prefix: string): WatchBuilder;
  startRevision(revision: string): WatchBuilder;
  withPreviousKV(): WatchBuilder;
  create(): Promise<Watcher>;
  watcher(): Watcher;
}

export interface Comparing {
  and(key: string, column: string, comparison: string, value: string | number): Comparing;
  // biome-ignore lint/suspicious/noThenProperty: this is what the client calls it
  then(...clauses: readonly (Put | Get)[]): Comparing;
  else(...clauses: readonly (Put | Get)[]): Comparing;
  commit(): Promise<{
    readonly succeeded: boolean;
    readonly responses: readonly {
      readonly response_range: { readonly kvs: readonly { readonly value: Buffer }[] };
    }[];
  }>;
}

export interface Lock {
  ttl(seconds: number): Lock;
  acquire(): Promise<Lock>;
  release(): Promise<void>;
  do<Value>(during: () => Promise<Value>): Promise<Value>;
}

export interface Campaign extends Emitter {
  proclaim(value: string): Promise<void>;
  resign(): Promise<void>;
}

export interface Election {
  campaign(value: string): Campaign;
  leader(): Promise<string | undefined>;
  observe(): Promise<{ leader(): string | undefined; cancel(): Promise<void> }>;
}

export interface Lease {
  grant(): Promise<string>;
  put(key: string): Put;
  keepaliveOnce(): Promise<unknown>;
  revoke(): Promise<void>;
}

export interface Client extends KeySpace {
  namespace(prefix: string): KeySpace;
  lease(ttlSeconds: number): Lease;
  if(key: string, column: string, comparison: string, value: string | number): Comparing;
  watch(): WatchBuilder;
  lock(key: string): Lock;
  election(name: string, ttlSeconds: number): Election;
  stm(options: { readonly retries: number; readonly isolation: number }): {
    transact(body: (transaction: KeySpace) => Promise<void>): Promise<unknown>;
  };
  readonly kv: { compact(request: { readonly revision: string }): Promise<unknown> };
  readonly maintenance: {
    status(): Promise<{ readonly version: string }>;
    alarm(request: { readonly action: string }): Promise<{ readonly alarms: readonly unknown[] }>;
  };
  readonly cluster: { memberList(request: object): Promise<{ readonly members: readonly unknown[] }> };
  close(): void;
}

export interface Etcd3Module {
  readonly Etcd3: new (options: {
    readonly hosts: string;
    readonly credentials: {
      readonly rootCertificate: Buffer;
      readonly privateKey: Buffer;
      readonly certChain: Buffer;
    };
  }) => Client;
  readonly Range: new (start: string, end: string) => object;
  readonly EtcdLockFailedError: new () => Error;
}

function load(): Etcd3Module | undefined {
  const folder = process.env['KUORUM_ETCD3'];
  const require = createRequire(folder === undefined ? import.meta.url : join(folder, 'package.json'));
  try {
    return require('etcd3') as Etcd3Module;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** undefined: it is not there, and its tests are skipped, which is said. */
export const etcd3 = load();
if (etcd3 === undefined) process.stdout.write('etcd3 (npm) was not found: its tests are skipped\n');
