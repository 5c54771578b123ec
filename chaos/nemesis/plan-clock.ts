/** Clocks that jump, by milliseconds or by an hour, and clocks that run fast or slow. */
import type { ClockFault, Random } from '../../platform/index.js';
import { type ClusterView, type Draw, type PlannedFault, shuffled } from './plan.js';

const shortestJumpMilliseconds = 20;
const longestJumpMilliseconds = 3_600_000;

/** Every order of magnitude is as likely as another. */
function jump(random: Random): number {
  const span = Math.log(longestJumpMilliseconds / shortestJumpMilliseconds);
  const size = Math.round(shortestJumpMilliseconds * Math.exp(span * random.float()));
  return random.float() < 0.5 ? size : -size;
}

/** Mostly what bad hardware does, now and then what no hardware does. */
function rate(random: Random): number {
  const wild = random.float() < 0.25;
  const drift = wild ? random.float() * 0.5 : 0.01 + random.float() * 0.09;
  const value = random.float() < 0.5 ? 1 + drift : 1 / (1 + drift);
  return Math.round(value * 1000) / 1000;
}

function fault(random: Random): ClockFault {
  const draw = random.float();
  if (draw < 0.4) return { offsetMilliseconds: jump(random) };
  if (draw < 0.7) return { rate: rate(random) };
  return { offsetMilliseconds: jump(random), rate: rate(random) };
}

function describe(member: string, { offsetMilliseconds, rate: drift }: ClockFault): string {
  const parts = [member];
  if (offsetMilliseconds !== undefined) {
    parts.push(`${offsetMilliseconds < 0 ? '−' : '+'}${Math.abs(offsetMilliseconds) / 1000} s`);
  }
  if (drift !== undefined) parts.push(`×${drift}`);
  return parts.join(' ');
}

export function planClock({ random }: Draw, view: ClusterView): PlannedFault | undefined {
  const names = view.members.map(({ name }) => name);
  const victims = shuffled(random, names)
    .slice(0, random.integer(1, names.length + 1))
    .toSorted();
  if (victims.length === 0) return undefined;
  const clocks = victims.map((member) => ({ member, fault: fault(random) }));
  return {
    plan: { kind: 'clock', clocks },
    text: `clocks: ${clocks.map(({ member, fault: wrong }) => describe(member, wrong)).join(', ')}`,
    members: victims,
  };
}
