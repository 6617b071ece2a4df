import { isAlias, isMap, isScalar, parse, parseDocument, stringify, type Document } from 'yaml';
import { messageOf, usageError } from '../lib/errors.js';
import { cutOut, inserted } from './edit-lines.js';
import { parseConfig } from './load.js';
import { clusterFile } from './schema.js';

type Step = string | number;

const EXAMPLE =
  'Name it as in `mqha config get limits.store` or `mqha config get nodes.mq02.host`.';

/** What a value has under a step; nothing of what every object has. */
function under(value: unknown, step: Step): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, step)
    ? (value as Record<Step, unknown>)[step]
    : undefined;
}

/**
 * The way to a value of mqha.yaml: `limits.store`, and of a list an entry by its number from 0 or its name: `nodes.0.host`,
 * `nodes.mq02.host`. What follows `broker.log` is the name of one logger.
 * @throws MqhaError `usage`
 */
function stepsTo(key: string, value: unknown): Step[] {
  const logger = /^broker\.log\.(.+)$/.exec(key)?.[1];
  const words = logger === undefined ? key.split('.') : ['broker', 'log', logger];
  let at = value;
  return words.map((word): Step => {
    if (word === '') {
      throw usageError('usage', `${JSON.stringify(key)} is no key of mqha.yaml`, EXAMPLE);
    }
    const step = Array.isArray(at) ? indexOf(at, word, key) : word;
    at = under(at, step);
    return step;
  });
}

function indexOf(entries: readonly unknown[], word: string, key: string): number {
  const named = entries.findIndex((entry) => under(entry, 'name') === word);
  const index = named >= 0 ? named : /^\d{1,6}$/.test(word) ? Number(word) : -1;
  if (index >= 0 && index <= entries.length) return index;
  throw usageError('usage', `${key}: there is no entry ${word}`, EXAMPLE);
}

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
  return key === undefined ? value : stepsTo(key, value).reduce(under, value);
}

/**
 * The text of an mqha.yaml with another value. Comments and other lines stay as they are, unless the key is written in a way
 * that has no lines of its own, as in a map on one line.
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
  refuseShared(document, steps, key);
  const wanted = document.clone();
  const gone = withWhatIsLeftEmpty(document, steps);
  if (text === undefined) wanted.deleteIn(gone);
  else wanted.setIn(steps, wanted.createNode(valueOf(text)));
  const edits =
    text === undefined
      ? [() => cutOut(source, document, gone)]
      : [
          () => replaced(source, document, steps, text),
          () => inserted(source, document, steps, valueOf(text)),
        ];
  const means = JSON.stringify(wanted);
  const edited =
    edits.map((edit) => edit()).find((one) => one !== undefined && saysSo(one, means)) ??
    withEnds(source, wanted.toString({ lineWidth: 0 }));
  parseConfig(edited, file);
  return edited;
}

/** The way to what is taken out with a key: the maps that would have nothing left. */
function withWhatIsLeftEmpty(document: Document, steps: readonly Step[]): readonly Step[] {
  const above = steps.slice(0, -1);
  const parent = above.length > 0 ? document.getIn(above, true) : undefined;
  return isMap(parent) && parent.items.length === 1 ? withWhatIsLeftEmpty(document, above) : steps;
}

/** What others take by an anchor would be another with it. @throws MqhaError `usage` */
function refuseShared(document: Document, steps: readonly Step[], key: string): void {
  for (let depth = 1; depth <= steps.length; depth++) {
    const node = document.getIn(steps.slice(0, depth), true);
    const anchor = isScalar(node) || isMap(node) ? node.anchor : undefined;
    const isOfAnother = isAlias(node) && depth < steps.length;
    if (anchor === undefined && !isOfAnother) continue;
    throw usageError(
      'usage',
      `${key} is shared with other keys, by ${isOfAnother ? 'an alias' : `the anchor &${String(anchor)}`}`,
      'Edit mqha.yaml by hand. Nothing was changed.',
    );
  }
}

/** What is a value by itself may be none where it is put: in a list in one line, beside a comment. */
function saysSo(text: string, means: string): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && JSON.stringify(document) === means;
}

/** The text with a value in the place of another that stands on one line. */
function replaced(
  source: string,
  document: Document,
  steps: readonly Step[],
  text: string,
): string | undefined {
  const found = document.getIn(steps, true);
  const value = text.includes('#') ? stringify(valueOf(text)).trimEnd() : text.trim();
  if (!(isScalar(found) || isAlias(found)) || /[\r\n]/.test(value)) return undefined;
  const [start, end] = found.range ?? [];
  if (start === undefined || end === undefined || start === end) return undefined;
  return source.slice(0, start) + value + source.slice(end);
}

/** Ends of lines as they were. */
const withEnds = (source: string, text: string) =>
  source.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text;

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
