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

/** Any text without what neither XML nor a page can show. */
export function printable(text: string): string {
  return text.replace(TERMINAL, '').replace(FORBIDDEN, '\ufffd');
}

/** Any text as the text or the attribute of an element, in HTML, SVG and XML alike. */
export function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
