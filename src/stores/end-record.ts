import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere } from '../lib/files.js';
import { lastLines } from '../agents/local/log.js';

const schema = z.object({
  at: z.string(),
  pid: z.number(),
  exitCode: z.number(),
  code: z.string(),
  message: z.string(),
});

/** Why a broker has ended itself; dev.mqha.patches.common.Fatal writes it into the broker's log directory just before. */
export type EndRecord = z.infer<typeof schema>;

/** Whether what a broker has ended of may be in every copy of the store, so that another node fails at it as well. */
export const isHopeless = (code: string) => code === 'replay-failed' || code === 'start-failed';

/** Where it is written. */
export const endFile = (logDirectory: string) => join(logDirectory, 'end.json');

/**
 * What the last broker of this node that ended itself has said; undefined where none has, or the
 * record is broken. Whether it is the end of a certain process is told by the pid.
 * @param logDirectory of the node
 */
export async function readEndRecord(logDirectory: string): Promise<EndRecord | undefined> {
  const text = await readIfThere(endFile(logDirectory)).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What `-XX:+ExitOnOutOfMemoryError` says on stdout. A broker that starts says something as well, so it is of the last one. */
const OUT_OF_MEMORY = /^Terminating due to java\.lang\.OutOfMemoryError: (.*)/;
const OUT_OF_MEMORY_EXIT = 3;

/**
 * Why a process that was the last broker of its node has ended; undefined where it did not end itself, as when it was killed.
 * @param logDirectory of the node
 */
export async function endOfLast(logDirectory: string, pid: number): Promise<EndRecord | undefined> {
  const record = await readEndRecord(logDirectory);
  if (record?.pid === pid) return record;
  const stdout = join(logDirectory, 'stdout.log');
  const [line = ''] = await lastLines(stdout, 1);
  const what = OUT_OF_MEMORY.exec(line)?.[1];
  const written = await stat(stdout).catch(() => undefined);
  if (what === undefined || !written) return undefined;
  return {
    at: written.mtime.toISOString(),
    pid,
    exitCode: OUT_OF_MEMORY_EXIT,
    code: 'out-of-memory',
    message: `the broker ran out of memory (${what}); a larger java.heap holds more`,
  };
}
