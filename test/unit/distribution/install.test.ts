import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { missingPatches } from '../../../src/distribution/patches.js';
import { cachedDistribution } from '../../../src/distribution/install.js';
import {
  failureOf,
  GUARDED,
  makeRig,
  missing,
  script,
  snapshot,
  systemError,
  type Rig,
} from './rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
});

describe('a first installation', () => {
  it('fetches, verifies, unpacks and guards, and tells so', async () => {
    const distribution = await rig.install();

    expect(distribution.version).toBe('5.16.7');
    expect(distribution.guard).toEqual({
      guarded: true,
      applied: ['queue-places', 'tls-names'],
      missing: [],
    });
    expect(await readFile(join(distribution.home, 'LICENSE'), 'utf8')).toBe('a licence');
    expect(new Set(rig.types())).toEqual(
      new Set([
        'install-started',
        'fetching',
        'resolving',
        'verified',
        'unpacking',
        'guarded',
        'install-done',
      ]),
    );
    const resolving = rig.events.filter((event) => event.type === 'resolving');
    expect(resolving.at(-1)).toEqual({
      type: 'resolving',
      file: 'zookeeper-3.9.5.jar',
      done: 4,
      total: 4,
    });
    expect(JSON.stringify(rig.events)).not.toContain('repo.test');
    expect(rig.events.at(-1)).toMatchObject({ type: 'install-done', cached: false });
    expect(await rig.leftovers()).toEqual([]);
  });

  it('keeps the distribution pristine', async () => {
    const { home } = await rig.install();
    const relative = (files: Record<string, string>, root: string) =>
      Object.entries(files).map(([path, content]) => [path.slice(root.length), content]);
    const original = join(rig.directory, 'apache-activemq-5.16.7');
    expect(relative(await snapshot(home), home).sort()).toEqual(
      relative(await snapshot(original), original).sort(),
    );
  });

  it('asks mvn for nothing but the pinned files, once', async () => {
    await rig.workingMvn(`cp "$pom" '${rig.directory}/seen.xml'`);
    await rig.install();
    const pom = await readFile(join(rig.directory, 'seen.xml'), 'utf8');
    expect(pom.match(/<artifactItem>/g)).toHaveLength(4);
    expect(pom.replace(/\s+/g, '')).toContain(
      '<artifactId>apache-activemq</artifactId><version>5.16.7</version><type>tar.gz</type><classifier>bin</classifier>',
    );
    expect(pom).not.toContain('{{');
    expect(await rig.mvnRuns()).toBe(1);
  });

  it('names the patches that are missing and what that means, then and later', async () => {
    const lacks = [missing('queue-places'), missing('tls-names', { risk: 'speed' })];
    const answer = { guarded: false, version: '5.16.7', applied: ['one-copy'], missing: lacks };
    await rig.fakeJava(JSON.stringify(answer));
    const distribution = await rig.install();
    expect(distribution.guard).toEqual({
      guarded: false,
      reason: 'patches are missing: queue-places, tls-names',
      applied: ['one-copy'],
      missing: lacks,
    });
    expect(distribution.classPath().some((path) => path.endsWith('guard.jar'))).toBe(true);
    rig.events.length = 0;
    await rig.install();
    expect(rig.events.slice(0, 2)).toEqual([
      {
        type: 'warning',
        code: 'patch-missing',
        message:
          'brokers run without the patch queue-places against lost messages: queue-places is not cured',
        hint: expect.stringContaining('org/apache/X has the SHA-256 01 instead of 00') as string,
      },
      {
        type: 'warning',
        code: 'patch-missing',
        message: 'brokers run without the patch tls-names: tls-names is not cured',
        hint: expect.any(String) as string,
      },
    ]);
  });

  it('has no jar of patches where none applies', async () => {
    const answer = { guarded: false, applied: [], missing: [missing('queue-places')] };
    await rig.fakeJava(JSON.stringify(answer), false);
    const distribution = await rig.install();
    expect(distribution.classPath().some((path) => path.endsWith('guard.jar'))).toBe(false);
  });

  it('fails when the guard fails, quoting it', async () => {
    await script(rig.java, 'echo "Error: no main class"; exit 1');
    const error = await failureOf(rig.install());
    expect(error.code).toBe('guard-failed');
    expect(error.message).toContain('Error: no main class');
    expect(await cachedDistribution(rig.options())).toBeUndefined();
  });

  it('does not believe a guard that wrote no jar', async () => {
    await rig.fakeJava(GUARDED, false);
    expect((await failureOf(rig.install())).code).toBe('guard-failed');
  });

  it('gives another jar of ours another directory', async () => {
    const first = await rig.install();
    await writeFile(rig.javaJar, 'our newer Java');
    const second = await rig.install();
    expect(second.root).not.toBe(first.root);
    expect(existsSync(first.home)).toBe(true);
    expect(await rig.mvnRuns()).toBe(1);
  });
});

