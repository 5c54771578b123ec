/** Lets virtual time go on until something has happened. */
import type { VirtualClock } from '../../raft/support/virtual-clock.js';

export async function during<Value>(clock: VirtualClock, work: Promise<Value>): Promise<Value> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  while (!over) await clock.advance(1);
  return work;
}
