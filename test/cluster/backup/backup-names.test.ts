import { describe, expect, it } from 'vitest';
import {
  backupName,
  backupsAmong,
  leftoversAmong,
  nextBackupMilliseconds,
} from '../../../cluster/backup/backup-names.js';

const noon = Date.UTC(2026, 10, 26, 12, 0, 0, 7);

describe('the names of backups', () => {
  it('say whose they are and when they were made, and sort by that', () => {
    expect(backupName('c1', noon)).toBe('kuorum-c1-20261126T120000007Z.snapshot');
    const times = [noon, noon + 1, noon + 86_400_000, noon + 40 * 86_400_000];
    const names = times.map((time) => backupName('c1', time));
    expect(names.toSorted()).toEqual(names);
    expect(backupsAmong('c1', names.toReversed())).toEqual(
      names.map((name, index) => ({ name, milliseconds: times[index] })),
    );
  });

  it('leave alone what is of another cluster, or no backup', () => {
    const others = [
      backupName('c2', noon),
      'kuorum-c1-yesterday.snapshot',
      'kuorum-c1-20261399T120000007Z.snapshot',
      `${backupName('c1', noon)}.tmp`,
      'notes.txt',
    ];
    expect(backupsAmong('c1', others)).toEqual([]);
    expect(leftoversAmong('c1', others, '.tmp')).toEqual([`${backupName('c1', noon)}.tmp`]);
  });

  it('go on behind the newest when the clock was set back', () => {
    const existing = backupsAmong('c1', [backupName('c1', noon)]);
    expect(nextBackupMilliseconds(existing, noon - 60_000)).toBe(noon + 1);
    expect(nextBackupMilliseconds(existing, noon + 5)).toBe(noon + 5);
    expect(nextBackupMilliseconds([], noon)).toBe(noon);
  });
});
