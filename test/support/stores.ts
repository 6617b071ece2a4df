import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A record of the store's log (RecordLog.scala). */
function record(kind: number, data: Buffer): Buffer {
  const header = Buffer.alloc(10);
  header[0] = 0x2a;
  header[1] = kind;
  header.writeUInt32BE(crc32(data), 2);
  header.writeInt32BE(data.length, 6);
  return Buffer.concat([header, data]);
}

/** A unit of work that begins at a position of the log. @param kind of its one record (LevelDBClient.scala) */
export function unit(position: number, body: string, kind = 4): Buffer {
  const begin = Buffer.alloc(8);
  begin.writeBigInt64BE(BigInt(position));
  return Buffer.concat([record(kind, Buffer.from(body)), record(0xff, begin)]);
}

/** What a log file from this position on holds. */
export function units(position: number, bodies: readonly string[]): Buffer {
  let bytes = Buffer.alloc(0);
  for (const body of bodies) bytes = Buffer.concat([bytes, unit(position + bytes.length, body)]);
  return bytes;
}

export const hex = (position: number) => position.toString(16).padStart(16, '0');

export interface MadeStore {
  readonly data: string;
  /** Of each file of the log. */
  readonly positions: readonly number[];
  readonly end: number;
}

/**
 * Makes a store by hand in a data directory, with a list of its log files and an index snapshot at its end.
 * @param files what each file of the log holds
 */
export function makeStore(
  data: string,
  files: readonly (readonly string[])[],
  options: { readonly list?: boolean; readonly index?: boolean } = {},
): MadeStore {
  const store = join(data, 'storedb');
  mkdirSync(store, { recursive: true });
  const positions: number[] = [];
  const list = ['role slave', 'committed 0'];
  let position = 0;
  for (const [number, bodies] of files.entries()) {
    const bytes = units(position, bodies);
    const path = join(store, `${hex(position)}.log`);
    writeFileSync(path, bytes);
    const isNewest = number === files.length - 1;
    // As the store makes it: its full size, which takes no space.
    if (isNewest) truncateSync(path, 1024 * 1024);
    list.push(`log ${hex(position)} ${isNewest ? '-' : bytes.length}`);
    positions.push(position);
    position += bytes.length;
  }
  if (options.list !== false) writeFileSync(join(store, 'mqha-logs.txt'), `${list.join('\n')}\n`);
  if (options.index !== false && position > 0) {
    const index = join(store, `${hex(position)}.index`);
    mkdirSync(index);
    writeFileSync(join(index, 'CURRENT'), 'MANIFEST-000001\n');
    writeFileSync(join(index, 'MANIFEST-000001'), 'x');
  }
  writeFileSync(join(store, 'store-version.txt'), 'activemq_leveldb_store:1');
  return { data, positions, end: position };
}
