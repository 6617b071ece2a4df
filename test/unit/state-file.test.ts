import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { MqhaError } from '../../src/lib/errors.js';
import { packageRoot } from '../../src/lib/package.js';
import { defineStateFile, type Damage } from '../../src/lib/state-file.js';
import { temporaryDirectory } from '../support/temp.js';
import { handOver, unprivileged } from './unprivileged.js';

const REFUSE: Damage = {
  policy: 'refuse',
  error: (path, why, cause) =>
    new MqhaError('state-damaged', `${path}: ${why}`, { hint: 'Remove it.', cause }),
};

function setUp(damage: Damage = REFUSE) {
  const state = join(temporaryDirectory(), '.mqha');
  const definition = defineStateFile({
    name: 'thing.json',
    schema: z.looseObject({ name: z.string(), inner: z.looseObject({ count: z.int() }) }),
    damage,
    secret: true,
  });
  const file = definition.in(state);
  const put = (text: string) => {
    mkdirSync(state, { recursive: true });
    writeFileSync(file.path, text);
  };
  return { state, file, put };
}

const VALUE = { name: 'a', inner: { count: 1 } };

/** What is wrong, by what stands in the file. */
const DAMAGED: [text: string, why: string][] = [
  ['', 'it is not JSON'],
  ['{"name": "a", "inn', 'it is not JSON'],
  ['[]', 'it is not what was written there'],
  ['{"name": "a"}', 'inner is not what was written there'],
  ['{"name": "secret", "inner": {"count": "1"}}', 'inner.count is not what was written there'],
];

describe('a file of .mqha', () => {
  it('is absent, then what was written, for its owner only', async () => {
    const { state, file } = setUp();
    expect(await file.read()).toEqual({ state: 'absent' });
    expect(await file.load()).toBeUndefined();
    await file.write(VALUE);
    expect(await file.read()).toEqual({ state: 'read', value: VALUE });
    expect(await file.load()).toEqual(VALUE);
    expect([statSync(file.path).mode & 0o777, statSync(state).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(readdirSync(state)).toEqual(['thing.json']); // Nothing half written beside it.
  });

  it.each(DAMAGED)('says what is wrong with %j, and not what stands there', async (text, why) => {
    const { file, put } = setUp();
    put(text);
    expect(await file.read()).toEqual({ state: 'damaged', why });
    await expect(file.load()).rejects.toMatchObject({
      code: 'state-damaged',
      message: `${file.path}: ${why}`,
    });
    expect(readFileSync(file.path, 'utf8')).toBe(text);
    await file.write(VALUE);
    expect(await file.load()).toEqual(VALUE);
  });

  it.each(['rebuild', 'ignore'] as const)('counts as absent by the policy %s', async (policy) => {
    const { file, put } = setUp({ policy });
    for (const [text, why] of DAMAGED) {
      put(text);
      expect(await file.load()).toBeUndefined();
      expect(await file.read()).toEqual({ state: 'damaged', why });
    }
  });

  it('that a newer mqha has written is read, and what that has added stays', async () => {
    const { file, put } = setUp();
    put('{"name": "a", "added": [1], "inner": {"count": 1, "more": true}}');
    const read = await file.load();
    if (!read) throw new Error('it is absent');
    expect(read).toMatchObject(VALUE);
    await file.write({ ...read, name: 'b' });
    expect(JSON.parse(readFileSync(file.path, 'utf8'))).toEqual({
      name: 'b',
      added: [1],
      inner: { count: 1, more: true },
    });
  });

  it('that cannot be read is damaged, and no policy takes it for absent', async () => {
    for (const damage of [REFUSE, { policy: 'ignore' } as const]) {
      const { file } = setUp(damage);
      mkdirSync(file.path, { recursive: true });
      expect(await file.read()).toMatchObject({
        state: 'damaged',
        error: expect.any(MqhaError) as MqhaError,
      });
      await expect(file.load()).rejects.toMatchObject({ code: 'not-a-file' });
    }
  });

  it('whose write fails is as it was', async () => {
    const { state, file } = setUp();
    await file.write(VALUE);
    handOver(state);
    await unprivileged(async () => {
      chmodSync(state, 0o500);
      await expect(file.write({ ...VALUE, name: 'b' })).rejects.toMatchObject({
        code: 'no-permission',
      });
      chmodSync(state, 0o700);
      expect(await file.load()).toEqual(VALUE);
      expect(readdirSync(state)).toEqual(['thing.json']);
    });
  });

  it('brings back neither a cluster that was removed nor, where that is said, its directory', async () => {
    const { file, state } = setUp();
    await expect(file.write(VALUE, { makeDirectory: false })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(existsSync(state)).toBe(false);
    const gone = defineStateFile({
      name: 'supervisor/thing.json',
      schema: z.object({}),
      damage: { policy: 'ignore' },
    }).in(state);
    await expect(gone.write({})).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(state)).toBe(false);
  });
});

describe('docs/state.md', () => {
  it('lists every file of .mqha with its policy, and no other', () => {
    const root = join(packageRoot(), 'src');
    const defined = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...readFileSync(join(root, name), 'utf8').matchAll(
          /defineStateFile(?:<[^>]+>)?\(\{\n\s+name: '(.+)',[^]*?policy: '(\w+)'/g,
        ),
      ])
      .map(([, name = '', policy = '']) => `${name} ${policy}`);
    const text = readFileSync(join(packageRoot(), 'docs', 'state.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `(.+?)` \|.*\| \*\*(\w+)\*\*/gm)].map(
      ([, name = '', policy = '']) => `${name} ${policy}`,
    );
    expect(defined.length).toBeGreaterThan(5);
    expect(listed.sort()).toEqual(defined.sort());
  });
});
