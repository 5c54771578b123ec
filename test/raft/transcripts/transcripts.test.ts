/**
 * The golden transcripts: each file beside this one is played against the core and must tell the same story,
 * and rules.md says which of them shows which rule of the paper. After a change that is meant, read the
 * difference, then write the stories anew with KUORUM_REWRITE_TRANSCRIPTS=1.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './commands.js';
import { parseRules, withTranscripts } from './rule-index.js';
import { Stage } from './stage.js';
import { type Part, parseTranscript, renderTranscript } from './transcript-file.js';

const FOLDER = import.meta.dirname;
const EXTENSION = '.transcript';
const rewrite = process.env.KUORUM_REWRITE_TRANSCRIPTS === '1';

const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(EXTENSION))
  .map((file) => file.slice(0, -EXTENSION.length))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const transcripts = names.map((name) => ({ name, ...parseTranscript(read(name + EXTENSION)) }));

/** Plays the commands on a fresh stage; the prose stays. */
function play(parts: readonly Part[]): readonly Part[] {
  const stage = new Stage();
  return parts.map((part) => {
    if (part.kind === 'prose') return part;
    try {
      return { ...part, answer: runCommand(stage, part.command) };
    } catch (error) {
      throw new Error(`at "> ${part.command}": ${String(error)}`, { cause: error });
    }
  });
}

describe('the transcript', () => {
  for (const { name, parts } of transcripts) {
    it(`${name} tells what the core does`, () => {
      const played = renderTranscript(play(parts));
      if (rewrite) writeFileSync(join(FOLDER, name + EXTENSION), played);
      else expect(played).toBe(read(name + EXTENSION));
    });
  }

  it.skipIf(rewrite)('has an answer to every command', () => {
    const unanswered = transcripts.flatMap(({ name, parts }) =>
      parts.flatMap((part) =>
        part.kind === 'command' && part.answer.length === 0 ? [`${name}: ${part.command}`] : [],
      ),
    );
    expect(unanswered).toEqual([]);
  });

  it('says in words what it is about, and which rules it shows', () => {
    for (const { name, title, rules, parts } of transcripts) {
      const prose = parts.flatMap((part) => (part.kind === 'prose' ? [part.line] : []));
      expect(title, name).not.toBe('');
      expect(prose.length, name).toBeGreaterThan(4);
      expect(rules.length, name).toBeGreaterThan(0);
    }
  });
});

describe('the rules of the paper', () => {
  const content = read('rules.md');
  const ids = parseRules(content).map(({ id }) => id);
  const shownBy = new Map(
    ids.map((id) => [id, transcripts.filter(({ rules }) => rules.includes(id)).map(({ name }) => name)]),
  );

  it('are each shown by a transcript', () => {
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => shownBy.get(id)?.length === 0)).toEqual([]);
  });

  it('are the only ones that transcripts name', () => {
    const unknown = transcripts.flatMap(({ name, rules }) =>
      rules.filter((id) => !ids.includes(id)).map((id) => `${name}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  it('are listed with the transcripts that show them', () => {
    const listed = withTranscripts(content, shownBy);
    if (rewrite) writeFileSync(join(FOLDER, 'rules.md'), listed);
    else expect(listed).toBe(content);
  });
});
