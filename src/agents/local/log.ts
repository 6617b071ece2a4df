import { stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { openFile } from '../../lib/files.js';
import { sleep } from '../../lib/time.js';

const TAIL_BYTES = 256 * 1024;

/** The last lines of a file; none where there is no file. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const text = await readFrom(path, Math.max(0, size - TAIL_BYTES));
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (size > TAIL_BYTES) lines.shift(); // It began in the middle of a line.
  return count === 0 ? [] : lines.slice(-count);
}

/** The end of a file: whole lines, and what is there of one that is being written. */
export interface Tail {
  readonly lines: readonly string[];
  readonly rest: string;
  /** Where the whole lines end, in bytes of the file: followLines() goes on from there. */
  readonly mark: number;
}

/** The last bytes of a file, as lines; none where there is no file. @param bytes how many are read at most */
export async function tailOf(path: string, bytes: number): Promise<Tail> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const from = Math.max(0, size - bytes);
  const read = await readBytes(path, from);
  const whole = read.subarray(0, read.lastIndexOf(10) + 1);
  const lines = whole.toString('utf8').split('\n').slice(0, -1);
  if (from > 0) lines.shift(); // It began in the middle of a line.
  const rest = read.subarray(whole.length).toString('utf8');
  return { lines, rest, mark: from + whole.length };
}

/** Where a file ends now, in bytes: a mark, so that lines from before it never count. */
export async function markOf(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ size: 0 }))).size;
}

/** What was written after a mark; the whole file where it was rotated since. */
export async function sinceMark(path: string, mark: number): Promise<string> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  return readFrom(path, size < mark ? 0 : Math.max(mark, size - TAIL_BYTES));
}

async function readFrom(path: string, offset: number): Promise<string> {
  return (await readBytes(path, offset)).toString('utf8');
}

async function readBytes(path: string, offset: number): Promise<Buffer> {
  let file;
  try {
    file = await openFile(path);
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const length = Math.max(0, (await file.stat()).size - offset);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The lines that are appended to a file, until the signal is aborted. A file that is absent is waited for; one that was
 * rotated is begun again.
 * @param from where they begin, in bytes; by default where the file ends now
 */
export async function* followLines(
  path: string,
  signal: AbortSignal,
  from?: number,
): AsyncGenerator<string> {
  let position = from ?? (await markOf(path));
  let inode = (await stat(path).catch(() => undefined))?.ino;
  let rest = '';
  let decoder = new StringDecoder('utf8');
  while (!signal.aborted) {
    const now = await stat(path).catch(() => undefined);
    if (now && (now.ino !== inode || now.size < position)) {
      position = 0;
      inode = now.ino;
      decoder = new StringDecoder('utf8');
      if (rest !== '') yield rest;
      rest = '';
    }
    const bytes = now && now.size > position ? await readBytes(path, position) : Buffer.alloc(0);
    if (bytes.length === 0) {
      await sleep(200, signal);
      continue;
    }
    position += bytes.length;
    const lines = (rest + decoder.write(bytes)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
