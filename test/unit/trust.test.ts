import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache, prepareCache } from '../../src/distribution/cache.js';
import { withAbsoluteCache } from '../../src/distribution/cache-root.js';
import { distrusted } from '../../src/lib/trust.js';
import { thisHost } from '../../src/state/cluster.js';
import { temporaryDirectory } from '../support/temp.js';
import { errorOf, fakeJava, made, mqha, snapshot } from './rig.js';
import { handOver, isRoot, NOBODY, unprivileged } from './unprivileged.js';

/** A group that is nobody's own. */
const GROUP = 12_345;
const STRANGER = 12_346;

interface Case {
  readonly what: string;
  /** Spoils a directory. @returns what the error is to name, and what its hint */
  readonly spoil: (directory: string) => { path: string; says: string | RegExp; cure: string };
  /** Whether it takes root to try it. */
  readonly root?: true;
}

/** Each of the ways in which a cache or a cluster directory is in the hands of others. */
const REFUSED: Case[] = [
  {
    what: 'that everybody can write',
    spoil: (path) => {
      chmodSync(path, 0o777);
      return { path, says: 'every user of this machine can write', cure: 'chmod go-w' };
    },
  },
  {
    what: 'that everybody can write, with the sticky bit',
    spoil: (path) => {
      chmodSync(path, 0o1777);
      return { path, says: 'every user of this machine can write', cure: 'chmod go-w' };
    },
  },
  {
    what: 'below one that everybody can write',
    spoil: (directory) => {
      const path = dirname(directory);
      chmodSync(path, 0o777);
      return { path, says: 'every user of this machine can write', cure: 'chmod go-w' };
    },
  },
  {
    what: 'that a group can write',
    root: true,
    spoil: (path) => {
      chownSync(path, 0, GROUP);
      chmodSync(path, 0o775);
      return { path, says: `the group ${GROUP} can write`, cure: 'chmod g-w' };
    },
  },
  {
    what: 'below one that a group can write',
    root: true,
    spoil: (directory) => {
      const path = dirname(directory);
      chownSync(path, 0, GROUP);
      chmodSync(path, 0o775);
      return { path, says: `the group ${GROUP} can write`, cure: 'chmod g-w' };
    },
  },
  {
    what: 'below one of somebody else',
    root: true,
    spoil: (directory) => {
      const path = dirname(directory);
      chownSync(path, STRANGER, STRANGER);
      return { path, says: `belongs to user ${STRANGER}`, cure: 'chown 0' };
    },
  },
];

const cases = REFUSED.filter(({ root }) => root !== true || isRoot);

function refused(
  run: Awaited<ReturnType<typeof mqha>>,
  code: string,
  spoilt: ReturnType<Case['spoil']>,
) {
  expect(run).toMatchObject({ status: 1, stdout: '' });
  const error = errorOf(run);
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(spoilt.path);
  expect(error.message).toMatch(spoilt.says);
  expect(error.hint).toContain(`${spoilt.cure} ${spoilt.path}`);
  return error;
}

