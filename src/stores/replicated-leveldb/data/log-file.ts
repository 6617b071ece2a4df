import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/**
 * The form of a log file (RecordLog.scala): records one behind the other, each `'*'`, a kind, a CRC-32 of the data, the
 * length of the data (big-endian), and the data. A unit of work ends with a record of kind -1 whose eight bytes say at
 * which position of the log it began; what comes after the last of these does not count.
 */
const HEADER = 10;
const PREFIX = 0x2a;
const UNIT_END = 0xff;
const END_MARK = Buffer.from([PREFIX, UNIT_END]);
const END_LENGTH = HEADER + 8;
const CHUNK = 4 * 1024 * 1024;

/** Reads a file in pieces that lie one behind the other. */
class Window {
  readonly #file: FileHandle;
  #bytes = Buffer.alloc(0);
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** These bytes; fewer where the file ends. */
  async read(at: number, length: number): Promise<Buffer> {
    if (at < this.#at || at + length > this.#at + this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(Math.max(CHUNK, length));
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, at);
      this.#bytes = bytes.subarray(0, bytesRead);
      this.#at = at;
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + length);
  }
}

/**
 * The offset where the last unit of work ends before which everything is whole; zero for an empty log.
 * It is what recovery calls the end of the log (LogReader.verifyAndGetEndOffset).
 * @param position of the file in the log
 * @throws Error of the system, where the file cannot be read
 */
export async function wholeEnd(file: FileHandle, position: number): Promise<number> {
  const { size } = await file.stat();
  const window = new Window(file);
  let unit = 0;
  for (let at = 0; at < size;) {
    const header = await window.read(at, HEADER);
    if (header.length < HEADER || header[0] !== PREFIX) break;
    const length = header.readInt32BE(6);
    const checksum = header.readUInt32BE(2);
    const isEnd = header[1] === UNIT_END && length === 8;
    const next = at + HEADER + length;
    if (length < 0 || next > size) break;
    const data = await window.read(at + HEADER, length);
    if (data.length < length || crc32(data) !== checksum) break;
    if (isEnd) {
      if (Number(data.readBigInt64BE(0)) !== position + unit) break;
      unit = next;
    }
    at = next;
  }
  return unit;
}

/**
 * The offset where the last unit of work ends that is found anywhere in the file from an offset on, also behind what
 * is damaged; undefined where there is none.
 * @throws Error of the system, where the file cannot be read
 */
export async function lastUnitEnd(
  file: FileHandle,
  position: number,
  from = 0,
): Promise<number | undefined> {
  const { size } = await file.stat();
  for (let top = size; top > from;) {
    const begin = Math.max(from, top - CHUNK);
    // What crosses the border of two pieces belongs to the earlier one.
    const bytes = Buffer.alloc(Math.min(size, top + END_LENGTH) - begin);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
    const found = lastEndIn(bytes.subarray(0, bytesRead), position + from, position + begin);
    if (found !== undefined) return begin + found;
    top = begin;
  }
  return undefined;
}

function lastEndIn(bytes: Buffer, first: number, position: number): number | undefined {
  let at = bytes.length - END_LENGTH;
  while (at >= 0 && (at = bytes.lastIndexOf(END_MARK, at)) >= 0) {
    const data = bytes.subarray(at + HEADER, at + END_LENGTH);
    if (bytes.readInt32BE(at + 6) === 8 && crc32(data) === bytes.readUInt32BE(at + 2)) {
      const begin = Number(data.readBigInt64BE(0));
      if (begin >= first && begin < position + at) return at + END_LENGTH;
    }
    at--;
  }
  return undefined;
}
