import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recoverStash } from '../../src/broker/store.js';
import { temporaryDirectory } from '../support/temp.js';

const LOG = '0000000000000000.log';
const INDEX = '0000000000000010.index';
const NOW = new Date('2026-01-02T03:04:05Z');

function store(files: Readonly<Record<string, string>>): string {
  const data = temporaryDirectory();
  for (const [path, content] of Object.entries({ 'nodeid.txt': 'id', ...files })) {
    const file = join(data, 'storedb', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }
  return data;
}

const read = (data: string, ...path: string[]) => readFileSync(join(data, ...path), 'utf8');

describe('a store found at a start', () => {
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

  it('gets it back also when the recovery itself was cut short', async () => {
    const data = store({ [`stash/${LOG}`]: 'good' });
    mkdirSync(join(data, 'stash-kept', 'earlier', 'download'), { recursive: true });
    expect((await recoverStash(data, NOW)).action).toBe('restored');
    expect(read(data, 'storedb', LOG)).toBe('good');
    expect(await recoverStash(data, NOW)).toEqual({ action: 'none' });
  });
});
