/**
 * Reads across keys: a group of keys is written one at a time and read together, by one list at one revision.
 * Every answer carries its revision, so one total order has to explain them all.
 */
import { isAlreadyExists, isNotFound } from '../../client/index.js';
import type { Random } from '../../platform/index.js';
import type { MicroOperation } from '../checker/index.js';
import { configMap, configMaps, groupLabel, nameOf, revisionOf, storedValue } from './config-map.js';
import { KeyPool } from './key-pool.js';
import { failureOf } from './outcome.js';
import type { PlannedOperation, Workload } from './workload.js';

const keysInGroup = 6;

export function transactionWorkload(): Workload {
  const groups = new KeyPool({ prefix: 'group', active: 2, maxOperations: 1000, maxUnknown: 50 });
  const existing = new Set<string>();
  let sequence = 0;
  const keysOf = (group: string): readonly string[] =>
    Array.from({ length: keysInGroup }, (_, index) => `${group}-k${index}`);

  function readAll(group: string): PlannedOperation {
    const keys = keysOf(group);
    return {
      call: { f: 'txn', operations: keys.map((key) => ({ kind: 'read', key, value: null })) },
      subject: group,
      async perform(api) {
        try {
          const page = await api.list(configMaps, { labelSelector: `${groupLabel}=${group}` });
          const found = new Map(page.items.map((item) => [nameOf(item), storedValue(item)]));
          const operations = keys.map((key): MicroOperation => {
            const stored = found.get(key);
            if (stored === undefined) return { kind: 'read', key, value: null };
            return { kind: 'read', key, value: stored.value, modRevision: stored.revision };
          });
          return { kind: 'ok', call: { f: 'txn', operations }, revision: Number(page.resourceVersion) };
        } catch (error) {
          return failureOf(error, 'read');
        }
      },
    };
  }

  function writeOne(group: string, random: Random): PlannedOperation {
    const key = `${group}-k${random.integer(0, keysInGroup)}`;
    sequence += 1;
    const value = `v${sequence}`;
    const call = { f: 'txn', operations: [{ kind: 'write', key, value }] } as const;
    const object = configMap(key, value, { group });
    return {
      call,
      subject: group,
      async perform(api) {
        try {
          const answer = existing.has(key)
            ? await api.update(configMaps, object)
            : await api.create(configMaps, object);
          existing.add(key);
          return { kind: 'ok', call, revision: revisionOf(answer) };
        } catch (error) {
          if (isAlreadyExists(error)) existing.add(key);
          if (isNotFound(error)) existing.delete(key);
          const failure = failureOf(error, 'write');
          if (failure.kind === 'info') groups.unknown(group);
          return failure;
        }
      },
    };
  }

  return {
    name: 'transaction',
    plan(random) {
      const group = groups.pick(random);
      return random.float() < 0.4 ? readAll(group) : writeOne(group, random);
    },
    finalReads: () => groups.all().map(readAll),
  };
}
