/**
 * Lists that grow at the end and sets that grow: read, add an element, write back on condition that nothing
 * changed in between. A conflict is certain and is tried again; anything unknown ends the operation as unknown.
 */
import { type ApiClient, isAlreadyExists, isConflict, isNotFound } from '../../client/index.js';
import type { Random } from '../../platform/index.js';
import { configMap, configMaps, revisionOf, type StoredValue, storedValue } from './config-map.js';
import { defaultKeyLimits, KeyPool } from './key-pool.js';
import { failureOf } from './outcome.js';
import type { Ending, PlannedOperation, Workload } from './workload.js';

const maxAttempts = 5;

const elementsOf = (text: string): readonly number[] =>
  text === '' ? [] : text.split(',').map((element) => Number(element));

/** `append` keeps the order in which elements came, `add` keeps them sorted. */
function extended(kind: 'append' | 'add', elements: readonly number[], element: number): string {
  const all = [...elements, element];
  return (kind === 'append' ? all : all.toSorted((a, b) => a - b)).join(',');
}

export function collectionWorkload(kind: 'append' | 'add'): Workload {
  const name = kind === 'append' ? 'list' : 'set';
  const keys = new KeyPool({ prefix: name, ...defaultKeyLimits });
  let sequence = 0;

  const current = async (api: ApiClient, key: string): Promise<StoredValue | undefined> => {
    try {
      return storedValue(await api.get(configMaps, key));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  function read(key: string): PlannedOperation {
    return {
      call: { f: 'read', key, value: null },
      subject: key,
      async perform(api) {
        try {
          const found = await current(api, key);
          const value = elementsOf(found?.value ?? '');
          const modRevision = found === undefined ? {} : { modRevision: found.revision };
          return { kind: 'ok', call: { f: 'read', key, value, ...modRevision } };
        } catch (error) {
          return failureOf(error, 'read');
        }
      },
    };
  }

  function add(key: string): PlannedOperation {
    sequence += 1;
    const element = sequence;
    const call = { f: kind, key, value: element } as const;
    const writeBack = async (api: ApiClient, found: StoredValue | undefined): Promise<number> => {
      const value = extended(kind, elementsOf(found?.value ?? ''), element);
      if (found === undefined) return revisionOf(await api.create(configMaps, configMap(key, value)));
      return revisionOf(await api.update(configMaps, configMap(key, value, { revision: found.revision })));
    };
    return {
      call,
      subject: key,
      async perform(api): Promise<Ending> {
        for (let attempt = 1; ; attempt += 1) {
          let found: StoredValue | undefined;
          try {
            found = await current(api, key);
          } catch (error) {
            // Nothing is under way: every earlier attempt was refused for certain.
            return failureOf(error, 'read');
          }
          try {
            return { kind: 'ok', call, revision: await writeBack(api, found) };
          } catch (error) {
            if (attempt < maxAttempts && (isConflict(error) || isAlreadyExists(error))) continue;
            const failure = failureOf(error, 'write');
            if (failure.kind === 'info') keys.unknown(key);
            return failure;
          }
        }
      },
    };
  }

  return {
    name,
    plan(random: Random) {
      const key = keys.pick(random);
      return random.float() < 0.4 ? read(key) : add(key);
    },
    finalReads: () => keys.all().map(read),
  };
}
