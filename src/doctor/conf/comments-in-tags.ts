/**
 * Takes comments out of tags, where XML has none: blanks of the same length stand there then, so that places stay.
 * @returns the text, and where such comments began
 */
export function blankComments(text: string): { readonly text: string; readonly found: number[] } {
  const found: number[] = [];
  const pieces: string[] = [];
  let kept = 0;
  let at = 0;
  while ((at = text.indexOf('<', at)) !== -1) {
    const end = endOfOther(text, at);
    if (end !== undefined) {
      at = end;
      continue;
    }
    at += 1;
    while (at < text.length && text[at] !== '>') {
      const sign = text[at];
      if (sign === '"' || sign === "'") {
        const close = text.indexOf(sign, at + 1);
        at = close === -1 ? text.length : close + 1;
      } else if (text.startsWith('<!--', at)) {
        const close = text.indexOf('-->', at + 4);
        const to = close === -1 ? text.length : close + 3;
        found.push(at);
        pieces.push(text.slice(kept, at), text.slice(at, to).replace(/[^\n]/g, ' '));
        kept = at = to;
      } else if (sign === '<') break;
      else at += 1;
    }
  }
  pieces.push(text.slice(kept));
  return { text: pieces.join(''), found };
}

/** The end of what begins with `<` and is no tag of an element. */
function endOfOther(text: string, at: number): number | undefined {
  for (const [begin, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
    ['<!', '>'],
  ] as const) {
    if (!text.startsWith(begin, at)) continue;
    const close = text.indexOf(end, at + begin.length);
    return close === -1 ? text.length : close + end.length;
  }
  return undefined;
}
