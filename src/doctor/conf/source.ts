import { realpath, type FileHandle } from 'node:fs/promises';
import { openFile } from '../../lib/files.js';
import { MqhaError, messageOf, systemCode } from '../../lib/errors.js';

/** Larger files are not read: no configuration of a broker comes near it. */
export const MAX_BYTES = 1024 * 1024;

/** The text of a file of somebody else, or why it was not read. */
export type Source =
  | { readonly text: string; readonly encoding: string; readonly fault?: string }
  | { readonly unread: string; readonly missing: boolean };

/**
 * Reads a file of somebody else: a regular file of 1 MiB at most, decoded by its byte order mark, its XML declaration, else
 * as UTF-8. Never waits for a FIFO, and never throws.
 */
export async function readSource(path: string): Promise<Source> {
  try {
    const file = await openFile(await realpath(path));
    try {
      const buffer = Buffer.alloc(MAX_BYTES + 1);
      const length = await fill(file, buffer);
      if (length > MAX_BYTES) return { unread: 'it is larger than 1 MiB', missing: false };
      return decode(buffer.subarray(0, length));
    } finally {
      await file.close();
    }
  } catch (error) {
    return { unread: reasonOf(error), missing: systemCode(error) === 'ENOENT' };
  }
}

async function fill(file: FileHandle, buffer: Buffer): Promise<number> {
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return length;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof MqhaError) return error.message;
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'no permission';
    case 'ENOTDIR':
      return 'a directory of its path is a file';
    case 'ELOOP':
      return 'its links lead in a circle';
    case undefined:
    default:
      return messageOf(error);
  }
}

const DECLARED = /^[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']/;

/** @returns the text, without a byte order mark; a fault where it is not what it says it is */
export function decode(bytes: Uint8Array): Source {
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : undefined;
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const declared = head.includes('<?xml') ? DECLARED.exec(head)?.[1] : undefined;
  const encoding = (marked ?? declared ?? 'utf-8').toLowerCase();
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch (error) {
    const known = !(error instanceof RangeError);
    return {
      text: new TextDecoder(known ? encoding : 'latin1').decode(bytes),
      encoding,
      fault: known
        ? `it has bytes that are not ${encoding}`
        : `${encoding} is no encoding that can be read here`,
    };
  }
}
