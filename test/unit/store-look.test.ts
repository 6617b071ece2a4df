import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  keptStores,
  limitKept,
  setStoreAside,
} from '../../src/stores/replicated-leveldb/data/kept.js';
import { lookAtStore } from '../../src/stores/replicated-leveldb/data/store-look.js';
import { hex, makeStore, unit, type MadeStore } from '../support/stores.js';
import { temporaryDirectory } from '../support/temp.js';
import { handOver, unprivileged } from './unprivileged.js';

const made = (options?: Parameters<typeof makeStore>[2]) =>
  makeStore(temporaryDirectory(), [['a', 'b'], ['c'], ['d', 'e'], ['f']], options);

const log = ({ data, positions }: MadeStore, number: number) =>
  join(data, 'storedb', `${hex(positions[number] ?? 0)}.log`);

const damageOf = async ({ data }: MadeStore) => {
  const { state, damage } = await lookAtStore(data);
  expect(state).toBe('damaged');
  return damage.join('\n');
};

function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}

describe('a look at a store', () => {
  it('finds a whole one, and where its log ends', async () => {
    const store = made();
    const { end } = store;
    expect(await lookAtStore(store.data)).toEqual({
      state: 'whole',
      end,
      exact: true,
      known: end,
      damage: [],
    });
  });

  it('says how far a damaged one went only where its end is there', async () => {
    const begun = made();
    rmSync(log(begun, 0));
    expect(await lookAtStore(begun.data)).toMatchObject({ end: begun.end, exact: true });
    const cut = made();
    rmSync(log(cut, cut.positions.length - 1));
    expect(await lookAtStore(cut.data)).toMatchObject({
      state: 'damaged',
      exact: false,
    });
  });

  it('finds nothing wrong with one that was never written to, or is not there', async () => {
    expect((await lookAtStore(temporaryDirectory())).state).toBe('empty');
    expect((await lookAtStore(makeStore(temporaryDirectory(), [[]]).data)).state).toBe('empty');
  });

  it('takes what a crash left unfinished for the end, as recovery does', async () => {
    const store = makeStore(temporaryDirectory(), [['a', 'b']]);
    overwrite(log(store, 0), store.end, unit(store.end, 'unfinished').subarray(0, 15));
    expect(await lookAtStore(store.data)).toMatchObject({ state: 'whole', end: store.end });
  });

  it('misses a file by the list, and tells it from one that the store has deleted', async () => {
    const store = made();
    rmSync(log(store, 1));
    expect(await damageOf(store)).toBe(`${hex(store.positions[1] ?? 0)}.log is missing`);
    const list = join(store.data, 'storedb', 'mqha-logs.txt');
    const line = new RegExp(`^log ${hex(store.positions[1] ?? 0)}.*\n`, 'm');
    writeFileSync(list, readFileSync(list, 'utf8').replace(line, ''));
    expect((await lookAtStore(store.data)).state).toBe('whole');
  });

  it('misses a file without a list where the store deletes none: behind its index snapshot', async () => {
    const store = made({ list: false, index: false });
    rmSync(log(store, 1));
    expect(await damageOf(store)).toContain('and the next file is');
  });

  it('finds a file that is shorter than it was, or empty', async () => {
    const store = made();
    truncateSync(log(store, 0), 10);
    expect(await damageOf(store)).toContain('has 10 bytes instead of');
    truncateSync(log(store, 0), 0);
    expect(await damageOf(store)).toContain('is empty');
  });

  it('finds a store whose log is gone although the rest is there', async () => {
    const store = made();
    for (const [number] of store.positions.entries()) rmSync(log(store, number));
    expect(await damageOf(store)).toContain('its log is not');
    expect((await lookAtStore(store.data)).end).toBe(store.end);
  });

  it('finds a changed byte before units that are whole, and one record of many', async () => {
    const store = makeStore(temporaryDirectory(), [['a', 'b', 'c', 'd'.repeat(200_000)]]);
    overwrite(log(store, 0), unit(0, 'a').length + 10, Buffer.from('x'));
    expect(await damageOf(store)).toContain(`damaged behind offset ${unit(0, 'a').length}`);
    expect((await lookAtStore(store.data)).end).toBe(store.end);
  });

  it('finds a log that ends before its index snapshot', async () => {
    const store = makeStore(temporaryDirectory(), [['a', 'b']]);
    truncateSync(log(store, 0), unit(0, 'a').length);
    expect(await damageOf(store)).toContain('before the index snapshot');
  });

  it('finds an index snapshot without its files', async () => {
    const store = made();
    rmSync(join(store.data, 'storedb', `${hex(store.end)}.index`, 'CURRENT'));
    expect(await damageOf(store)).toContain('no file CURRENT');
  });

  it('finds what cannot be read, and follows links', async () => {
    const store = made();
    const moved = join(temporaryDirectory(), 'moved.log');
    renameSync(log(store, 0), moved);
    symlinkSync(moved, log(store, 0));
    expect((await lookAtStore(store.data)).state).toBe('whole');
    rmSync(moved);
    expect(await damageOf(store)).toContain('cannot be read');
    rmSync(log(store, 0));
    mkdirSync(log(store, 0));
    expect(await damageOf(store)).toContain('it is no file');
  });

  it.skipIf(process.getuid?.() === 0)('finds a file without permission', async () => {
    const store = made();
    chmodSync(log(store, 1), 0);
    expect(await damageOf(store)).toContain('cannot be read');
  });

  it('takes no notice of a stash, and of files that are not of the log', async () => {
    const store = made();
    mkdirSync(join(store.data, 'storedb', 'stash'));
    writeFileSync(join(store.data, 'storedb', 'stash', `${hex(7)}.log`), '');
    writeFileSync(join(store.data, 'storedb', 'notes.log'), '');
    expect((await lookAtStore(store.data)).state).toBe('whole');
  });
});

