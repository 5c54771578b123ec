/** rules.md: every rule of the paper with an id, and the transcripts that show it. */

export interface Rule {
  readonly id: string;
  readonly transcripts: readonly string[];
}

const ROW = /^\| `(?<id>[^`]+)` \|(?<text>[^|]*)\|(?<shown>[^|]*)\|$/;

export function parseRules(content: string): readonly Rule[] {
  return content.split('\n').flatMap((line) => {
    const groups = ROW.exec(line)?.groups;
    if (groups === undefined) return [];
    const transcripts = [...(groups.shown ?? '').matchAll(/\[(?<name>[^\]]+)\]/g)].map(
      (match) => match.groups?.name ?? '',
    );
    return [{ id: groups.id ?? '', transcripts }];
  });
}

/** The same document, each rule with the transcripts that show it. */
export function withTranscripts(content: string, shownBy: ReadonlyMap<string, readonly string[]>): string {
  return content
    .split('\n')
    .map((line) => {
      const groups = ROW.exec(line)?.groups;
      if (groups === undefined) return line;
      const names = shownBy.get(groups.id ?? '') ?? [];
      const links = names.map((name) => `[${name}](${name}.transcript)`).join(', ');
      return `| \`${groups.id}\` |${groups.text}| ${links} |`;
    })
    .join('\n');
}
