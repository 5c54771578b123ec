/**
 * The form of a transcript: a title, prose, the rules it shows, and commands with what they brought about.
 *
 * A line that begins with `> ` is a command; the indented lines under it are its recorded answer; every other
 * line is prose, there to say why. Reading and writing a file that is up to date changes no byte of it.
 */

const ANSWER_INDENT = '    ';
const COMMAND_MARK = '> ';
const RULES_MARK = 'Shows: ';

export type Part =
  | { readonly kind: 'prose'; readonly line: string }
  | { readonly kind: 'command'; readonly command: string; readonly answer: readonly string[] };

export interface Transcript {
  readonly title: string;
  readonly rules: readonly string[];
  readonly parts: readonly Part[];
}

export function parseTranscript(content: string): Transcript {
  const parts: Part[] = [];
  let answer: string[] | undefined;
  for (const line of content.replace(/\n$/, '').split('\n')) {
    if (line.startsWith(COMMAND_MARK)) {
      answer = [];
      parts.push({ kind: 'command', command: line.slice(COMMAND_MARK.length), answer });
    } else if (line.startsWith(ANSWER_INDENT)) {
      if (answer === undefined) throw new Error(`an answer without a command: ${line.trim()}`);
      answer.push(line.slice(ANSWER_INDENT.length));
    } else {
      answer = undefined;
      parts.push({ kind: 'prose', line });
    }
  }
  const prose = parts.flatMap((part) => (part.kind === 'prose' ? [part.line] : []));
  const shows = prose.find((line) => line.startsWith(RULES_MARK));
  return {
    title: prose[0] ?? '',
    rules: shows === undefined ? [] : shows.slice(RULES_MARK.length).split(', '),
    parts,
  };
}

export function renderTranscript(parts: readonly Part[]): string {
  const lines = parts.flatMap((part) =>
    part.kind === 'prose'
      ? [part.line]
      : [COMMAND_MARK + part.command, ...part.answer.map((line) => ANSWER_INDENT + line)],
  );
  return `${lines.join('\n')}\n`;
}
