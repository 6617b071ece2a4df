/**
 * What moves a terminal's cursor, gives it commands or turns the order of what is read: C0, DEL, C1, the marks, overrides
 * and isolates of bidirectional text, and the two line ends of Unicode.
 */
const HIDDEN = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** As HIDDEN, without the line ends and tabs of a text of several lines. */
const HIDDEN_IN_LINES = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Members of a value whose texts mqha composes, of several lines where there is much to say. */
const OF_SEVERAL_LINES = new Set(['message', 'hint', 'question']);

/** Whether a text holds what visible() would change: no name that a person chooses has it. */
export function hidesSomething(text: string): boolean {
  return visible(text) !== text;
}

/** A text on one line, with every control character in a visible form: `\n`, `\x1b`, `\u202e`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** A text of several lines, with every other control character in a visible form. */
export function visibleLines(text: string): string {
  return text.replace(HIDDEN_IN_LINES, escaped);
}

/** A text of several lines of which none but the first begins where mqha's own lines begin. */
export function indented(text: string): string {
  return visibleLines(text).replace(/\n(?! )/g, '\n  ');
}

/**
 * A copy of a value of arrays and plain objects, for the text that is made of it: each string on one line, with its control
 * characters visible. Dates and other objects of a class are taken as they are.
 */
export function visibleValue<T>(value: T): T {
  return copyOf(value, visible) as T;
}

function copyOf(value: unknown, show: (text: string) => string): unknown {
  if (typeof value === 'string') return show(value);
  if (Array.isArray(value)) return value.map((each) => copyOf(each, show));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      visible(key),
      copyOf(each, OF_SEVERAL_LINES.has(key) ? indented : visible),
    ]),
  );
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** JSON, or a part of it, that says the same to a program and nothing to a terminal. */
export function visibleJson(json: string): string {
  return json.replace(HIDDEN_IN_LINES, (character) => `\\u${hex(character, 4)}`);
}

function escaped(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const isByte = character < '\u0100';
  return isByte ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