describe('patches that are switched off', () => {
  const off = (names: string) => ({ env: { ...rig.env, MQHA_PATCHES_OFF: names } });
  const asked = async () =>
    (await readFile(join(rig.directory, 'java.log'), 'utf8')).trim().split('\n');

  it('make another distribution, beside that with all of them', async () => {
    const all = await rig.install();
    const lacks = [missing('queue-places', { reason: 'off', classes: [] })];
    await rig.fakeJava(JSON.stringify({ guarded: false, applied: ['tls-names'], missing: lacks }));
    const less = await rig.install(off(' queue-places,, queue-places '));
    expect((await asked()).at(-1)).toContain(' --off queue-places ');
    expect(less.root).not.toBe(all.root);
    expect(less.guard.missing).toEqual(lacks);
    expect(rig.events.find((event) => event.type === 'warning')).toMatchObject({
      code: 'patch-off',
      message:
        'brokers run without the patch queue-places against lost messages, left out by MQHA_PATCHES_OFF: queue-places is not cured',
    });
    expect((await rig.install(off('queue-places'))).root).toBe(less.root);
    expect((await cachedDistribution(rig.options(off('queue-places'))))?.root).toBe(less.root);
    expect((await rig.install()).root).toBe(all.root);
  });

  it('are refused by a name that no patch has, before anything is fetched', async () => {
    const error = await failureOf(rig.install(off('queue-places,quue-places')));
    expect(error).toMatchObject({
      code: 'unknown-patch',
      exitCode: 2,
      message: 'there is no patch quue-places',
    });
    expect(error.hint).toContain('queue-places, tls-names');
    expect(await rig.mvnRuns()).toBe(0);
    expect(existsSync(rig.cache)).toBe(false);
  });
});

describe('a manifest of an earlier mqha', () => {
  it.each([
    [{ guarded: true }, []],
    [{ guarded: false, reason: 'another class' }, ['patch-missing']],
  ])('%j is read', async (guard, warnings) => {
    const { root } = await rig.install();
    const path = join(root, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, guard }));
    rig.events.length = 0;
    const again = await rig.install();
    expect(again.guard).toEqual(guard);
    expect(rig.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))).toEqual(
      warnings,
    );
    expect(await missingPatches([`-Dactivemq.home=${again.home}`])).toEqual([]);
  });
});

describe('a second run', () => {
  it('uses the cache without mvn, and touches nothing', async () => {
    const first = await rig.install();
    const before = await stat(first.root);
    await rm(join(rig.bin, 'mvn'));
    rig.events.length = 0;
    const second = await rig.install();
    expect(second.root).toBe(first.root);
    expect(second.classPath()).toEqual(first.classPath());
    expect((await stat(first.root)).ino).toBe(before.ino);
    expect(rig.events).toMatchObject([{ type: 'install-done', cached: true }]);
  });

  it('verifies everything with full, and still needs no mvn', async () => {
    const first = await rig.install();
    await rm(join(rig.bin, 'mvn'));
    expect((await rig.install({ verify: 'full' })).root).toBe(first.root);
  });

  it('is what cachedDistribution sees', async () => {
    expect(await cachedDistribution(rig.options())).toBeUndefined();
    expect(existsSync(rig.cache)).toBe(false);
    const { root } = await rig.install();
    expect((await cachedDistribution(rig.options()))?.root).toBe(root);
  });
});

