import { constants, statSync } from 'node:fs';
import { rename, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, openFile } from '../../lib/files.js';
import { MqhaError, systemCode } from '../../lib/errors.js';
import { acquireLock, type LockPlace } from '../../agents/local/lock.js';
import { Deadline, sleep } from '../../lib/time.js';
import { parseEntry, type Entry, type NewEntry } from './entries.js';

/** The journal's file in the state directory; older ones are `.1` to `.3`, the oldest last. */
export const JOURNAL_FILE = 'events.jsonl';

const MAX_BYTES = 5 * 1024 * 1024;
const KEPT = 3;
const POLL_MS = 200;
/** Reads as well: the end of the file tells whether a line was cut off. */
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
const NEWLINE = 0x0a;

export interface JournalOptions {
  /** Told why the journal cannot be written, or put aside; once until that works again. */
  readonly onError?: (error: unknown) => void;
  readonly now?: () => Date;
  /** A file that would grow larger is put aside. */
  readonly maxBytes?: number;
}

/** A place in the journal, after all that was written until then; it outlives rotation. */
export interface JournalPosition {
  readonly inode: bigint;
  readonly offset: number;
}

/** What the journal held at one moment, and where to go on from there without a gap. */
export interface JournalSnapshot {
  readonly entries: Entry[];
  /** Null where there is no journal yet. */
  readonly end: JournalPosition | null;
}

/**
 * What happened to a cluster, one JSON document a line, in the order of writing. Several processes
 * may append at once. The state directory is never made here: a cluster that was destroyed shall
 * not come back as a journal.
 */
export class Journal {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #now: () => Date;
  readonly #onError: (error: unknown) => void;
  #writing: Promise<void> = Promise.resolve();
  readonly #failing = new Set<'write' | 'rotate'>();

  /** @param stateDirectory `.mqha` of the cluster directory */
  constructor(stateDirectory: string, options: JournalOptions = {}) {
    this.#file = join(stateDirectory, JOURNAL_FILE);
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#now = options.now ?? (() => new Date());
    this.#onError = options.onError ?? (() => undefined);
  }

