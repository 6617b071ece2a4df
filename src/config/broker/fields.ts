import * as z from 'zod';
import type { Attribute, Element } from './config.js';
import { otherwise, quoted, text, unit, yesOrNo } from '../fields.js';
import { hidesSomething } from '../../lib/visible.js';
import { parseDuration, parseSize } from '../units.js';
import { parseDestination, type DestinationPattern } from '../users.js';

export const element = (
  name: string,
  attributes: readonly Attribute[] = [],
  children: readonly Element[] = [],
): Element => ({ name, attributes, children });

const MB = 1024 * 1024;

/**
 * Whether Spring takes a text as it is: of `${…}` it makes what credentials.properties has by that name, and what `#{…}` has
 * it runs. A line break becomes a blank in an attribute of XML.
 */
export const isLiteral = (value: string): boolean =>
  value.trim() !== '' && value.length <= 1000 && !/[$#]\{/.test(value) && !hidesSomething(value);

/** @param expected what the text is, in words */
export const literal = (expected: string) =>
  text(isLiteral, `${expected}, on one line and without \${…} and #{…}`);

/** A whole number. */
export const count = (least: number, most: number) =>
  z
    .int(otherwise((got) => `${got} is not a whole number`))
    .min(least, { error: (i) => `${quoted(i.input)} is too little; at least ${least}` })
    .max(most, { error: (i) => `${quoted(i.input)} is too much; at most ${most}` });

export const flag = yesOrNo;

/** A duration; `durationMs` reads it. */
export const duration = unit(parseDuration, 'a duration (30s, 5m)');

export const durationMs = (value: string): string => String(parseDuration(value) ?? 0);

/** Bytes of `4096`, `64kb` or what parseSize() reads; undefined where the text is no size. */
export function parseBytes(value: string): number | undefined {
  const [, number = '', unitOf = ''] = /^(\d{1,10})\s?(k(?:i?b)?)?$/i.exec(value.trim()) ?? [];
  if (number !== '') return Number(number) * (unitOf === '' ? 1 : 1024);
  const mb = parseSize(value);
  return mb === undefined ? undefined : mb * MB;
}

/** A size in bytes between two others; `bytes` reads it. */
export const size = (least: string, most: string) =>
  unit(parseBytes, 'a size (4096, 64kb, 6mb)').refine(
    (value) => {
      const got = parseBytes(value) ?? 0;
      return got >= (parseBytes(least) ?? 0) && got <= (parseBytes(most) ?? 0);
    },
    { error: (i) => `${quoted(i.input)} is out of range (${least} to ${most})` },
  );

export const bytes = (value: string): string => String(parseBytes(value) ?? 0);

const DESTINATION = 'a queue or a topic (orders.new, topic://prices)';

/** One queue or topic, without wildcards; `destinationOf` reads it. */
export const destination = text(
  (value) => !/[*>]/.test(value) && parseDestination(value) !== undefined,
  DESTINATION,
);

export const destinationOf = (value: string): DestinationPattern =>
  parseDestination(value) ?? { kind: 'queue', name: value };

/** A name of queues or topics, with wildcards and without a scheme. */
export const pattern = text(
  (value) => !value.includes('://') && parseDestination(value) !== undefined,
  'a name of queues or topics (orders.new, orders.*, orders.>)',
);

/** What of the keys of an object is set, each by what writes its value: an attribute is named as its key is. */
export function attributesOf(
  value: Readonly<Record<string, unknown>>,
  writes: Readonly<Record<string, (value: never) => string>>,
): Attribute[] {
  return Object.entries(writes).flatMap(([key, write]): Attribute[] =>
    value[key] === undefined ? [] : [[key, write(value[key] as never)]],
  );
}
