import { visibleLines } from '../../lib/visible.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Colours and other commands to a terminal, which brokers write into their logs. */
// eslint-disable-next-line no-control-regex -- that is what is looked for
const TERMINAL = /\u001b\[[\d;?]*[A-Za-z]/g;

/** What XML 1.0 cannot hold in any notation: control characters, half a pair, two non-characters. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Any text, a whole page or document too, without what neither XML nor a page can show, and with what hides in them visible. */
export function printable(text: string): string {
  const shown = text.replace(TERMINAL, '').replace(/\r\n?/g, '\n').replace(FORBIDDEN, '\ufffd');
  return visibleLines(shown);
}

/** Any text as the text or the attribute of an element, in HTML, SVG and XML alike. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
