import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '../../../lib/errors.js';
import { openFile, readIfThere } from '../../../lib/files.js';
import { unreadable, type StoreLook } from '../../store-files.js';
import { lastUnitEnd, wholeEnd } from './log-file.js';
import { damageOf, refuseUnreadable } from './store-unreadable.js';
import { STASH, STORE } from './store.js';

/** The list of log files that a broker keeps beside them (dev.mqha.patches.watched_log.LogList). */
export const LOG_LIST = 'mqha-logs.txt';

const EMPTY: StoreLook = { state: 'empty', end: 0, exact: true, known: 0, damage: [] };

/** What a file takes on the disk is counted in blocks of 512 bytes (stat(2)). */
const BLOCK = 512;

/** A new log file has its full size of 100 MB and takes no space; the system may round up. */
const SLACK = 64 * 1024;

interface LogFile {
  readonly name: string;
  readonly position: number;
  readonly size: number;
  readonly allocated: number;
}

/**
 * Looks whether a store is whole, as far as names, sizes and the newest file tell:
 * - a file that the broker's list names is there and as long as it was. The store itself deletes files that no
 *   message refers to any more, also between others, so that a gap alone proves nothing;
 * - from the file that holds the newest index snapshot's position on there is no gap, since none of these is ever
 *   deleted (LevelDBClient.gc): each begins where the one before it ends;
 * - the newest ends where its last unit of work does, and nothing that is whole comes behind damage;
 * - the newest index snapshot is a directory of LevelDB, and does not know more than the log.
 * It never changes anything.
 * @throws MqhaError `no-permission`, `no-directory` where it cannot be read: that says nothing of what it holds
 */
export function lookAtStore(dataDirectory: string): Promise<StoreLook> {
  return look(join(dataDirectory, STORE));
}

/**
 * The same for a node whose broker runs. One that attaches has set its own store aside, and beside that lies
 * a download that is not whole yet.
 * @throws MqhaError as lookAtStore()
 */
export function lookAtRunning(dataDirectory: string): Promise<StoreLook> {
  const store = join(dataDirectory, STORE);
  const stash = join(store, STASH);
  return look(existsSync(stash) ? stash : store);
}

async function look(directory: string): Promise<StoreLook> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return EMPTY;
    refuseUnreadable(error, directory);
    return unreadable([`${directory}: ${messageOf(error)}`]);
  }
  const damage: string[] = [];
  const files = await logFiles(directory, names, damage);
  const list = await listIn(directory);
  const listed = readList(list);
  for (const [name, length] of listed) {
    const size = files.find((file) => file.name === name)?.size;
    if (size === undefined) {
      if (!names.includes(name)) damage.push(`${name} is missing`);
    } else if (length !== undefined && size < length) {
      damage.push(`${name} has ${size} bytes instead of ${length}`);
    }
  }
  const snapshot = positionsOf(names, '.index').at(-1);
  damage.push(...gapsIn(files, snapshot));
  const newest = files.at(-1);
  const { end, exact } = newest ? await endOf(directory, newest, damage) : { end: 0, exact: false };
  if (snapshot !== undefined && snapshot > 0) {
    damage.push(...(await indexDamage(directory, snapshot, end, files.length > 0)));
  }
  if (damage.length > 0) {
    const last = Math.max(0, ...[...listed.keys()].map((name) => parseInt(name, 16)));
    const least = Math.max(end, last, snapshot ?? 0);
    return { state: 'damaged', end: least, exact: exact && end === least, known: 0, damage };
  }
  return end === 0 ? EMPTY : { state: 'whole', end, exact, known: knownOf(list, end), damage };
}

/** Positions are written in hexadecimal; below 2^53, which is 9 PB. */
function positionsOf(names: readonly string[], suffix: string): number[] {
  return names
    .filter((name) => name.endsWith(suffix) && /^[0-9a-f]{16}\./.test(name))
    .map((name) => parseInt(name, 16))
    .sort((a, b) => a - b);
}

