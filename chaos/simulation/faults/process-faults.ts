/** What happens to processes and machines. */
import type { SimulatedMember } from '../world/simulated-member.js';
import type { FaultKind } from './kinds.js';
import type { FaultSetting } from './setting.js';

function end(setting: FaultSetting, kind: FaultKind, powerLoss: boolean): void {
  const member = setting.victim();
  if (member === undefined || !setting.mayTakeAway()) return;
  setting.note(kind, member.name);
  member.crash(powerLoss);
  setting.options.operator.startLater(member);
}

/** The machine is off at once: what was not durable may be lost, and nobody is told. */
export function powerLoss(setting: FaultSetting): void {
  end(setting, 'power-loss', true);
}

/** The process is gone, and its peers' connections are refused. */
export function kill(setting: FaultSetting): void {
  end(setting, 'kill', false);
}

/** Off in the middle of its next write: after it was issued, before it is durable. */
export function powerLossAtWrite(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined || !setting.mayTakeAway()) return;
  const { life } = member.machine;
  member.onNextWrite = (name) => {
    // Within a write's usual time, at its very beginning now and then.
    const delay = setting.random.float() < 0.3 ? 0 : setting.random.float() * member.diskLatencyMilliseconds;
    setting.later(delay, () => {
      if (member.machine.life !== life || setting.isSpared(member.id)) return;
      setting.note('power-loss-at-write', `${member.name} while it writes ${name}`);
      member.crash(true);
      setting.options.operator.startLater(member);
    });
  };
}

/** Everybody at once: what was acknowledged is still there when they come back. */
export function powerLossOfAll(setting: FaultSetting): void {
  const { cluster, operator, maxAway } = setting.options;
  if (maxAway < cluster.voters().length) return;
  const members = setting.running();
  if (members.length === 0) return;
  setting.note('power-loss-of-all', `${members.length} members`);
  for (const member of members) {
    member.crash(true);
    operator.startLater(member);
  }
}

async function stopAndStart(setting: FaultSetting, member: SimulatedMember): Promise<void> {
  await member.stop();
  setting.options.operator.startLater(member);
}

/** Stopped in order and started again. */
export function restart(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined || !setting.mayTakeAway()) return;
  setting.note('restart', member.name);
  void stopAndStart(setting, member);
}

/** One after the other, as an upgrade does it. */
export function rollingRestart(setting: FaultSetting): void {
  const members = setting.running();
  if (members.length === 0) return;
  setting.note('rolling-restart', `${members.length} members`);
  const pause = 100 + setting.random.float() * 1_500;
  members.forEach((member, index) => {
    setting.later(index * pause, () => {
      if (member.store === undefined || setting.isSpared(member.id) || !setting.mayTakeAway()) return;
      void stopAndStart(setting, member);
    });
  });
}

/** It stands still for a while and then goes on as if nothing had happened. */
export function pause(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined || member.machine.isPaused || !setting.mayTakeAway()) return;
  const { machine } = member;
  const { life } = machine;
  const duration = setting.duration();
  setting.note('pause', `${member.name} for ${Math.round(duration)} ms`);
  machine.pause();
  setting.later(duration, () => {
    if (machine.life === life) machine.resume();
  });
}

export function clockDrift(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined) return;
  const { driftBound } = setting.options;
  const span = driftBound === undefined && setting.random.float() < 0.2 ? 0.8 : 0.1;
  // With a bound each stays within a third of it, so that any two do.
  const drift = (setting.random.float() - 0.5) * Math.min(span, (driftBound ?? 1) * (2 / 3));
  const rate = 1 + drift;
  setting.note('clock-drift', `${member.name} at ${rate.toFixed(3)}`);
  member.machine.setRate(rate);
  setting.later(setting.duration() * 4, () => member.machine.setRate(1));
}

/** Wall clocks are set; the monotonic one never goes back. */
export function clockJump(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined) return;
  const milliseconds = Math.round((setting.random.float() - 0.5) * 20_000);
  setting.note('clock-jump', `${member.name} by ${milliseconds} ms`);
  member.machine.jumpWall(milliseconds);
}
