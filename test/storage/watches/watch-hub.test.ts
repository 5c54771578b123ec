import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../platform/index.js';
import type { WatchStep } from '../../../storage/store.js';
import { WatchHub } from '../../../storage/watches/watch-hub.js';
import { VirtualClock } from '../../raft/support/virtual-clock.js';
import { bytes } from '../support/single-member-store.js';

describe('a watch that begins past what this member has applied', () => {
  it('reports nothing until the member is there, and never goes back', async () => {
    const clock = new VirtualClock();
    let revision = 467;
    const hub = new WatchHub({
      clock,
      logger: silentLogger,
      stateView: () => {
        throw new Error('no history is needed');
      },
      revision: () => revision,
    });
    const watch = hub.watch({ key: bytes('k'), end: bytes('l'), startRevision: 472 });
    const steps: WatchStep[] = [];
    void watch.next().then((step) => steps.push(step));
    await clock.advance(5_000);
    expect(steps).toEqual([]);
    const put = (modRevision: number) => ({
      type: 'put' as const,
      previous: undefined,
      item: {
        key: bytes('k'),
        value: bytes(`${modRevision}`),
        createRevision: 1,
        modRevision,
        version: 1,
        lease: 0,
      },
    });
    for (revision = 468; revision <= 471; revision += 1) hub.publish(revision, [put(revision)]);
    revision = 471;
    hub.flush();
    await clock.advance(2_000);
    expect(steps).toEqual([{ kind: 'batch', events: [], completeRevision: 471 }]);
    void watch.next().then((step) => steps.push(step));
    revision = 472;
    hub.publish(472, [put(472)]);
    hub.flush();
    await clock.advance(1);
    expect(steps[1]).toMatchObject({ completeRevision: 472, events: [{ item: { modRevision: 472 } }] });
    hub.close({ kind: 'stopping' });
  });
});

describe('watches that follow', () => {
  const change = (key: string, modRevision: number) => ({
    type: 'put' as const,
    previous: undefined,
    item: { key: bytes(key), value: bytes('v'), createRevision: 1, modRevision, version: 1, lease: 0 },
  });

  function make() {
    const clock = new VirtualClock();
    let revision = 10;
    const hub = new WatchHub({
      clock,
      logger: silentLogger,
      stateView: () => {
        throw new Error('no history is needed');
      },
      revision: () => revision,
    });
    const publish = (...keys: string[]): void => {
      revision += 1;
      hub.publish(
        revision,
        keys.map((key) => change(key, revision)),
      );
    };
    return { clock, hub, publish };
  }

  it('share one event, a thousand of them, and hold it once', async () => {
    const { hub, publish } = make();
    const alone = hub.watch({ key: bytes('k') });
    publish('k');
    const held = hub.memory.bytes;
    await alone.next();
    expect(hub.memory.bytes).toBe(0);
    const watches = Array.from({ length: 1000 }, () => hub.watch({ key: bytes('k') }));
    publish('k');
    expect(hub.memory.bytes).toBeLessThan(held + 1000 * 32);
    const steps = await Promise.all(watches.map((watch) => watch.next()));
    const events = steps.map((step) => (step.kind === 'batch' ? step.events[0] : undefined));
    expect(events[0]).toBeDefined();
    expect(new Set(events).size).toBe(1);
    hub.close({ kind: 'stopping' });
  });

  it('are answered at once when they ask for progress, whether they wait already or ask next', async () => {
    const { hub, publish } = make();
    const watch = hub.watch({ key: bytes('k') });
    publish('other');
    const waiting = watch.next();
    watch.requestProgress();
    expect(await waiting).toEqual({ kind: 'batch', events: [], completeRevision: 11 });
    publish('other');
    watch.requestProgress();
    expect(await watch.next()).toEqual({ kind: 'batch', events: [], completeRevision: 12 });
    hub.close({ kind: 'stopping' });
  });

  it('tell their events instead of mere progress when some wait, and progress no second time', async () => {
    const { clock, hub, publish } = make();
    const watch = hub.watch({ key: bytes('k') });
    publish('k');
    publish('other');
    watch.requestProgress();
    expect(await watch.next()).toMatchObject({ events: { length: 1 }, completeRevision: 12 });
    let answered = false;
    const next = watch.next().then(() => {
      answered = true;
    });
    await clock.settle();
    expect(answered).toBe(false);
    hub.close({ kind: 'stopping' });
    await next;
  });
});
