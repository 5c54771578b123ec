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
      compactRevision: () => 0,
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
