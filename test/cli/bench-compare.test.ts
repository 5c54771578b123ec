import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../bench/report/support/sample-document.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type Ended, runKuorum } from './support/run-kuorum.js';

const sample = sampleDocument();
const slower = {
  ...sample,
  measurements: sample.measurements.map((measurement) => ({
    ...measurement,
    metrics: measurement.metrics.map((metric) => ({
      ...metric,
      rounds: metric.rounds.map((round) => (metric.better === 'lower' ? 2 * round : round)),
    })),
  })),
};

async function compare(...options: readonly string[]): Promise<Ended> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.json'), JSON.stringify(sample));
  await writeFile(join(folder, 'b.json'), JSON.stringify(slower));
  await writeFile(join(folder, 'other.json'), '{"formatVersion":7}');
  return runKuorum(['bench', 'compare', ...options], folder);
}

describe('kuorum bench compare', () => {
  it('says what changed, and ends with 1 on a change for the worse only when asked to', async () => {
    const told = await compare('a.json', 'b.json');
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(/✗ worse +put members=1 clients=100 load=10% +p50/);
    expect(told).toMatchObject({ stderr: '' });
    expect((await compare('a.json', 'b.json', '--fail-on-regression')).code).toBe(1);
    expect((await compare('b.json', 'a.json', '--fail-on-regression')).code).toBe(0);
  });

  it.each([
    [['a.json', 'other.json'], /^kuorum: other\.json is no benchmark report: its formatVersion is 7; .*\n$/],
    [['gone.json', 'a.json'], /^kuorum: gone\.json cannot be read: ENOENT.*\n$/],
    [['a.json'], /^kuorum: missing required argument 'after'\n$/],
  ] as const)('refuses %j in one line and with exit code 2', async (words, message) => {
    const { code, stdout, stderr } = await compare(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