describe('a cache', () => {
  it.each(cases)('$what is refused, and nothing in it used', async ({ spoil }) => {
    const cache = join(temporaryDirectory(), 'cache');
    mkdirSync(cache);
    const spoilt = spoil(cache);
    const env = { MQHA_CACHE: cache, JAVA_HOME: fakeJava('17.0.1') };
    const directory = await made({ nodes: 1 });
    for (const words of [['install'], ['status'], ['events'], ['init', join(directory, 'd')]]) {
      const run = await mqha(['-C', directory, ...words, '--json'], { env });
      expect(refused(run, 'untrusted-cache', spoilt).hint).toContain('MQHA_CACHE');
    }
    expect(() => openCache(env)).toThrow('is not used');
    expect(readdirSync(cache)).toEqual([]);
    expect(existsSync(join(directory, 'd'))).toBe(false);
  });

  it.each(['artifacts', 'distributions', 'tmp', 'code'])(
    'whose %s everybody can write is refused',
    async (place) => {
      const cache = temporaryDirectory();
      mkdirSync(join(cache, place));
      chmodSync(join(cache, place), 0o777);
      const run = await mqha(['install', '--json'], { env: { MQHA_CACHE: cache } });
      expect(errorOf(run)).toMatchObject({ code: 'untrusted-cache' });
      expect(errorOf(run).message).toContain(join(cache, place));
    },
  );

  it.runIf(isRoot)('of somebody else is refused, also to root', async () => {
    const cache = temporaryDirectory();
    chownSync(cache, NOBODY, NOBODY);
    const root = await mqha(['install', '--json'], { env: { MQHA_CACHE: cache } });
    expect(errorOf(root).message).toContain(`${cache} belongs to user ${NOBODY}`);
    chownSync(cache, STRANGER, STRANGER);
    chmodSync(cache, 0o755);
    const one = await unprivileged(() => Promise.resolve(distrusted([join(cache, 'code')])?.why));
    expect(one).toBe('owner');
  });

  it.runIf(isRoot)('of root, and one that its owner’s own group can write, is taken', async () => {
    const cache = temporaryDirectory();
    chmodSync(cache, 0o755);
    await unprivileged(() => {
      expect(distrusted([cache])).toBeUndefined();
      return Promise.resolve();
    });
    chownSync(cache, NOBODY, NOBODY);
    chmodSync(cache, 0o770);
    await unprivileged(() => {
      expect(distrusted([cache])).toBeUndefined();
      return Promise.resolve();
    });
  });

  it('that is made is for its owner alone; what is absent is judged by what is above it', async () => {
    const above = temporaryDirectory();
    const cache = openCache({ MQHA_CACHE: join(above, 'a', 'cache') });
    await prepareCache(cache);
    expect(statSync(cache.root).mode & 0o777).toBe(0o700);
    chmodSync(above, 0o777);
    expect(() => openCache({ MQHA_CACHE: join(above, 'b', 'cache') })).toThrow(above);
    expect(() => openCache({ XDG_CACHE_HOME: join(above, 'b') })).toThrow(above);
    // As /tmp is: what is there is its owner's, who has made it.
    chmodSync(above, 0o1777);
    expect(() => openCache({ MQHA_CACHE: join(above, 'b', 'cache') })).not.toThrow();
  });

  it('means the same from every working directory', () => {
    expect(withAbsoluteCache({ MQHA_CACHE: 'a/b' }, '/c')).toEqual({ MQHA_CACHE: '/c/a/b' });
    expect(withAbsoluteCache({ MQHA_CACHE: '/a' }, '/c')).toEqual({ MQHA_CACHE: '/a' });
    expect(withAbsoluteCache({})).toEqual({});
    expect(thisHost({ env: { MQHA_CACHE: 'a' } }).env).toEqual({
      MQHA_CACHE: join(process.cwd(), 'a'),
    });
  });
});