describe('a broken cache mends itself', () => {
  const store = 'apache-activemq-5.16.7/lib/optional/activemq-leveldb-store-5.16.7.jar';
  const damages: [string, (root: string) => Promise<void>][] = [
    ['a deleted file', (root) => rm(join(root, store))],
    ['a truncated file', (root) => truncate(join(root, store), 3)],
    ['a missing manifest', (root) => rm(join(root, 'manifest.json'))],
    ['a half-written manifest', (root) => truncate(join(root, 'manifest.json'), 40)],
    ['a missing library', (root) => rm(join(root, 'lib/zookeeper-3.9.5.jar'))],
    ['a missing guard', (root) => rm(join(root, 'guard'), { recursive: true })],
    [
      'a file in the place of the directory',
      async (root) => {
        await rm(root, { recursive: true });
        await writeFile(root, 'a file');
      },
    ],
  ];
  it.each(damages)('%s', async (_what, damage) => {
    const { root } = await rig.install();
    const whole = await snapshot(root);
    await damage(root);
    rig.events.length = 0;

    await rig.install();

    expect(await snapshot(root)).toEqual(whole);
    expect(rig.types()).toContain('mending');
    expect(await rig.mvnRuns()).toBe(1);
    expect(await rig.leftovers()).toEqual([]);
  });

  it('a changed file of the same size, with full', async () => {
    const { root } = await rig.install();
    const path = join(root, store);
    const content = await readFile(path, 'utf8');
    await writeFile(path, content.toUpperCase());
    expect((await rig.install()).root).toBe(root);
    expect(await readFile(path, 'utf8')).toBe(content.toUpperCase());
    await rig.install({ verify: 'full' });
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('a truncated artifact is fetched again, and only that', async () => {
    await rig.install();
    await truncate(rig.artifact('zookeeper-3.9.5.jar'), 5);
    rig.events.length = 0;
    await rig.workingMvn(`cp "$pom" '${rig.directory}/seen.xml'`);
    await rig.install({ verify: 'full' });
    expect(rig.events.find((event) => event.type === 'mending')).toMatchObject({
      what: 'zookeeper-3.9.5.jar',
      reason: 'is truncated: 5 of 27 bytes',
    });
    const pom = await readFile(join(rig.directory, 'seen.xml'), 'utf8');
    expect(pom.match(/<artifactItem>/g)).toHaveLength(1);
    expect((await stat(rig.artifact('zookeeper-3.9.5.jar'))).size).toBe(27);
  });

  it('sweeps what dead processes left a day ago, and nothing else', async () => {
    const tmp = join(rig.cache, 'tmp');
    // Process ids end well below this number everywhere.
    const dead = 'build-999999999-abc';
    const alive = `build-${process.pid}-abc`;
    const fresh = 'maven-999999999-def';
    for (const name of [dead, alive, fresh]) await mkdir(join(tmp, name), { recursive: true });
    const old = new Date(Date.now() - 25 * 3600_000);
    for (const name of [dead, alive]) await utimes(join(tmp, name), old, old);
    await rig.install();
    expect((await rig.leftovers()).sort()).toEqual([alive, fresh].sort());
  });
});

describe('two installations at once', () => {
  it('both succeed, with one distribution', async () => {
    const [one, two] = await Promise.all([rig.install(), rig.install()]);
    expect(one.root).toBe(two.root);
    expect((await cachedDistribution(rig.options()))?.root).toBe(one.root);
    expect(await rig.leftovers()).toEqual([]);
  });

  it('both succeed when both mend the same breakage', async () => {
    const { root } = await rig.install();
    await rm(join(root, 'manifest.json'));
    await Promise.all([rig.install(), rig.install(), rig.install({ verify: 'full' })]);
    expect((await cachedDistribution(rig.options()))?.root).toBe(root);
  });

  it('the slower one uses what the faster one made', async () => {
    // The first is held inside mvn until the second has finished.
    const gate = join(rig.directory, 'gate');
    await rig.workingMvn(
      `if [ ! -e '${gate}.first' ]; then : > '${gate}.first'; while [ ! -e '${gate}' ]; do sleep 0.05; done; fi`,
    );
    const slow = rig.install();
    while (!existsSync(`${gate}.first`)) await new Promise((resolve) => setTimeout(resolve, 20));
    const fast = await rig.install();
    const { ino } = await stat(fast.root);
    await writeFile(gate, '');
    expect((await slow).root).toBe(fast.root);
    expect((await stat(fast.root)).ino).toBe(ino);
  });
});

describe('when the disk does not take it', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EACCES', 'no-permission'],
    ['EROFS', 'no-permission'],
  ])('%s while writing is %s, naming the cache', async (system, code) => {
    const error = await failureOf(
      rig.install({ io: { copyFile: () => Promise.reject(systemError(system)) } }),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain(rig.cache);
    expect(error.hint).toContain('MQHA_CACHE');
    expect(await rig.leftovers()).toEqual([]);
    await rig.install();
  });

  it('a full disk at the manifest leaves no distribution behind', async () => {
    const error = await failureOf(
      rig.install({
        io: {
          writeFile: (path, text) =>
            path.endsWith('manifest.json')
              ? Promise.reject(systemError('ENOSPC'))
              : writeFile(path, text),
        },
      }),
    );
    expect(error.code).toBe('disk-full');
    expect(await cachedDistribution(rig.options())).toBeUndefined();
  });

  it('a cache below a regular file is no-directory', async () => {
    const file = join(rig.directory, 'a-file');
    await writeFile(file, '');
    const error = await failureOf(
      rig.install({ env: { ...rig.env, MQHA_CACHE: join(file, 'cache') } }),
    );
    expect(error.code).toBe('no-directory');
    expect(error.message).toContain(join(file, 'cache'));
  });

  it.skipIf(!existsSync('/proc/self'))(
    'a cache where nothing can be made is no-directory, at once',
    async () => {
      const env = { ...rig.env, MQHA_CACHE: '/proc/mqha/cache' };
      const error = await failureOf(rig.install({ env }));
      expect(error.code).toBe('no-directory');
      expect(error.message).toContain('/proc/mqha/cache cannot be made');
      expect(error.hint).toContain('MQHA_CACHE');
    },
  );

  it('a refused cache directory is no-permission', async () => {
    const error = await failureOf(
      rig.install({ io: { mkdir: () => Promise.reject(systemError('EACCES')) } }),
    );
    expect(error.code).toBe('no-permission');
  });
});
