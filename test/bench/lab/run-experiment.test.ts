import { access, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BenchDocument, Measurement } from '../../../bench/lab/document.js';
import type { Experiment, ExperimentStage } from '../../../bench/lab/experiment.js';
import { expectedTimeText, runExperiment } from '../../../bench/lab/run-experiment.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

let folder: string;
let out: string;
let written: string;
let measuredIn: string;
const output = {
  write(text: string) {
    written += text;
  },
};
beforeEach(async () => {
  folder = await temporaryFolder();
  out = join(folder, 'report');
  written = '';
  measuredIn = '';
});

function measurement(id: string): Measurement {
  return {
    id,
    labels: {},
    metrics: [{ name: 'throughput', unit: 'operations/s', better: 'higher', value: 12, rounds: [] }],
    histogram: undefined,
    invalid: undefined,
  };
}

function experiment(run: (stage: ExperimentStage) => Promise<void>): Experiment {
  return {
    benchmark: 'store',
    title: 'An experiment',
    command: 'kuorum bench store',
    steps: 2,
    expectedSeconds: 42,
    async run(stage) {
      measuredIn = stage.folder;
      stage.progress.step('the first', 1);
      await run(stage);
    },
    sections: ({ measurements }) => [
      { title: 'What was found', text: `So many: ${measurements.length}.`, tables: [], plots: [] },
    ],
  };
}

const report = async (): Promise<BenchDocument> =>
  JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as BenchDocument;

describe('running an experiment', () => {
  it('announces its time, prints the sections and writes both files', async () => {
    const { document, interrupted } = await runExperiment(
      experiment(async ({ record }) => {
        record.measurement(measurement('one'));
        record.note('Somebody else was there.');
        record.note('Somebody else was there.');
      }),
      { out, output },
    );
    expect(written).toMatch(/^An experiment: about 42 s\n1\/2 the first\n/);
    expect(written).toContain('So many: 1.');
    expect(interrupted).toBe(false);
    expect(await report()).toEqual(JSON.parse(JSON.stringify(document)));
    expect(document).toMatchObject({
      formatVersion: 2,
      benchmark: 'store',
      notes: ['Somebody else was there.'],
    });
    expect(document.partial).toBeUndefined();
    expect(document.machine.syncMilliseconds).toBeGreaterThan(0);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('<!doctype html>');
    await expect(access(measuredIn)).rejects.toThrow('ENOENT');
  });

  it('keeps what was found before it was interrupted, and says that it is a part', async () => {
    const interrupt = new AbortController();
    const { document, interrupted } = await runExperiment(
      experiment(async ({ record, signal }) => {
        record.measurement(measurement('one'));
        interrupt.abort();
        signal.throwIfAborted();
      }),
      { out, output, signal: interrupt.signal },
    );
    expect(interrupted).toBe(true);
    expect(document).toMatchObject({ partial: 'it was interrupted', measurements: [{ id: 'one' }] });
    expect((await report()).partial).toBe('it was interrupted');
    expect(written).toContain('PARTIAL');
    await expect(access(measuredIn)).rejects.toThrow('ENOENT');
  });

  it('keeps what was found before it failed, and fails', async () => {
    const failing = runExperiment(
      experiment(async ({ record }) => {
        record.measurement(measurement('one'));
        throw new Error('a member ended\nand this is its log');
      }),
      { out, output },
    );
    await expect(failing).rejects.toThrow('a member ended');
    expect(await report()).toMatchObject({
      partial: 'it failed: a member ended',
      measurements: [{ id: 'one' }],
    });
    await expect(access(measuredIn)).rejects.toThrow('ENOENT');
  });

  it('does not begin when there is no place for its report', async () => {
    await writeFile(out, 'a file');
    let ran = false;
    const refused = runExperiment(
      experiment(async () => {
        ran = true;
      }),
      { out, output },
    );
    await expect(refused).rejects.toThrow(`--out ${out} is no folder`);
    expect(ran).toBe(false);
    expect((await stat(out)).isFile()).toBe(true);
  });

  it('takes no two measurements of one name', async () => {
    const twice = runExperiment(
      experiment(async ({ record }) => {
        record.measurement(measurement('one'));
        record.measurement(measurement('one'));
      }),
      { out, output },
    );
    await expect(twice).rejects.toThrow('one was measured twice');
  });
});

it('tells long times in minutes', () => {
  expect(expectedTimeText(12.2)).toBe('about 13 s');
  expect(expectedTimeText(600)).toBe('about 10 min');
});
