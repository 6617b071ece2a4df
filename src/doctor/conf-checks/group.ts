import type { BrokerFile, FileFacts } from '../conf/broker-file.js';
import { placeIn, whereOf } from '../conf/broker-file.js';
import type { Finding, Position } from '../finding.js';
import type { FileCode } from '../check-codes.js';

/** A group of checks: what the files say, to what is wrong with it. It reads nothing by itself. */
export type FileChecks = (files: readonly BrokerFile[], facts: FileFacts) => Finding[];

/** Something that is wrong at a place of a file. */
export function finding(
  code: FileCode,
  result: Finding['result'],
  file: Pick<BrokerFile, 'file'>,
  at: Position | undefined,
  message: string,
  hint?: string,
): Finding {
  return { code, result, at: placeIn(file, at), message, ...(hint === undefined ? {} : { hint }) };
}

/** A value of a file as it is quoted: whole on one line, and not endless. */
export function quoted(value: string): string {
  const short = value.length > 120 ? `${value.slice(0, 117)}...` : value;
  return `"${short}"`;
}

/** Files that have a value, by the value. */
export function byValue<T>(
  files: readonly BrokerFile[],
  valueOf: (file: BrokerFile) => T | undefined,
): Map<T, BrokerFile[]> {
  const groups = new Map<T, BrokerFile[]>();
  for (const file of files) {
    const value = valueOf(file);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), file]);
  }
  return groups;
}

/** `a.xml says "x"; b.xml, c.xml "y"`. */
export function whoSays(groups: ReadonlyMap<string, readonly BrokerFile[]>): string {
  return [...groups]
    .map(([value, files], index) => {
      const names = files.map(({ file }) => file).join(', ');
      return `${names}${index === 0 ? (files.length === 1 ? ' says' : ' say') : ''} ${quoted(value)}`;
    })
    .join('; ');
}

/**
 * What is wrong where the stores of nodes say several values of an attribute that must be one.
 * @param message what that is, before who says what
 */
export function differing(
  groups: ReadonlyMap<string, readonly BrokerFile[]>,
  code: FileCode,
  attribute: string,
  message = `${attribute} differs`,
): Finding[] {
  const [, ...others] = [...groups.values()];
  const [first] = others.flat();
  if (!first) return [];
  const text = `${message}: ${whoSays(groups)}`;
  return [finding(code, 'fail', first, whereOf(first.store, attribute), text)];
}
