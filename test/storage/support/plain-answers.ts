/** What a store and what the model answered, in a form that compares. */
import type { Outcome } from '../../../storage/index.js';
import { ModelRefusal } from './key-space-model.js';

/** Byte strings as text, so that a buffer of any kind equals another. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

export function modelled<Value>(run: () => Value): unknown {
  try {
    return { kind: 'done', value: plain(run()) };
  } catch (error) {
    if (error instanceof ModelRefusal) return { kind: 'refused', reason: error.reason };
    throw error;
  }
}

export function told(outcome: Outcome<unknown>): object {
  if (outcome.kind === 'refused') return { kind: 'refused', reason: outcome.refusal.reason };
  return outcome.kind === 'done' ? { kind: 'done', value: plain(outcome.value) } : outcome;
}