describe('a link', () => {
  it('leads to what counts', () => {
    const directory = temporaryDirectory();
    const open = join(directory, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    symlinkSync('open', join(directory, 'one'));
    symlinkSync(join(directory, 'one'), join(directory, 'two'));
    expect(distrusted([join(directory, 'two')])).toMatchObject({ path: open, why: 'others' });
    mkdirSync(join(open, 'inner'));
    symlinkSync('open/../open/inner', join(directory, 'three'));
    expect(distrusted([join(directory, 'three')])).toMatchObject({ path: open });
  });

  it('that everybody can put elsewhere is refused, though it leads to what is ours', () => {
    const directory = temporaryDirectory();
    const ours = join(directory, 'ours');
    const open = join(directory, 'open');
    mkdirSync(ours);
    mkdirSync(open);
    symlinkSync(ours, join(open, 'link'));
    chmodSync(open, 0o777);
    expect(distrusted([join(open, 'link')])).toMatchObject({ path: open, why: 'others' });
    chmodSync(open, 0o1777);
    expect(distrusted([join(open, 'link')])).toBeUndefined();
    if (!isRoot) return;
    lchownSync(join(open, 'link'), STRANGER, STRANGER);
    expect(distrusted([join(open, 'link')])).toMatchObject({ path: join(open, 'link') });
  });

  it('that goes in a circle, or leads nowhere, is no fault of trust', () => {
    const directory = temporaryDirectory();
    symlinkSync('circle', join(directory, 'circle'));
    symlinkSync('nowhere', join(directory, 'dangling'));
    expect(distrusted(['circle', 'dangling'].map((name) => join(directory, name)))).toBeUndefined();
  });
});

describe('a cluster directory', () => {
  it.each(cases)('$what is refused, and nothing in it used', async ({ spoil }) => {
    const directory = await made({ nodes: 1 });
    const spoilt = spoil(directory);
    const before = snapshot(directory);
    for (const command of ['status', 'render', 'env', 'up', 'down', 'events', 'logs']) {
      const run = await mqha(['-C', directory, command, '--json']);
      refused(run, 'untrusted-directory', spoilt);
    }
    expect(snapshot(directory)).toEqual(before);
  });

  it.each([
    ['.mqha', 0o777],
    ['mqha.yaml', 0o666],
  ])('whose %s everybody can write is refused', async (name, mode) => {
    const directory = await made({ nodes: 1 });
    chmodSync(join(directory, name), mode);
    const error = errorOf(await mqha(['-C', directory, 'status', '--json']));
    expect(error).toMatchObject({ code: 'untrusted-directory' });
    expect(error.hint).toContain(`chmod go-w ${join(directory, name)}`);
    chmodSync(join(directory, name), mode & 0o755);
    expect((await mqha(['-C', directory, 'status', '--json'])).status).toBe(0);
  });

  it('is not found in /tmp, or wherever everybody may put an mqha.yaml', async () => {
    const above = temporaryDirectory();
    chmodSync(above, 0o1777);
    writeFileSync(join(above, 'mqha.yaml'), 'name: theirs\n');
    mkdirSync(join(above, 'below'));
    const run = await mqha(['status', '--json'], { cwd: join(above, 'below') });
    expect(errorOf(run)).toMatchObject({ code: 'untrusted-directory' });
  });

  it('that others can write is not made a cluster', async () => {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o777);
    const run = await mqha(['init', directory, '--json']);
    expect(errorOf(run)).toMatchObject({ code: 'untrusted-directory' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is made so that no group can write it, whatever the umask is', async () => {
    const umask = process.umask(0);
    try {
      const directory = await made({ nodes: 1 });
      expect(statSync(directory).mode & 0o777).toBe(0o755);
      expect(statSync(join(directory, '.mqha')).mode & 0o777).toBe(0o700);
      expect((await mqha(['-C', directory, 'status', '--json'])).status).toBe(0);
    } finally {
      process.umask(umask);
    }
  });

  it.runIf(isRoot)(
    'of somebody else is for its owner and for root, as a mounted volume',
    async () => {
      const directory = await made({ nodes: 1 });
      handOver(directory);
      expect((await mqha(['-C', directory, 'status', '--json'])).status).toBe(0);
      for (const path of [directory, dirname(directory)]) chownSync(path, STRANGER, STRANGER);
      const run = await unprivileged(() => mqha(['-C', directory, 'status', '--json']));
      expect(errorOf(run)).toMatchObject({ code: 'untrusted-directory' });
      // What lies in it is that one's as well, or root's.
      const root = await mqha(['-C', directory, 'status', '--json']);
      expect(errorOf(root)).toMatchObject({ code: 'untrusted-directory' });
    },
  );

  it.runIf(isRoot)('of root is for whom it is, by their own group, as in a container', async () => {
    const directory = temporaryDirectory();
    chownSync(directory, 0, NOBODY);
    chmodSync(directory, 0o2775);
    await unprivileged(() => {
      expect(distrusted([directory])).toBeUndefined();
      return Promise.resolve();
    });
  });
});

it('costs no more than a few looks at directories', () => {
  const began = performance.now();
  for (let n = 0; n < 1000; n++) distrusted([process.cwd(), join(process.cwd(), 'code')]);
  expect((performance.now() - began) / 1000).toBeLessThan(10);
});
