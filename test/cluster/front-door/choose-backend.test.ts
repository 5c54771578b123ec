import { describe, expect, it } from 'vitest';
import { type BackendState, chooseBackend } from '../../../cluster/front-door/choose-backend.js';

const backend = (name: string, change: Partial<BackendState> = {}): BackendState => ({
  name,
  ready: true,
  connections: 0,
  lastUsed: 0,
  ...change,
});

describe('the member that gets the next connection', () => {
  it('is a ready one', () => {
    expect(chooseBackend([backend('m1', { ready: false }), backend('m2')])).toBe('m2');
    expect(chooseBackend([backend('m1', { ready: false })])).toBeUndefined();
    expect(chooseBackend([])).toBeUndefined();
  });

  it('has the fewest connections', () => {
    expect(chooseBackend([backend('m1', { connections: 3 }), backend('m2', { connections: 2 })])).toBe('m2');
  });

  it('is the one unused for longest among equals, so that they take turns', () => {
    const states = [
      backend('m1', { lastUsed: 7 }),
      backend('m2', { lastUsed: 5 }),
      backend('m3', { lastUsed: 6 }),
    ];
    expect(chooseBackend(states)).toBe('m2');
  });

  it('is none that was tried for this connection', () => {
    expect(chooseBackend([backend('m1'), backend('m2')], new Set(['m1']))).toBe('m2');
    expect(chooseBackend([backend('m1')], new Set(['m1']))).toBeUndefined();
  });
});
