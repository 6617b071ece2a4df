import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitKept } from '../../src/stores/replicated-leveldb/data/kept.js';
import {
  nodeId,
  recoverStash,
  removeEmptyFiles,
} from '../../src/stores/replicated-leveldb/data/store.js';
import { temporaryDirectory } from '../support/temp.js';

const LOG = '0000000000000000.log';
const NEXT = '00000000000000ff.log';
const INDEX = '0000000000000010.index';
const NOW = new Date('2026-01-02T03:04:05Z');

function store(files: Readonly<Record<string, string>>): string {
  const data = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    const file = join(data, 'storedb', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return data;
}

const read = (data: string, ...path: string[]) => readFileSync(join(data, ...path), 'utf8');

describe('a store found at a start', () => {
  it('loses the small files that a killed broker had emptied, and no others', async () => {
    const data = store({ 'store-version.txt': '', 'nodeid.txt': '', [LOG]: '' });
    await removeEmptyFiles(data);
    expect(readdirSync(join(data, 'storedb'))).toEqual([LOG]);
  });

  it('keeps small files that say something', async () => {
    const data = store({ 'store-version.txt': 'activemq_leveldb_store:1', 'nodeid.txt': 'id' });
    await removeEmptyFiles(data);
    await removeEmptyFiles(temporaryDirectory());
    expect(readdirSync(join(data, 'storedb'))).toEqual(['nodeid.txt', 'store-version.txt']);
  });

  it('is left alone without a stash', async () => {
    const data = store({ [LOG]: 'whole' });
    expect(await recoverStash(data, NOW)).toEqual({ action: 'none' });
    expect(read(data, 'storedb', LOG)).toBe('whole');
  });

  it('is whole while the stash was only being made', async () => {
    const data = store({ [LOG]: 'whole', [`stash.tmp/${LOG}`]: 'who' });
    expect(await recoverStash(data, NOW)).toEqual({ action: 'none' });
    expect(existsSync(join(data, 'storedb', 'stash.tmp'))).toBe(false);
    expect(read(data, 'storedb', LOG)).toBe('whole');
  });

  it('is whole when the deletion of the stash had begun', async () => {
    const data = store({ [LOG]: 'whole', [`stash/${INDEX}/CURRENT`]: 'x' });
    expect(await recoverStash(data, NOW)).toEqual({ action: 'cleared' });
    expect(read(data, 'storedb', LOG)).toBe('whole');
  });

  it('gets its own back when it was killed while attaching, and keeps both copies', async () => {
    const data = store({
      'nodeid.txt': 'id',
      [LOG]: 'half a download',
      [`stash/${LOG}`]: 'good',
      [`stash/${INDEX}/CURRENT`]: 'index',
    });
    const outcome = await recoverStash(data, NOW);
    expect(outcome.action).toBe('restored');
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(read(data, 'storedb', INDEX, 'CURRENT')).toBe('index');
    expect(read(data, 'storedb', 'nodeid.txt')).toBe('id');
    expect(existsSync(join(data, 'storedb', 'stash'))).toBe(false);
    const [kept = ''] = readdirSync(join(data, 'stash-kept'));
    expect(read(data, 'stash-kept', kept, 'download', LOG)).toBe('half a download');
    expect(read(data, 'stash-kept', kept, 'stash', LOG)).toBe('good');
  });
});

describe('the recovery of a stash', () => {
  it('keeps nothing where the disk has no room, and can be repeated', async () => {
    const data = store({
      [LOG]: 'half a download',
      [NEXT]: 'of the master',
      [`stash/${LOG}`]: 'good',
      [`stash/${INDEX}/CURRENT`]: 'index',
    });
    // As after one that was cut short.
    mkdirSync(join(data, 'storedb', INDEX));
    writeFileSync(join(data, 'storedb', INDEX, 'CURRENT'), 'half');
    const outcome = await recoverStash(data, NOW, false);
    expect(outcome).toEqual({ action: 'restored', kept: undefined });
    expect(readdirSync(join(data, 'storedb')).sort()).toEqual([LOG, INDEX].sort());
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(read(data, 'storedb', INDEX, 'CURRENT')).toBe('index');
    expect(existsSync(join(data, 'stash-kept'))).toBe(false);
  });

  it('loses nothing when it is cut short half-way and repeated at another time', async () => {
    // As after a first recovery that had set the download aside and put half of the stash back.
    const data = store({
      [LOG]: 'go',
      'nodeid.txt': 'id',
      [`stash/${LOG}`]: 'good',
      [`stash/${NEXT}`]: 'good too',
      [`stash/${INDEX}/CURRENT`]: 'index',
    });
    const first = join(data, 'stash-kept', '20260102T030405Z');
    mkdirSync(join(first, 'download'), { recursive: true });
    writeFileSync(join(first, 'download', LOG), 'the download');
    const outcome = await recoverStash(data, new Date('2026-01-02T03:04:06Z'));
    const kept = join(data, 'stash-kept', '20260102T030406Z');
    expect(outcome).toEqual({ action: 'restored', kept });
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(read(data, 'storedb', NEXT)).toBe('good too');
    expect(read(data, 'storedb', INDEX, 'CURRENT')).toBe('index');
    expect(read(first, 'download', LOG)).toBe('the download');
    expect(read(kept, 'download', LOG)).toBe('go');
    expect(readdirSync(join(kept, 'stash')).sort()).toEqual([LOG, INDEX, NEXT].sort());
    expect(await recoverStash(data, new Date())).toEqual({ action: 'none' });
  });

  it('removes what the download brought and the store did not have', async () => {
    const data = store({ [LOG]: 'x', [NEXT]: 'of the master', [`stash/${LOG}`]: 'good' });
    await recoverStash(data, new Date());
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(existsSync(join(data, 'storedb', NEXT))).toBe(false);
  });

  it('believes a stash only once it has its name', async () => {
    const data = store({ [LOG]: 'x', [`stash.tmp/${LOG}`]: 'half', [`stash/${LOG}`]: 'good' });
    expect((await recoverStash(data, new Date())).action).toBe('restored');
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(existsSync(join(data, 'storedb', 'stash.tmp'))).toBe(false);
  });

  it('clears an empty stash, and has nothing to do where there is no store', async () => {
    const data = store({ [LOG]: 'whole', 'stash/dirty.txt': '' });
    rmSync(join(data, 'storedb', 'stash', 'dirty.txt'));
    expect(await recoverStash(data, new Date())).toEqual({ action: 'cleared' });
    expect(existsSync(join(data, 'storedb', 'stash'))).toBe(false);
    expect(read(data, 'storedb', LOG)).toBe('whole');
    expect(await recoverStash(temporaryDirectory(), new Date())).toEqual({ action: 'none' });
  });
});

describe('copies that are kept', () => {
  const kept = (...names: readonly string[]) => {
    const data = temporaryDirectory();
    for (const name of names) {
      mkdirSync(join(data, 'stash-kept', name, 'store'), { recursive: true });
      writeFileSync(join(data, 'stash-kept', name, 'store', LOG), 'x'.repeat(100_000));
    }
    return data;
  };
  const left = (data: string) => readdirSync(join(data, 'stash-kept')).sort();

  it('are three, the newest ones, and no larger than the limit but for the newest', async () => {
    const data = kept('a', 'b', 'c', 'd');
    await limitKept(data, 10_000_000);
    expect(left(data)).toEqual(['b', 'c', 'd']);
    await limitKept(data, 250_000);
    expect(left(data)).toEqual(['c', 'd']);
    await limitKept(data, 1);
    expect(left(data)).toEqual(['d']);
  });

  it('are only damaged stores where the disk has no room', async () => {
    const data = kept('a', 'b');
    writeFileSync(join(data, 'stash-kept', 'a', 'why.txt'), 'damaged');
    await limitKept(data, 10_000_000, false);
    expect(left(data)).toEqual(['a']);
  });
});

describe('the id of a node', () => {
  it('stands in its store after its first start', async () => {
    expect(await nodeId(store({ 'nodeid.txt': 'abc\n' }))).toBe('abc');
    expect(await nodeId(store({ 'nodeid.txt': '' }))).toBeUndefined();
    expect(await nodeId(temporaryDirectory())).toBeUndefined();
  });
});
