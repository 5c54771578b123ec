/** From files to an outcome. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCompare } from '../../../bench/compare/run-compare.js';
import type { BenchDocument } from '../../../bench/lab/document.js';
import { UserError } from '../../../cluster/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { sampleDocument } from '../report/support/sample-document.js';

function scaled(document: BenchDocument, factor: number): BenchDocument {
  return {
    ...document,
    measurements: document.measurements.map((measurement) => ({
      ...measurement,
      metrics: measurement.metrics.map((metric) => ({
        ...metric,
        value: metric.value * factor,
        rounds: metric.rounds.map((round) => round * factor),
      })),
    })),
  };
}

async function compared(
  before: string,
  after: string,
  failOnRegression = true,
): Promise<{ readonly outcome: string; readonly text: string }> {
  let text = '';
  const outcome = await runCompare({
    paths: [before, after],
    failOnRegression,
    output: {
      write: (piece) => {
        text += piece;
        return true;
      },
    },
  });
  return { outcome, text };
}

async function written(name: string, content: unknown): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('comparing two files', () => {
  it('is a regression only when that was asked for and something became worse', async () => {
    const before = await written('a.json', sampleDocument());
    const slower = await written('b.json', scaled(sampleDocument(), 2));
    expect((await compared(before, slower)).outcome).toBe('regression');
    expect((await compared(before, slower, false)).outcome).toBe('clean');
    const same = await compared(before, before);
    expect(same.outcome).toBe('clean');
    expect(same.text).not.toContain('✗ worse');
  });

  it('is undecided when nothing could be judged and a judgement was asked for', async () => {
    const [first] = sampleDocument().measurements;
    const document = {
      ...sampleDocument(),
      measurements: [{ ...first, metrics: first!.metrics.map((metric) => ({ ...metric, rounds: [] })) }],
    };
    const path = await written('a.json', document);
    expect((await compared(path, path)).outcome).toBe('undecided');
    expect((await compared(path, path, false)).outcome).toBe('clean');
  });

  it('takes a folder for the report in it', async () => {
    const folder = join(await temporaryFolder(), 'quorum');
    await mkdir(folder);
    await writeFile(join(folder, 'report.json'), JSON.stringify(sampleDocument()));
    expect((await compared(folder, folder)).outcome).toBe('clean');
  });

  it('refuses in one line what is no report, or not there', async () => {
    const good = await written('a.json', sampleDocument());
    const bad = await written('b.json', '{"formatVersion":1}');
    const failure = await compared(good, bad).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toContain(`${bad} is no benchmark report: its formatVersion is 1`);
    const missing = await compared(join(good, 'gone'), good).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(UserError);
    expect(String(missing)).toContain('cannot be read');
  });
});
