import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A heap of a broker on the disk: it holds messages, accounts and the token of the replication. */
export interface HeapDump {
  readonly path: string;
  readonly bytes: number;
}

/** Where a broker writes its heap when it is out of memory, where it is to; the JVM keeps a file that is there. */
export const DUMP = 'heap.hprof';

/** Of the process that ended last, while the next one runs. */
const LAST = 'heap-last.hprof';

const SUFFIX = '.hprof';

/** The heaps in a broker's log directory, whoever wanted them: an earlier mqha left one of each end, named by its pid. */
export async function heapDumps(logDirectory: string): Promise<HeapDump[]> {
  const names = await readdir(logDirectory).catch(() => []);
  const dumps = await Promise.all(
    names
      .filter((name) => name.endsWith(SUFFIX))
      .sort()
      .map(async (name): Promise<HeapDump[]> => {
        const path = join(logDirectory, name);
        const found = await stat(path).catch(() => undefined);
        return found?.isFile() === true ? [{ path, bytes: found.size }] : [];
      }),
  );
  return dumps.flat();
}

/**
 * Before a broker starts: removes the heaps that earlier ones left. Where they are wanted the one of the process that
 * ended last stays for one start more, or the supervisor's restart would take it away before anybody has seen it.
 * @param wanted whether this broker writes one as well
 * @throws a system error where a file cannot be removed
 */
export async function dropHeapDumps(logDirectory: string, wanted: boolean): Promise<void> {
  const keep = wanted ? join(logDirectory, LAST) : undefined;
  const newest = join(logDirectory, DUMP);
  const dumps = (await heapDumps(logDirectory)).map(({ path }) => path);
  if (keep !== undefined && dumps.includes(newest)) {
    await rename(newest, keep);
    dumps.splice(dumps.indexOf(newest), 1);
  } else if (keep !== undefined) {
    await rm(keep, { force: true });
  }
  await Promise.all(dumps.filter((path) => path !== keep).map((path) => rm(path, { force: true })));
}

/** Whether these options of a JVM have it write its heap; the last one of them counts. */
export function writesHeap(options: readonly string[]): boolean {
  const last = options.findLast((option) => /^-XX:[+-]HeapDumpOnOutOfMemoryError$/.test(option));
  return last?.startsWith('-XX:+') === true;
}
