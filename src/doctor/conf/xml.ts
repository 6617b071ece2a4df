import sax from 'sax';
import type { Position } from '../finding.js';
import { blankComments } from './comments-in-tags.js';

/** An attribute, and where its name begins. */
export interface Attribute {
  readonly value: string;
  readonly at: Position;
}

/** An element of a configuration, without the prefix of its name space. */
export interface Element {
  readonly name: string;
  readonly at: Position;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly children: readonly Element[];
  /** The text of it alone, not of its children; where it begins. */
  readonly text: string;
  readonly parent: Element | undefined;
}

/** Something by which a file is no XML, or none that is read. */
export interface XmlFault {
  readonly kind: 'malformed' | 'doctype' | 'too-large';
  readonly at: Position;
  readonly message: string;
}

export interface XmlDocument {
  readonly root: Element | undefined;
  readonly faults: readonly XmlFault[];
}

/** Deeper, or of more elements, is no configuration of a broker. */
const MAX_DEPTH = 100;
const MAX_ELEMENTS = 20_000;
const MAX_FAULTS = 10;

interface Growing extends Element {
  readonly attributes: Map<string, Attribute>;
  readonly children: Growing[];
  text: string;
}

/**
 * Reads XML with the place of each element and attribute. Nothing but the text itself is read: no external entity, no DTD;
 * an entity of a DOCTYPE is a fault. What is malformed is read as far as it can be; a comment inside of a tag, which people
 * have in files that they show, is a fault and else passed over. Never throws.
 */
export function parseXml(source: string): XmlDocument {
  const { text, found } = blankComments(source);
  const places = lineStarts(text);
  const faults: XmlFault[] = found.map((offset) => ({
    kind: 'malformed',
    at: placeOf(places, offset),
    message: 'a comment stands inside of a tag',
  }));
  const add = (kind: XmlFault['kind'], offset: number, message: string) => {
    const at = placeOf(places, offset);
    // A text outside of the root is told of each of its letters.
    const isTold = faults.some((told) => told.message === message && told.at.line === at.line);
    if (faults.length < MAX_FAULTS && !isTold) faults.push({ kind, at, message });
  };
  let root: Growing | undefined;
  const open: Growing[] = [];
  let elements = 0;
  let stopped = false;
  let tagFrom = 0;
  let attributes = new Map<string, Attribute>();
  let searched = 0;

  const parser = sax.parser(true, { position: true });
  parser.onerror = (error) => {
    // sax goes on where its error is taken away.
    (parser as { error: Error | null }).error = null;
    if (!stopped) add('malformed', Math.max(0, parser.position - 1), firstLine(error.message));
  };
  parser.ondoctype = () => {
    add('doctype', Math.max(0, text.indexOf('<!DOCTYPE')), 'it has a DOCTYPE');
  };
  parser.onopentagstart = () => {
    tagFrom = parser.startTagPosition - 1;
    searched = tagFrom;
    attributes = new Map();
  };
  parser.onattribute = ({ name, value }) => {
    if (stopped) return;
    const from = attributeAt(text, name, searched, parser.position);
    searched = parser.position;
    attributes.set(localName(name), { value, at: placeOf(places, from) });
  };
  parser.onopentag = ({ name }) => {
    if (stopped) return;
    elements += 1;
    if (elements > MAX_ELEMENTS || open.length >= MAX_DEPTH) {
      stopped = true;
      const what = elements > MAX_ELEMENTS ? `${MAX_ELEMENTS} elements` : `${MAX_DEPTH} levels`;
      add('too-large', tagFrom, `it has more than ${what}; what follows was not read`);
      return;
    }
    const parent = open.at(-1);
    const at = placeOf(places, tagFrom);
    const element = { name: localName(name), at, attributes, children: [], text: '', parent };
    parent?.children.push(element);
    root ??= element;
    open.push(element);
  };
  const onText = (piece: string) => {
    const inside = open.at(-1);
    if (!stopped && inside) inside.text += piece;
  };
  parser.ontext = onText;
  parser.oncdata = onText;
  parser.onclosetag = () => {
    if (!stopped) open.pop();
  };
  try {
    parser.write(text).close();
  } catch (error) {
    add(
      'malformed',
      parser.position,
      firstLine(error instanceof Error ? error.message : 'unreadable'),
    );
  }
  if (!root && faults.length === 0) add('malformed', 0, 'it has no element');
  return { root, faults };
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** Where a name of an attribute begins, between the attribute before it and the end of its own value. */
function attributeAt(text: string, name: string, from: number, to: number): number {
  for (let at = text.indexOf(name, from); at !== -1 && at < to; at = text.indexOf(name, at + 1)) {
    const next = /\S/.exec(text.slice(at + name.length, at + name.length + 20))?.[0];
    if (next === '=' && /\s/.test(text[at - 1] ?? ' ')) return at;
  }
  return from;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The line and column of an offset. */
function placeOf(starts: readonly number[], offset: number): Position {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** An element and all below it, in the order of the file. */
export function* elementsOf(root: Element | undefined): Generator<Element> {
  if (!root) return;
  yield root;
  for (const child of root.children) yield* elementsOf(child);
}