describe('what is set aside', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second));

  it('is the whole store, with its reason and the record of the broker', async () => {
    const store = made();
    const record = join(store.data, 'end.json');
    writeFileSync(record, '{}');
    const kept = await setStoreAside(store.data, at(5), 'damaged: a file is missing', record);
    expect(existsSync(join(store.data, 'storedb'))).toBe(false);
    expect(existsSync(record)).toBe(false);
    expect(readdirSync(kept).sort()).toEqual(['end.json', 'store', 'why.txt']);
    expect(await keptStores(store.data)).toMatchObject([
      { path: kept, why: 'damaged: a file is missing' },
    ]);
    // The way back: it takes the place of the store again.
    renameSync(join(kept, 'store'), join(store.data, 'storedb'));
    expect(await lookAtStore(store.data)).toMatchObject({ state: 'whole', end: store.end });
  });

  it('is kept within limits of number and size, and the newest always', async () => {
    const data = temporaryDirectory();
    for (let second = 1; second <= 5; second++) {
      makeStore(data, [['a']]);
      await setStoreAside(data, at(second), String(second), join(data, 'none'));
    }
    expect(await limitKept(data, 1e9)).toHaveLength(2);
    expect((await keptStores(data)).map(({ why }) => why)).toEqual(['5', '4', '3']);
    await limitKept(data, 1);
    expect((await keptStores(data)).map(({ why }) => why)).toEqual(['5']);
    expect(await keptStores(temporaryDirectory())).toEqual([]);
  });
});

describe('a store that cannot be read', () => {
  it.each<[string, (store: string) => void, string]>([
    [
      'a file',
      (store) => {
        writeFileSync(store, '');
      },
      'ENOTDIR',
    ],
    [
      'a link to itself',
      (store) => {
        symlinkSync(store, store);
      },
      'ELOOP',
    ],
  ])('is not called damaged where %s stands in its place', async (_, put, names) => {
    const data = temporaryDirectory();
    const store = join(data, 'storedb');
    put(store);
    const look = lookAtStore(data);
    await expect(look).rejects.toMatchObject({
      code: 'no-directory',
      message: expect.stringMatching(`^${store} .*${names}`) as string,
    });
  });

  it.each([
    ['the data directory', (data: string) => data],
    ['the store', (data: string) => join(data, 'storedb')],
    ['a log file', (data: string) => join(data, 'storedb', `${hex(0)}.log`)],
  ])('is not called damaged where another user owns %s', async (_, pathOf) => {
    const store = made();
    handOver(store.data);
    chmodSync(pathOf(store.data), 0o000);
    await expect(unprivileged(() => lookAtStore(store.data))).rejects.toMatchObject({
      code: 'no-permission',
      message: expect.stringContaining(join(store.data, 'storedb')) as string,
      hint: expect.stringContaining('chown') as string,
    });
    chmodSync(pathOf(store.data), 0o700);
    expect(await lookAtStore(store.data)).toMatchObject({ state: 'whole', end: store.end });
  });

  it('is told what it holds as soon as it can be read: a snapshot that is no directory is damage', async () => {
    const store = made();
    const [name = ''] = readdirSync(join(store.data, 'storedb')).filter((file) =>
      file.endsWith('.index'),
    );
    rmSync(join(store.data, 'storedb', name), { recursive: true, force: true });
    const index = name === '' ? `${hex(store.positions[1] ?? 0)}.index` : name;
    writeFileSync(join(store.data, 'storedb', index), '');
    expect(await damageOf(store)).toContain('cannot be read');
  });
});
