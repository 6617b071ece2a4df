import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  classArchive,
  classDataOptions,
  makeClassArchive,
} from '../../../src/distribution/archive.js';
import type { JavaRuntime } from '../../../src/distribution/java.js';
import { temporaryDirectory } from '../../support/temp.js';
import { script } from './rig.js';

/** Writes what it was asked to dump, as `java -Xshare:dump` does, and then what it is told. */
const DUMPS = `
for word; do case $word in
  -XX:SharedClassListFile=*) list="\${word#*=}" ;;
  -XX:SharedArchiveFile=*) file="\${word#*=}" ;;
esac; done
{ echo "$CLASSPATH"; cat "$list"; } > "$file"`;

async function rig(java = DUMPS) {
  const directory = temporaryDirectory();
  const env = { PATH: process.env.PATH, MQHA_CACHE: join(directory, 'cache') };
  const runtime: JavaRuntime = {
    path: join(directory, 'java'),
    home: directory,
    version: '17.0.1',
    major: 17,
    vendor: 'test',
  };
  await script(runtime.path, java);
  const lists = [join(directory, 'one'), join(directory, 'two')] as const;
  await writeFile(lists[0], '# generated\nA id: 1\nB id: 2\n');
  await writeFile(lists[1], 'B id: 2\nC id: 3\nhalf a li');
  return { env, runtime, lists };
}

describe('an archive of class data', () => {
  it('holds each class that was recorded once, and no half line', async () => {
    const { env, runtime, lists } = await rig();
    const archive = await classArchive(env, 'broker', runtime, ['a.jar', 'b.jar']);
    expect(await makeClassArchive(archive, [...lists, '/nowhere'], env)).toBe(true);
    expect(await readFile(archive.file, 'utf8')).toBe('a.jar:b.jar\nA id: 1\nB id: 2\nC id: 3\n');
    expect(await readdir(join(env.MQHA_CACHE, 'tmp'))).toEqual([]);
  });

  it('is another one for another Java, class path or kind of process', async () => {
    const { env, runtime } = await rig();
    const of = async (...args: Parameters<typeof classArchive>) =>
      (await classArchive(...args)).file;
    const first = await of(env, 'broker', runtime, ['a.jar']);
    expect(await of(env, 'broker', { ...runtime }, ['a.jar'])).toBe(first);
    const others = [
      await of(env, 'zookeeper', runtime, ['a.jar']),
      await of(env, 'broker', runtime, ['a.jar', 'b.jar']),
      await of(env, 'broker', { ...runtime, version: '17.0.2' }, ['a.jar']),
      await of(env, 'broker', { ...runtime, path: '/other/java' }, ['a.jar']),
    ];
    await mkdir(join(runtime.home, 'lib'));
    await writeFile(join(runtime.home, 'lib', 'modules'), 'replaced in its place');
    others.push(await of(env, 'broker', runtime, ['a.jar']));
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });

  it.each([
    ['fails', 'exit 1'],
    ['fails after it has begun to write', `${DUMPS}\nexit 1`],
    ['writes nothing', 'exit 0'],
  ])('is not there where the JVM %s', async (_, java) => {
    const { env, runtime, lists } = await rig(java);
    const archive = await classArchive(env, 'broker', runtime, ['a.jar']);
    expect(await makeClassArchive(archive, lists, env)).toBe(false);
    expect(existsSync(archive.file)).toBe(false);
  });

  it('is not made of nothing, nor made again', async () => {
    const { env, runtime, lists } = await rig();
    const archive = await classArchive(env, 'broker', runtime, ['a.jar']);
    expect(await makeClassArchive(archive, ['/nowhere'], env)).toBe(false);
    await mkdir(dirname(archive.file), { recursive: true });
    await writeFile(archive.file, 'there');
    expect(await makeClassArchive(archive, lists, env)).toBe(true);
    expect(await readFile(archive.file, 'utf8')).toBe('there');
  });

  it('is mapped where it is there, and recorded for where it is not', async () => {
    const { env, runtime, lists } = await rig();
    const archive = await classArchive(env, 'broker', runtime, ['a.jar']);
    expect(classDataOptions(archive, 'tmp/classes')).toEqual([
      '-XX:DumpLoadedClassList=tmp/classes',
    ]);
    await makeClassArchive(archive, lists, env);
    expect(classDataOptions(archive, 'tmp/classes')).toContain(
      `-XX:SharedArchiveFile=${archive.file}`,
    );
  });

  it('is left alone where a person has options of that kind, or its path cannot be said', async () => {
    const { env, runtime } = await rig();
    const archive = await classArchive(env, 'broker', runtime, ['a.jar']);
    for (const option of ['-Xshare:off', '-XX:SharedArchiveFile=x', '-XX:AOTCache=y']) {
      expect(classDataOptions(archive, 'tmp/classes', ['-Xss1m', option])).toEqual([]);
    }
    expect(classDataOptions({ ...archive, file: '/a:b/c.jsa' }, 'tmp/classes')).toEqual([]);
  });
});
