import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** Bytes that live objects take of a JVM's heap, after a garbage collection. */
export async function liveBytes(pid: number): Promise<number> {
  const { stdout } = await execa('jcmd', [String(pid), 'GC.class_histogram']);
  return Number(/^Total +\d+ +(\d+)/m.exec(stdout)?.[1]);
}

/** What a process takes of the memory. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

/** How many threads a process has. */
export async function threadsOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]);
}
