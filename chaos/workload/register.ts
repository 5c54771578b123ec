/**
 * Registers: read, write (blind), delete and compare-and-set of single values. Every value is written once, so
 * a value names its write, and a condition on the revision is a condition on the value.
 */
import { type ApiClient, isAlreadyExists, isNotFound } from '../../client/index.js';
import type { Random } from '../../platform/index.js';
import { configMap, configMaps, revisionOf, storedValue } from './config-map.js';
import { defaultKeyLimits, KeyPool } from './key-pool.js';
import { failureOf } from './outcome.js';
import type { Ending, PlannedOperation, Workload } from './workload.js';

interface Known {
  readonly value: string;
  readonly revision: number;
}

export function registerWorkload(): Workload {
  const keys = new KeyPool({ prefix: 'register', ...defaultKeyLimits });
  /** What was last seen of a key, by whichever client; may be stale, which is what conditions are for. */
  const known = new Map<string, Known>();
  let sequence = 0;
  const nextValue = (): string => {
    sequence += 1;
    return `v${sequence}`;
  };
  const saw = (key: string, value: string, revision: number): void => {
    if (revision >= (known.get(key)?.revision ?? 0)) known.set(key, { value, revision });
  };
  const failed = (key: string, error: unknown): Ending => {
    if (isNotFound(error)) known.delete(key);
    const failure = failureOf(error, 'write');
    if (failure.kind === 'info') keys.unknown(key);
    return failure;
  };

  function read(key: string): PlannedOperation {
    return {
      call: { f: 'read', key, value: null },
      subject: key,
      async perform(api) {
        try {
          const { value, revision } = storedValue(await api.get(configMaps, key));
          saw(key, value, revision);
          return { kind: 'ok', call: { f: 'read', key, value, modRevision: revision } };
        } catch (error) {
          if (!isNotFound(error)) return failureOf(error, 'read');
          known.delete(key);
          return { kind: 'ok', call: { f: 'read', key, value: null } };
        }
      },
    };
  }

  function write(key: string): PlannedOperation {
    const value = nextValue();
    const call = { f: 'write', key, value } as const;
    // PUT does not create: what is believed to be absent is created, and a wrong belief is a refusal.
    const send = (api: ApiClient): Promise<number> =>
      (known.has(key)
        ? api.update(configMaps, configMap(key, value))
        : api.create(configMaps, configMap(key, value))
      ).then(revisionOf);
    return {
      call,
      subject: key,
      async perform(api) {
        try {
          const revision = await send(api);
          saw(key, value, revision);
          return { kind: 'ok', call, revision };
        } catch (error) {
          // It exists after all: the next write replaces it.
          if (isAlreadyExists(error)) known.set(key, { value: '', revision: 0 });
          return failed(key, error);
        }
      },
    };
  }

  function remove(key: string): PlannedOperation {
    const call = { f: 'write', key, value: null } as const;
    return {
      call,
      subject: key,
      async perform(api) {
        try {
          await api.delete(configMaps, key);
          known.delete(key);
          return { kind: 'ok', call };
        } catch (error) {
          return failed(key, error);
        }
      },
    };
  }

  function compareAndSet(key: string, { value: expected, revision }: Known): PlannedOperation {
    const next = nextValue();
    const call = { f: 'cas', key, expected, next } as const;
    return {
      call,
      subject: key,
      async perform(api) {
        try {
          const made = revisionOf(await api.update(configMaps, configMap(key, next, { revision })));
          saw(key, next, made);
          return { kind: 'ok', call, revision: made };
        } catch (error) {
          return failed(key, error);
        }
      },
    };
  }

  function plan(random: Random): PlannedOperation {
    const key = keys.pick(random);
    const draw = random.float();
    const seen = known.get(key);
    if (draw < 0.4) return read(key);
    if (draw < 0.7 && seen !== undefined && seen.revision > 0) return compareAndSet(key, seen);
    if (draw < 0.74 && seen !== undefined) return remove(key);
    return write(key);
  }

  return { name: 'register', plan, finalReads: () => keys.all().map(read) };
}