  /**
   * Writes an entry with the time of the call, after those appended before it. Never rejects: what
   * is recorded must go on where it cannot be recorded. Resolves when this entry and all before it
   * are written or given up; await the last one before the process ends.
   */
  append(entry: NewEntry): Promise<void> {
    const at = this.#now().toISOString();
    this.#writing = this.#writing.then(async () => {
      const line = `${JSON.stringify({ at, ...entry })}\n`;
      // A journal that cannot be put aside grows; that is better than an entry lost.
      await this.#attempt('rotate', () => this.#rotateIfFull(Buffer.byteLength(line)));
      await this.#attempt('write', () => this.#write(line));
    });
    return this.#writing;
  }

  /**
   * The entries, the oldest first; none where there is no journal.
   * @throws MqhaError `no-permission`
   */
  async read(options: { readonly since?: Date } = {}): Promise<Entry[]> {
    const { entries } = await this.snapshot();
    const since = options.since?.getTime() ?? -Infinity;
    return entries.filter((entry) => Date.parse(entry.at) >= since);
  }

  /**
   * All entries and their end, for whoever reads and then follows.
   * @throws MqhaError `no-permission`
   */
  snapshot(): Promise<JournalSnapshot> {
    return this.#readFrom(null);
  }

  /**
   * The entries that are appended from now on, or from the end of a snapshot on, through rotation,
   * until the signal is aborted. Nothing is left out: what was still written into a file before it
   * was put aside is read from there.
   */
  follow(signal: AbortSignal, from: JournalPosition | null = this.#end()): AsyncGenerator<Entry> {
    return this.#followFrom(from, signal);
  }

  async *#followFrom(from: JournalPosition | null, signal: AbortSignal): AsyncGenerator<Entry> {
    let position = from;
    while (!signal.aborted) {
      const newest = await stat(this.#file, { bigint: true }).catch(() => undefined);
      const quiet =
        newest?.ino === position?.inode && newest?.size === BigInt(position?.offset ?? -1);
      if (newest === undefined || quiet) {
        await sleep(POLL_MS, signal);
        continue;
      }
      const { entries, end } = await this.#readFrom(position);
      yield* entries;
      // Half a line was there: the rest of it comes.
      if (end?.inode === position?.inode && end?.offset === position?.offset) {
        await sleep(POLL_MS, signal);
      }
      position = end;
    }
  }

  /** Now, and not when the first entry is asked for: what is appended meanwhile belongs to it. */
  #end(): JournalPosition | null {
    for (const path of this.#files()) {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (found) return { inode: found.ino, offset: Number(found.size) };
    }
    return null;
  }

  get #lock(): LockPlace {
    return { at: `${this.#file}.lock`, of: this.#file };
  }

  /** The files by name, the newest first. */
  #files(): string[] {
    return [this.#file, ...Array.from({ length: KEPT }, (_, n) => this.#aside(n + 1))];
  }

  #aside(n: number): string {
    return `${this.#file}.${n}`;
  }

  async #readFrom(position: JournalPosition | null): Promise<JournalSnapshot> {
    const files = await this.#openAll();
    try {
      // A position whose file is gone lies before everything that is left.
      const first = Math.max(
        0,
        files.findIndex(({ inode }) => inode === position?.inode),
      );
      const entries: Entry[] = [];
      let end = position;
      for (const { handle, inode } of files.slice(first)) {
        const known = inode === position?.inode ? position.offset : 0;
        const { size } = await handle.stat();
        const offset = known <= size ? known : 0; // Cut by a person: begin again.
        const bytes = await readWhole(handle, offset, size - offset);
        // A line without its end is being written, or was cut off by a full disk.
        const complete = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
        for (const line of complete.toString('utf8').split('\n')) {
          const entry = parseEntry(line);
          if (entry) entries.push(entry);
        }
        end = { inode, offset: offset + complete.length };
      }
      return { entries, end };
    } catch (error) {
      throw fileError(error, this.#file);
    } finally {
      await Promise.all(files.map(({ handle }) => handle.close()));
    }
  }

  /**
   * All files, the oldest first. They are opened from the newest to the oldest: a rotation in
   * between then moves a file towards the names that are still to come, so that none is missed and
   * one may be met twice.
   */
  async #openAll(): Promise<{ handle: FileHandle; inode: bigint }[]> {
    const files: { handle: FileHandle; inode: bigint }[] = [];
    for (const path of this.#files()) {
      let handle;
      try {
        handle = await openFile(path);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') continue;
        await Promise.all(files.map((file) => file.handle.close()));
        throw fileError(error, path);
      }
      const inode = (await handle.stat({ bigint: true })).ino;
      if (files.some((file) => file.inode === inode)) await handle.close();
      else files.unshift({ handle, inode });
    }
    return files;
  }

  async #attempt(what: 'write' | 'rotate', work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failing.delete(what);
    } catch (error) {
      if (this.#failing.has(what)) return;
      this.#failing.add(what);
      try {
        this.#onError(fileError(error, this.#file));
      } catch {
        // Whoever cannot hear of it either is not to be stopped by it.
      }
    }
  }

  async #write(line: string): Promise<void> {
    const file = await openFile(this.#file, APPEND);
    try {
      // One write of one line in append mode: two processes cannot get into each other's lines.
      const bytes = Buffer.from((await endsInLine(file)) ? `\n${line}` : line);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) {
        throw Object.assign(new Error('only a part was written'), { code: 'ENOSPC' });
      }
    } finally {
      await file.close();
    }
  }

  async #isFull(more: number): Promise<boolean> {
    const { size } = await stat(this.#file).catch(() => ({ size: 0 }));
    return size > 0 && size + more > this.#maxBytes;
  }

  /**
   * Puts the file aside. Two that did this at once would overwrite what the other has just put
   * aside, so it is done under a lock, and looked at again once that is held. Whoever does not get
   * the lock writes on: to the old file or the new one, both are kept.
   */
  async #rotateIfFull(more: number): Promise<void> {
    if (!(await this.#isFull(more))) return;
    let lock;
    try {
      lock = await acquireLock(this.#lock, { command: 'journal', deadline: Deadline.in(0) });
    } catch (error) {
      if (error instanceof MqhaError && error.code === 'locked') return;
      throw error;
    }
    try {
      if (!(await this.#isFull(more))) return;
      for (let n = KEPT - 1; n >= 1; n--) await renameIfThere(this.#aside(n), this.#aside(n + 1));
      await renameIfThere(this.#file, this.#aside(1));
    } finally {
      await lock.release();
    }
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
}

/** Whether the file ends in the middle of a line, as a full disk leaves it. */
async function endsInLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}

async function readWhole(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
