import { isScalar, parse, parseDocument, type Document } from 'yaml';
import { messageOf, usageError } from '../lib/errors.js';
import { parseConfig } from './load.js';
import { clusterFile } from './schema.js';

type Step = string | number;

/**
 * The way to a value of mqha.yaml: `limits.store`, and of a list an entry by its number from 0 or its name: `nodes.0.host`,
 * `nodes.mq02.host`.
 * @throws MqhaError `usage`
 */
function stepsTo(key: string, value: unknown): Step[] {
  let at = value;
  return key.split('.').map((word): Step => {
    if (word === '') {
      throw usageError('usage', `${JSON.stringify(key)} is no key of mqha.yaml`, EXAMPLE);
    }
    if (!Array.isArray(at)) {
      at =
        at !== null && typeof at === 'object' ? (at as Record<string, unknown>)[word] : undefined;
      return word;
    }
    const entries: readonly unknown[] = at;
    const named = entries.findIndex(
      (entry) => (entry as { readonly name?: unknown } | null)?.name === word,
    );
    const index = named >= 0 ? named : /^\d+$/.test(word) ? Number(word) : -1;
    if (index < 0 || index > entries.length) {
      throw usageError('usage', `${key}: there is no entry ${word}`, EXAMPLE);
    }
    at = entries[index];
    return index;
  });
}

const EXAMPLE =
  'Name it as in `mqha config get limits.store` or `mqha config get nodes.mq02.host`.';

/**
 * What an mqha.yaml says of a key, or what is so without it.
 * @param key undefined for all of it
 * @param file how the text is named in messages
 * @returns undefined where it says nothing, and nothing is so by itself
 * @throws MqhaError `config-invalid`, `usage`
 */
export function valueIn(source: string, file: string, key?: string): unknown {
  parseConfig(source, file);
  const value: unknown = clusterFile.parse(parse(source) ?? {});
  if (key === undefined) return value;
  return stepsTo(key, value).reduce<unknown>(
    (at, step) => (at as Record<Step, unknown> | undefined)?.[step],
    value,
  );
}

/**
 * The text of an mqha.yaml with another value; comments stay, and so does every other line where the value stands on one.
 * @param text the value in YAML; undefined takes the key out
 * @param file how the text is named in messages
 * @throws MqhaError `usage`; `config-invalid` with every problem that the file would have
 */
export function withValue(
  source: string,
  file: string,
  key: string,
  text: string | undefined,
): string {
  const document = parseDocument(source);
  const steps = stepsTo(key, document.toJS());
  const edited =
    (text === undefined ? undefined : replaced(source, document, steps, text)) ??
    rewritten(document, steps, text);
  parseConfig(edited, file);
  return edited;
}

/** The text with a value in the place of another that stands on one line. */
function replaced(
  source: string,
  document: Document,
  steps: readonly Step[],
  text: string,
): string | undefined {
  const found = document.getIn(steps, true);
  if (!isScalar(found) || /[\r\n]/.test(text)) return undefined;
  const [start, end] = found.range ?? [];
  if (start === undefined || end === undefined || start === end) return undefined;
  const edited = source.slice(0, start) + text + source.slice(end);
  // What is a value by itself may be none where it is put: in a list in one line, beside a comment.
  const expected = document.clone();
  expected.setIn(steps, valueOf(text));
  const now = parseDocument(edited);
  return now.errors.length === 0 && JSON.stringify(now) === JSON.stringify(expected)
    ? edited
    : undefined;
}

function rewritten(document: Document, steps: readonly Step[], text: string | undefined): string {
  const edited = document.clone();
  if (text === undefined) edited.deleteIn(steps);
  else edited.setIn(steps, edited.createNode(valueOf(text)));
  return edited.toString({ lineWidth: 0 });
}

function valueOf(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw usageError(
      'usage',
      `${JSON.stringify(text)} is no value in YAML: ${messageOf(error)}`,
      'Quote it for the shell and for YAML, as in `mqha config set java.options \'["-Dx=y"]\'`.',
    );
  }
}
