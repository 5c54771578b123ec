/** `kuorum fault …`: breaks and mends a cluster that was started with --faults. */
import { connectControl, type FaultRequest } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { type FaultOptions, faultFromArguments } from '../fault-arguments.js';
import { clockFaultText } from '../status-table.js';

function done(fault: FaultRequest, member: string | undefined): string {
  switch (fault.kind) {
    case 'partition':
      return `partitioned: ${fault.groups.map((group) => group.join(',')).join(' / ')}`;
    case 'isolate':
      return `isolated ${member}`;
    case 'kill':
      return `killed ${member}; it stays down until: kuorum fault restart ${member}`;
    case 'restart':
      return `restarted ${member}`;
    case 'pause':
      return `paused ${member}`;
    case 'resume':
      return `resumed ${member}`;
    case 'links':
      return 'link faults set';
    case 'clock':
      return `the clock of ${member} is wrong now: ${clockFaultText(fault.fault)}`;
    case 'disk':
      return fault.fault.syncDelayMilliseconds === 0
        ? `the disk of ${member} is as quick as it is`
        : `each durable write of ${member} takes ${fault.fault.syncDelayMilliseconds} ms longer now`;
    case 'heal':
      return 'healed: no link is cut, no member paused, every clock right, no disk slow';
  }
}

export async function fault(
  kind: string,
  words: readonly string[],
  options: FaultOptions & { readonly dataDir?: string },
): Promise<void> {
  const request = faultFromArguments(kind, words, options);
  const control = await connectControl({ dataDir: dataDirOf(options), clock: systemClock() });
  const member = await control.fault(request);
  process.stdout.write(`${done(request, member)}\n`);
}
