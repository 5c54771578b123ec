/** `kuorum member …` and `kuorum move-leader`: who the members of a running cluster are, and how that changes. */
import { connectControl, type MembershipRequest } from '../../cluster/index.js';
import { systemClock } from '../../platform/index.js';
import { dataDirOf } from '../data-dir.js';
import { memberTable } from '../member-table.js';

export interface MemberOptions {
  readonly dataDir?: string;
}

export async function listMembers(
  options: MemberOptions & { readonly output: 'table' | 'json' },
): Promise<void> {
  const control = await connectControl({ dataDir: dataDirOf(options), clock: systemClock() });
  const members = await control.members();
  process.stdout.write(
    `${options.output === 'json' ? JSON.stringify(members, null, 2) : memberTable(members)}\n`,
  );
}

function done(request: MembershipRequest, members: readonly string[]): string {
  const names = members.join(', ');
  switch (request.kind) {
    case 'add':
      return request.learner === true ? `added ${names} as learner` : `added ${names}, voting`;
    case 'remove':
      return `removed ${names}; its id is never given again`;
    case 'promote':
      return `${names} votes`;
    case 'demote':
      return `${names} is a learner now`;
    case 'replace':
      return `replaced ${request.member} by ${names}`;
    case 'priority':
      return `${names} has priority ${request.priority}`;
    case 'move-leader':
      return `${names} leads`;
  }
}

export async function changeMembers(request: MembershipRequest, options: MemberOptions): Promise<void> {
  const control = await connectControl({ dataDir: dataDirOf(options), clock: systemClock() });
  const members = await control.changeMembership(request, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${done(request, members)}\n`);
}
