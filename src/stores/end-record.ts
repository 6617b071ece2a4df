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

/** What HotSpot prints of a fatal error of its own (VMError::report), and the exit code of abort() as shells have it. */
const CRASH = '# A fatal error has been detected by the Java Runtime Environment:';
const CRASH_EXIT = 134;
/** What the launcher prints where no JVM comes into being (vm_exit_during_initialization), and its exit code. */
const NO_JVM = 'Error occurred during initialization of VM';
const NO_JVM_EXIT = 1;

/** Within so many last lines a report of HotSpot stands. */
const REPORT_LINES = 30;

/**
 * Why a process that was the last broker of its node has ended; undefined where it did not end itself, as when it was killed.
 * @param logDirectory of the node
 */
export async function endOfLast(logDirectory: string, pid: number): Promise<EndRecord | undefined> {
  const record = await readEndRecord(logDirectory);
  if (record?.pid === pid) return record;
  const stdout = join(logDirectory, 'stdout.log');
  const told = toldOnStdout(await lastLines(stdout, REPORT_LINES));
  const written = await stat(stdout).catch(() => undefined);
  return told && written ? { at: written.mtime.toISOString(), pid, ...told } : undefined;
}

/** What a JVM has said of its own end; nothing where something was said after it, as by the next one. */
function toldOnStdout(
  lines: readonly string[],
): Pick<EndRecord, 'exitCode' | 'code' | 'message'> | undefined {
  const what = OUT_OF_MEMORY.exec(lines.at(-1) ?? '')?.[1];
  if (what !== undefined) {
    return {
      exitCode: OUT_OF_MEMORY_EXIT,
      code: 'out-of-memory',
      message: `the broker ran out of memory (${what}); a larger java.heap holds more`,
    };
  }
  const crash = lines.lastIndexOf(CRASH);
  const report = lines.slice(crash + 1);
  if (crash >= 0 && report.every((line) => line === '' || /^(#|\[|Aborted)/.test(line))) {
    const said = report.map((line) => line.replace(/^#\s*/, '')).filter((line) => line !== '');
    const file = said.find((line) => line.endsWith('.log'));
    return {
      exitCode: CRASH_EXIT,
      code: 'jvm-crashed',
      message: `the Java virtual machine crashed: ${said[0] ?? 'it did not say why'}${file === undefined ? '' : `; its report is ${file}`}`,
    };
  }
  const none = lines.lastIndexOf(NO_JVM);
  const why = lines.slice(none + 1);
  if (none >= 0 && why.length <= 2) {
    return {
      exitCode: NO_JVM_EXIT,
      code: 'jvm-not-started',
      message: `no Java virtual machine could be made: ${why.join(' ')}`,
    };
  }
  return undefined;
}
