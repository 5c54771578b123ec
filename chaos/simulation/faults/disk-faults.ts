/** What disks do: become slow or full, fail, and lose or change what they promised to keep. */
import type { SimulatedMember } from '../world/simulated-member.js';
import type { Damage } from './atlas.js';
import type { FaultKind } from './kinds.js';
import type { FaultSetting } from './setting.js';

const ENTRY = 'e'.charCodeAt(0);
/** Under it the log keeps which state database is the current one. */
const STATE_NAME_KEY = Buffer.from('s');

export function slowDisk(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined) return;
  const milliseconds = 20 + setting.random.float() ** 2 * 1_500;
  setting.note('slow-disk', `${member.name} up to ${Math.round(milliseconds)} ms`);
  member.disk.setLatencyMilliseconds(milliseconds);
  setting.later(setting.duration(), () => member.disk.setLatencyMilliseconds(member.diskLatencyMilliseconds));
}

/** Writes fail until there is space again; the member stops at its next one. */
export function fullDisk(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined || !setting.mayTakeAway()) return;
  setting.note('full-disk', member.name);
  member.excuse = 'its disk was full';
  member.disk.setFull(true);
  setting.later(setting.duration(), () => member.disk.setFull(false));
}

export function failedWrite(setting: FaultSetting): void {
  const member = setting.victim();
  if (member === undefined || !setting.mayTakeAway()) return;
  const name = setting.pick(['log', 'state', 'witness-a', 'witness-b'])!;
  setting.note('failed-write', `${member.name} ${name}`);
  member.excuse = 'a write failed';
  member.disk.failNextWrite(name, 'io');
}

/** Ends the member, breaks its disk and has it started again. */
function damage(
  setting: FaultSetting,
  kind: FaultKind,
  breakDisk: (member: SimulatedMember) => { readonly what: Damage; readonly text: string } | undefined,
): void {
  const { atlas, operator } = setting.options;
  const member = setting.victim();
  if (member === undefined || !atlas.mayDamage(member.id) || !setting.mayTakeAway()) return;
  member.crash(true);
  const broken = breakDisk(member);
  operator.startLater(member);
  if (broken === undefined) return;
  atlas.damaged(member.id, broken.what);
  member.excuse = 'its disk was damaged';
  setting.note(kind, `${member.name} ${broken.text}`);
}

/**
 * LevelDB drops damaged records of its own log without a word: synced batches are gone. One of them may have said that
 * a received state is the current one; the one before it is deleted by then, so the state is gone with it.
 */
export function lostBatches(setting: FaultSetting): void {
  damage(setting, 'lost-batches', ({ disk }) => {
    const count = setting.random.integer(1, 8);
    const stateName = disk.peek('log', STATE_NAME_KEY);
    disk.loseNewestBatches('log', count);
    const what = disk.peek('log', STATE_NAME_KEY) === stateName ? 'log' : 'state';
    return { what, text: `${count} batches` };
  });
}

export function logBitFlip(setting: FaultSetting): void {
  damage(setting, 'log-bit-flip', ({ disk }) => {
    const inEntries = setting.random.float() < 0.7;
    const flipped = disk.flipBit(
      'log',
      (key) => (key[0] === ENTRY) === inEntries && key[0] !== STATE_NAME_KEY[0],
    );
    return flipped ? { what: 'log', text: inEntries ? 'an entry' : 'a record' } : undefined;
  });
}

export function witnessBitFlip(setting: FaultSetting): void {
  damage(setting, 'witness-bit-flip', ({ disk }) => {
    const both = setting.random.float() < 0.5;
    const first = setting.random.float() < 0.5 ? 'witness-a' : 'witness-b';
    disk.flipFileBit(first);
    if (both) disk.flipFileBit(first === 'witness-a' ? 'witness-b' : 'witness-a');
    return { what: 'log', text: both ? 'both witnesses' : first };
  });
}

/** Found by checksum when it is read: perhaps at once, perhaps never. */
export function stateBitFlip(setting: FaultSetting): void {
  damage(setting, 'state-bit-flip', ({ disk }) => {
    const name = disk.databases().find((database) => database.startsWith('state'));
    const flipped = name !== undefined && disk.flipBit(name);
    return flipped ? { what: 'state', text: 'a record of its state' } : undefined;
  });
}