async function logFiles(
  directory: string,
  names: readonly string[],
  damage: string[],
): Promise<LogFile[]> {
  const files: LogFile[] = [];
  const logs = names.filter((name) => /^[0-9a-f]{16}\.log$/.test(name)).sort();
  for (const name of logs) {
    try {
      const path = join(directory, name);
      const found = await stat(path);
      if (!found.isFile()) throw new Error('it is no file');
      await (await open(path, 'r')).close();
      const allocated = found.blocks * BLOCK;
      files.push({ name, position: parseInt(name, 16), size: found.size, allocated });
    } catch (error) {
      damage.push(damageOf(error, join(directory, name), name));
    }
  }
  for (const file of files.slice(0, -1)) {
    if (file.size === 0) damage.push(`${file.name} is empty`);
  }
  return files;
}

/** The broker's list of log files; undefined where there is none, or none that can be read as a file. */
async function listIn(directory: string): Promise<string | undefined> {
  const path = join(directory, LOG_LIST);
  try {
    return await readIfThere(path);
  } catch (error) {
    damageOf(error, path, LOG_LIST);
    return undefined;
  }
}

function readList(text: string | undefined): Map<string, number | undefined> {
  const listed = new Map<string, number | undefined>();
  for (const line of (text ?? '').split('\n')) {
    const [, position, length] = /^log ([0-9a-f]{16}) (\d+|-)$/.exec(line) ?? [];
    if (position === undefined) continue;
    listed.set(`${position}.log`, length === '-' ? undefined : Number(length));
  }
  return listed;
}

/** A master notes how far its slaves are; a slave has its log from a master, and is one of the quorum. */
function knownOf(list: string | undefined, end: number): number {
  if (/^role slave$/m.test(list ?? '')) return end;
  const [, committed] = /^role master\ncommitted (\d+)$/m.exec(list ?? '') ?? [];
  return Math.min(end, Number(committed ?? 0));
}

function gapsIn(files: readonly LogFile[], snapshot: number | undefined): string[] {
  const gaps: string[] = [];
  const first = files.findLastIndex((file) => file.position <= (snapshot ?? 0));
  for (let index = Math.max(0, first); index + 1 < files.length; index++) {
    const [file, next] = [files[index], files[index + 1]];
    if (!file || !next || file.position + file.size === next.position) continue;
    const end = (file.position + file.size).toString(16).padStart(16, '0');
    gaps.push(`${file.name} ends at ${end}, and the next file is ${next.name}`);
  }
  return gaps;
}

async function endOf(
  directory: string,
  newest: LogFile,
  damage: string[],
): Promise<Pick<StoreLook, 'end' | 'exact'>> {
  const { name, position, size, allocated } = newest;
  try {
    const file = await openFile(join(directory, name));
    try {
      const end = await wholeEnd(file, position);
      // To look through zeros that take no space costs more than all else.
      const mayBeMore = size > end && allocated > end + SLACK;
      const last = mayBeMore ? await lastUnitEnd(file, position, end) : undefined;
      if (last === undefined) return { end: position + end, exact: true };
      damage.push(
        `${name} is damaged behind offset ${end}: units of work that are whole follow up to offset ${last}`,
      );
      return { end: position + last, exact: true };
    } finally {
      await file.close();
    }
  } catch (error) {
    damage.push(damageOf(error, join(directory, name), name));
    return { end: position, exact: false };
  }
}

async function indexDamage(
  directory: string,
  snapshot: number,
  end: number,
  hasLog: boolean,
): Promise<string[]> {
  const name = `${snapshot.toString(16).padStart(16, '0')}.index`;
  if (!hasLog) return [`the index snapshot ${name} is there and its log is not`];
  if (end < snapshot) {
    return [
      `the log ends at ${end.toString(16).padStart(16, '0')}, before the index snapshot ${name}`,
    ];
  }
  try {
    const manifest = (await readIfThere(join(directory, name, 'CURRENT')))?.trim();
    if (manifest === undefined) return [`the index snapshot ${name} has no file CURRENT`];
    await stat(join(directory, name, manifest));
    return [];
  } catch (error) {
    return [damageOf(error, join(directory, name), `the index snapshot ${name}`)];
  }
}
