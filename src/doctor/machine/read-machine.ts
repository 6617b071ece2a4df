import { readFile } from 'node:fs/promises';
import { cachedDistribution, findJava } from '../../distribution/index.js';
import { findOnPath } from '../../distribution/run.js';
import { MqhaError } from '../../lib/errors.js';
import type { Host } from '../../state/cluster.js';
import { outgoingPorts } from '../outgoing-ports.js';
import type { MachineReadings } from './judge-machine.js';

/** Of which machine, for which cluster. */
export interface MachineAsked {
  readonly javaHome: string | undefined;
  readonly directory: string;
  readonly ports: MachineReadings['ports'];
}

/** Reads what brokers need of this machine. Changes nothing, and fetches nothing. */
export async function readMachine(
  host: Host,
  { javaHome, directory, ports }: MachineAsked,
): Promise<MachineReadings> {
  const java = await orFailure(() => findJava(host.env, javaHome));
  const [distribution, openFiles, outgoing] = await Promise.all([
    distributionOf(host),
    openFilesLimit(),
    outgoingPorts(),
  ]);
  return { java, distribution, openFiles, outgoing, ports, locale: localeOf(host.env), directory };
}

async function orFailure<T>(work: () => Promise<T>): Promise<T | MqhaError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MqhaError) return error;
    throw error;
  }
}

async function distributionOf(host: Host): Promise<MachineReadings['distribution']> {
  const found = await orFailure(() => cachedDistribution({ env: host.env }));
  if (found instanceof MqhaError) return found;
  if (found) return 'cached';
  return (await findOnPath('mvn', host.env)) === undefined ? 'lost' : 'absent';
}

/** The hard limit; Linux only. A JVM raises its own to that (source: HotSpot, MaxFDLimit). */
async function openFilesLimit(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  return parseOpenFiles(text);
}

/** `Max open files            1024                 524288               files` */
export function parseOpenFiles(text: string): number | undefined {
  const hard = /^Max open files\s+\S+\s+(\d+|unlimited)\s/m.exec(text)?.[1];
  if (hard === undefined) return undefined;
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/** The locale that names of files are read by, as POSIX chooses it. */
export function localeOf(env: NodeJS.ProcessEnv): MachineReadings['locale'] {
  const name =
    ['LC_ALL', 'LC_CTYPE', 'LANG'].map((one) => env[one] ?? '').find((one) => one !== '') ?? '';
  return { isUtf8: /utf-?8/i.test(name), name };
}
