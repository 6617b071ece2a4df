import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageVersion } from '../lib/package.js';
import { openCache, prepareCache, syncFile, withTemporary } from './cache.js';
import type { JavaRuntime } from './java.js';
import { runTool } from './run.js';

/** Whose classes an archive holds: a broker's, or those of the managed ZooKeeper. */
export type ArchiveKind = 'broker' | 'zookeeper';

/**
 * An archive of class data (AppCDS): classes as a JVM keeps them, parsed and verified, to be mapped
 * instead of loaded one by one. It fits one JVM and one class path, and is shared by all clusters.
 */
export interface ClassArchive {
  readonly kind: ArchiveKind;
  readonly file: string;
  readonly java: JavaRuntime;
  readonly classPath: readonly string[];
}

const DUMP_MS = 180_000;

/** Options of a person that decide about class data themselves. */
const OWN_CHOICE =
  /^-XX:(SharedArchiveFile|DumpLoadedClassList|AOT\w+|[+-]AutoCreateSharedArchive)|^-Xshare/;

/**
 * The archive for a JVM and a class path, whether it is there or not.
 * @param tls whether links are encrypted, which loads other classes as well
 */
export async function classArchive(
  env: NodeJS.ProcessEnv,
  kind: ArchiveKind,
  java: JavaRuntime,
  classPath: readonly string[],
  { tls = false } = {},
): Promise<ClassArchive> {
  const { root } = openCache(env);
  // A Java that was replaced in its place has another image of its own classes.
  const image = await stat(join(java.home, 'lib', 'modules')).catch(() => undefined);
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        packageVersion(),
        [java.path, java.version, java.vendor, image?.size, image?.mtimeMs],
        classPath,
      ]),
    )
    .digest('hex')
    .slice(0, 16);
  const name = `${kind}${tls ? '-tls' : ''}-${key}.jsa`;
  return { kind, file: join(root, 'archives', name), java, classPath };
}

/**
 * The JVM options that map an archive; where there is none, those that record what it should hold.
 * A JVM that finds that an archive does not fit goes on without it, and without a word.
 * @param recordTo where loaded classes are listed; relative to the process's working directory
 * @param chosen the options of a person; nothing is added where they say something of class data
 */
export function classDataOptions(
  { file }: ClassArchive,
  recordTo: string,
  chosen: readonly string[] = [],
): readonly string[] {
  // The JVM takes a colon for the end of the path.
  if (file.includes(':') || chosen.some((option) => OWN_CHOICE.test(option))) return [];
  return existsSync(file)
    ? [
        '-Xshare:auto',
        `-XX:SharedArchiveFile=${file}`,
        '-Xlog:cds=off,cds+dynamic=off,class+path=off',
      ]
    : [`-XX:DumpLoadedClassList=${recordTo}`];
}

/**
 * Makes an archive of what processes have loaded: to a temporary name, then renamed.
 * @param lists the recorded lists, also of processes that still write theirs or were killed
 * @returns whether it is there now
 */
export async function makeClassArchive(
  archive: ClassArchive,
  lists: readonly string[],
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<boolean> {
  const { file, java, classPath } = archive;
  if (existsSync(file)) return true;
  if (signal?.aborted) return false;
  const classes = await recordedClasses(lists);
  if (classes.length === 0) return false;
  const cache = openCache(env);
  await prepareCache(cache);
  await mkdir(join(cache.root, 'archives'), { recursive: true });
  return withTemporary(cache, 'archive', async (directory) => {
    const list = join(directory, 'classes');
    const built = join(directory, 'classes.jsa');
    await cache.io.writeFile(list, `${classes.join('\n')}\n`);
    const { outcome, exitCode } = await runTool(
      java.path,
      [
        '-Xshare:dump',
        `-XX:SharedClassListFile=${list}`,
        `-XX:SharedArchiveFile=${built}`,
        '-Xlog:disable',
      ],
      { env: { ...env, CLASSPATH: classPath.join(':') }, timeoutMs: DUMP_MS, signal },
    );
    if (outcome !== 'done' || exitCode !== 0 || !existsSync(built)) return false;
    await syncFile(built);
    await rename(built, file);
    return true;
  });
}

/** The lines of all lists, each once, in the order of their first; a line that is still being written is left out. */
async function recordedClasses(lists: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(lists.map((list) => readFile(list, 'utf8').catch(() => '')));
  const lines = texts.flatMap((text) => text.split('\n').slice(0, -1));
  return [...new Set(lines)].filter((line) => line !== '' && !line.startsWith('#'));
}
