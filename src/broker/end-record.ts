import { join } from 'node:path';
import * as z from 'zod/mini';
import { readIfThere } from '../files.js';

const schema = z.object({
  at: z.string(),
  pid: z.number(),
  exitCode: z.number(),
  code: z.string(),
  message: z.string(),
});

/** Why a broker has ended itself; dev.mqha.store.Fatal writes it into the broker's log directory just before. */
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
