import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeEnd } from '../../src/stores/replicated-leveldb/data/log-file.js';
import type { TestCluster } from './cluster.js';
import { unit } from './stores.js';

/** Kinds of records (LevelDBClient.scala): an entry of a queue, and a remark. */
export const ENTRY = 3;
export const TRACE = 6;

/** What is done to the files of one node's store. */
export class StoreFiles {
  readonly data: string;
  readonly store: string;

  constructor(cluster: TestCluster, node: string) {
    this.data = join(cluster.directory, 'nodes', node, 'data');
    this.store = join(this.data, 'storedb');
  }

  /** The names of its log files, the oldest first. */
  logs(): string[] {
    return readdirSync(this.store)
      .filter((name) => name.endsWith('.log'))
      .sort();
  }

  newest(): string {
    return join(this.store, this.logs().at(-1) ?? '');
  }

  /** The largest file of its index snapshot that holds entries. */
  index(): string {
    const snapshot = readdirSync(this.store).find((name) => /^[0-9a-f]{16}\.index$/.test(name));
    const directory = join(this.store, snapshot ?? '');
    const [first] = readdirSync(directory)
      .filter((name) => /^\d+\.(log|sst)$/.test(name))
      .map((name) => ({ name, size: readFileSync(join(directory, name)).length }))
      .sort((a, b) => b.size - a.size);
    return join(directory, first?.name ?? '');
  }

  /** Writes a unit of work behind the last one. @returns what takes it out again */
  async append(kind: number, body: string): Promise<() => void> {
    const path = this.newest();
    const position = parseInt(this.logs().at(-1) ?? '', 16);
    const file = await open(path);
    const end = await wholeEnd(file, position).finally(() => file.close());
    const bytes = unit(position + end, body, kind);
    write(path, end, bytes);
    return () => {
      write(path, end, Buffer.alloc(bytes.length));
    };
  }
}

function write(path: string, offset: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, offset);
  closeSync(file);
}

/** Changes one bit, as a disk may. */
export function changeByte(path: string, offset: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  closeSync(file);
  write(path, offset, Buffer.from([(byte[0] ?? 0) ^ 1]));
}
