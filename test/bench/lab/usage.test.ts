/** What the store's benchmark reads in Linux's books. */
import { describe, expect, it } from 'vitest';
import { bytesOf, cpuSecondsOf } from '../../../bench/lab/usage.js';

describe('/proc/PID/stat', () => {
  it('gives user and system time together, whatever the program is called', () => {
    const rest = 'S 1 2 3 4 5 6 7 8 9 10 250 50 11 12';
    expect(cpuSecondsOf(`42 (node) ${rest}`)).toBe(3);
    expect(cpuSecondsOf(`42 (a) b (c) ${rest}`)).toBe(3);
  });
});

describe('/proc/PID/status', () => {
  const status = 'Name:\tnode\nVmRSS:\t    2048 kB\nRssAnon:\t    1024 kB\nRssFile:\t 1 kB\n';

  it('gives memory in bytes', () => {
    expect(bytesOf(status, 'VmRSS')).toBe(2 * 1024 * 1024);
    expect(bytesOf(status, 'RssAnon')).toBe(1024 * 1024);
  });

  it('gives none of a process that has none', () => {
    expect(bytesOf('Name:\tkthreadd\n', 'VmRSS')).toBe(0);
  });
});
