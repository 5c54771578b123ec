/** A fault as it is ordered over the control socket, checked for shape before anything acts on it. */
import type { ClockFault, DiskFault, LinkFault, LinkFaults } from '../../platform/index.js';
import type { ClusterFaults } from '../cluster.js';
import { UserError } from '../user-error.js';

export type MemberFaultKind = 'isolate' | 'kill' | 'restart' | 'pause' | 'resume';

export type FaultRequest =
  | { readonly kind: 'partition'; readonly groups: readonly (readonly string[])[] }
  | { readonly kind: MemberFaultKind; readonly member: string }
  | { readonly kind: 'links'; readonly faults: LinkFaults }
  | { readonly kind: 'clock'; readonly member: string; readonly fault: ClockFault }
  | { readonly kind: 'disk'; readonly member: string; readonly fault: DiskFault }
  | { readonly kind: 'heal' };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= 64;

const isProbability = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1;
const isDuration = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && value >= 0 && value <= 600_000);

function isLinkFault(value: unknown): value is LinkFault {
  return (
    isRecord(value) &&
    isName(value.from) &&
    isName(value.to) &&
    isProbability(value.dropProbability) &&
    isDuration(value.delayMilliseconds) &&
    isDuration(value.jitterMilliseconds) &&
    (value.duplicateProbability === undefined || isProbability(value.duplicateProbability))
  );
}

const isOptionalNumber = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value));

function isClockFault(value: unknown): value is ClockFault {
  return isRecord(value) && isOptionalNumber(value.offsetMilliseconds) && isOptionalNumber(value.rate);
}

function isDiskFault(value: unknown): value is DiskFault {
  return isRecord(value) && Number.isFinite(value.syncDelayMilliseconds);
}

/** Throws a UserError for anything that is not a fault. */
export function parseFaultRequest(value: unknown): FaultRequest {
  const kind = isRecord(value) ? value.kind : undefined;
  if (!isRecord(value)) throw new UserError('a fault is an object with a kind');
  switch (kind) {
    case 'heal':
      return { kind };
    case 'partition': {
      const { groups } = value;
      const isGroup = (group: unknown): group is string[] => Array.isArray(group) && group.every(isName);
      if (!Array.isArray(groups) || !groups.every(isGroup))
        throw new UserError('a partition needs groups of names');
      return { kind, groups };
    }
    case 'links': {
      const { faults } = value;
      if (!Array.isArray(faults) || faults.length > 1000 || !faults.every(isLinkFault)) {
        throw new UserError('links needs a list of link faults');
      }
      return { kind, faults };
    }
    case 'clock': {
      const { member, fault } = value;
      if (!isName(member) || !isClockFault(fault))
        throw new UserError('clock needs a member and what is wrong');
      return { kind, member, fault };
    }
    case 'disk': {
      const { member, fault } = value;
      if (!isName(member) || !isDiskFault(fault))
        throw new UserError('disk needs a member and by how much it is slow');
      return { kind, member, fault };
    }
    case 'isolate':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume':
      if (!isName(value.member)) throw new UserError(`${kind} needs a member`);
      return { kind, member: value.member };
    default:
      throw new UserError(`unknown fault ${String(kind)}`);
  }
}

/** Resolves with the member it was done to, where there is one. */
export async function applyFault(faults: ClusterFaults, request: FaultRequest): Promise<string | undefined> {
  switch (request.kind) {
    case 'partition':
      await faults.partition(request.groups);
      return undefined;
    case 'links':
      await faults.links(request.faults);
      return undefined;
    case 'clock':
      return faults.clock(request.member, request.fault);
    case 'disk':
      return faults.disk(request.member, request.fault);
    case 'heal':
      await faults.heal();
      return undefined;
    case 'isolate':
    case 'kill':
    case 'restart':
    case 'pause':
    case 'resume':
      return faults[request.kind](request.member);
  }
}
