/** What this process takes of its machine, all its threads together. */

export interface ProcessUsage {
  readonly residentBytes: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
}

export function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}
