import { describe, expect, it } from 'vitest';
import { seededRandom, silentLogger } from '../../../platform/index.js';
import type { Message } from '../../../raft/core/messages.js';
import type { Connection } from '../../../raft/peers/connection.js';
import { PeerLink } from '../../../raft/peers/peer-link.js';
import { manualClock } from '../../cluster/support/manual-clock.js';

const message: Message = { type: 'timeout-now', term: 1 };

function openLink() {
  const clock = manualClock();
  const dialled: { accept(): void; drain(): void; written: number; open: boolean; takes: boolean }[] = [];
  const link = new PeerLink({
    name: 'm2',
    address: '127.0.0.1:1',
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    maxQueueBytes: 1_000,
    onGone: () => {},
    dial: (_purpose, { onAccepted, onDrain }) => {
      const connection = { accept: onAccepted, drain: onDrain, written: 0, open: true, takes: true };
      dialled.push(connection);
      const double: Pick<Connection, 'write' | 'close'> = {
        write: () => {
          connection.written += 1;
          return connection.takes;
        },
        close: () => {
          connection.open = false;
        },
      };
      return double as Connection;
    },
  });
  link.connect();
  return { link, clock, dialled };
}

describe('a link to a peer', () => {
  it('writes nothing before it is accepted, and then what is not too much', async () => {
    const { link, dialled } = openLink();
    link.send(message);
    expect(dialled[0]!.written).toBe(0);
    dialled[0]!.accept();
    expect(dialled[0]!.written).toBe(1);
  });

  it('keeps what the peer cannot take yet, within bounds, and pings only when nothing waits', async () => {
    const { link, dialled } = openLink();
    const connection = dialled[0]!;
    connection.accept();
    connection.takes = false;
    link.ping();
    for (let sent = 0; sent < 100; sent += 1) link.send(message);
    await Promise.resolve();
    link.ping();
    expect(connection.written).toBe(1);
    connection.takes = true;
    connection.drain();
    // All that was kept, as one frame.
    expect(connection.written).toBe(2);
    link.ping();
    expect(connection.written).toBe(3);
  });

  it('to a peer that takes nothing for fifteen seconds is made anew', () => {
    const { link, clock, dialled } = openLink();
    dialled[0]!.accept();
    dialled[0]!.takes = false;
    link.ping();
    clock.advance(15_000);
    link.ping();
    expect(dialled[0]!.open).toBe(true);
    clock.advance(1);
    link.ping();
    expect(dialled[0]!.open).toBe(false);
    clock.advance(1_000);
    expect(dialled).toHaveLength(2);
  });
});
