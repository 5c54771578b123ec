/** A report for a terminal: nothing in it depends on colour, and nothing in it can steer the terminal. */
import { textTable } from '../../platform/index.js';
import type { BenchDocument, Cell, Section, Table } from '../lab/document.js';
import { facts } from './facts.js';
import { verdictMarks } from './verdict-marks.js';

/** A document is a file that a stranger may have written: what is not a letter becomes a space. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Lines of at most `width`, broken at spaces; a word that is longer stays whole. */
export function wrapped(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let current = '';
  for (const word of printable(text)
    .split(' ')
    .filter((each) => each !== '')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && longer.length > width - indent.length) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current].join(`\n${indent}`);
}

function cellText({ text, verdict }: Cell): string {
  return verdict === undefined ? printable(text) : `${printable(text)} ${verdictMarks[verdict]}`;
}

/** Names to the left, figures to the right of their columns, as sums are written. */
function tableText({ title, columns, rows }: Table): string {
  const cells = [columns.map(printable), ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const aligned = cells.map((row) =>
    columns.map((_, column) => {
      const cell = row[column] ?? '';
      return column === 0 ? cell : cell.padStart(widths[column] ?? 0);
    }),
  );
  return `${printable(title)}\n${textTable(aligned)}`;
}

function sectionText({ title, text, tables }: Section, width: number): string {
  const heading = printable(title);
  const paragraphs = text.split(/\n+/).filter((line) => line.trim() !== '');
  return [
    `${heading}\n${'─'.repeat(heading.length)}`,
    ...paragraphs.map((paragraph) => wrapped(paragraph, width)),
    ...tables.map(tableText),
  ].join('\n\n');
}

function verdictsText({ sections }: BenchDocument): readonly string[] {
  const found = new Set(
    sections.flatMap(({ tables }) =>
      tables.flatMap(({ rows }) => rows.flatMap((row) => row.map(({ verdict }) => verdict))),
    ),
  );
  const meanings = [
    ...(found.has('reached') ? [`${verdictMarks.reached} wanted and reached`] : []),
    ...(found.has('missed') ? [`${verdictMarks.missed} wanted and missed`] : []),
    ...(found.has('invalid') ? [`${verdictMarks.invalid} says nothing`] : []),
  ];
  return meanings.length === 0 ? [] : [meanings.join('   ')];
}

function invalidText({ measurements }: BenchDocument, width: number): readonly string[] {
  const reasons = new Set(measurements.flatMap(({ invalid: why }) => why ?? []));
  const invalid = [...reasons].map((reason) => {
    const ids = measurements.filter(({ invalid: why }) => why === reason).map(({ id }) => id);
    return wrapped(`- ${ids.join(', ')}: ${reason}`, width, '  ');
  });
  return invalid.length === 0 ? [] : [`Invalid, so that their figures say nothing:\n${invalid.join('\n')}`];
}

/** @param width of the terminal; tables are as wide as they are */
export function documentText(document: BenchDocument, width = 100): string {
  const { title, command, partial, notes } = document;
  const machine = facts(document).map(([name, value]) => `${name}: ${value}`);
  return `\n${[
    wrapped(title, width),
    ...(partial === undefined ? [] : [wrapped(`PARTIAL: not all was measured: ${partial}`, width)]),
    [wrapped(machine.join('; '), width), wrapped(command, width, '  ')].join('\n'),
    ...(notes.length === 0 ? [] : [notes.map((note) => wrapped(`- ${note}`, width, '  ')).join('\n')]),
    ...document.sections.map((section) => sectionText(section, width)),
    ...verdictsText(document),
    ...invalidText(document, width),
  ].join('\n\n')}\n`;
}
