/** Compact JSON to the indented form that people read, without parsing it: numbers and keys stay as they are. */

export function indentJson(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const pieces: string[] = [];
  let depth = 0;
  let position = 0;
  const newline = (): void => {
    pieces.push('\n', '  '.repeat(depth));
  };
  while (position < text.length) {
    const character = text[position]!;
    if (character === '"') {
      const end = endOfString(text, position);
      pieces.push(text.slice(position, end));
      position = end;
      continue;
    }
    const next = text[position + 1];
    if ((character === '{' && next === '}') || (character === '[' && next === ']')) {
      pieces.push(character + next);
      position += 2;
      continue;
    }
    if (character === '{' || character === '[') {
      depth += 1;
      pieces.push(character);
      newline();
    } else if (character === '}' || character === ']') {
      depth -= 1;
      newline();
      pieces.push(character);
    } else if (character === ',') {
      pieces.push(character);
      newline();
    } else {
      pieces.push(character === ':' ? ': ' : character);
    }
    position += 1;
  }
  return Buffer.from(pieces.join(''));
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}
